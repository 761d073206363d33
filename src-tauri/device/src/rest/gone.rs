//! The end of an encrypted phone: its wrapped key is destroyed first. Whatever is left of the encrypted files, also in blocks of
//! flash memory that nothing names any more, can be read by nobody from then on.

use std::path::{Path, PathBuf};

use super::envelope;
use crate::failure::Result;
use crate::ports::{Files, KeyStore};

/// Folders whose files are personal.
const FOLDERS: [&str; 4] = ["photos", "fetched", "uploads", "maps"];
/// How the names of this app's own files beside them begin. Other parts of the app may keep theirs in the same folder.
const OWN: [&str; 5] = ["outbox.db", "cache.db", "key.part", "front.", "tries"];

/// Destroys the wrapped key. Its first step cannot be taken back: the key file gets the name by which the next start knows
/// that everything is to go. It takes no room on the disk. Done again, it goes on.
pub(crate) fn destroy_key(dir: &Path, files: &dyn Files, store: Option<&dyn KeyStore>) -> Result<()> {
    let (key, gone) = (envelope::path(dir), mark(dir));
    if files.size(&key).is_some() {
        files.rename(&key, &gone)?;
        files.sync_dir(dir)?;
    }
    for left in [gone, key.with_extension("part")] {
        if let Some(size) = files.size(&left) {
            files.overwrite(&left, &vec![0; usize::try_from(size).unwrap_or(0)])?;
            files.sync(&left)?;
        }
    }
    if let Some(store) = store {
        store.destroy()?;
    }
    Ok(())
}

/// True from the first step of [`destroy_key`] on a phone that had a key, to [`forget`].
pub(crate) fn is_begun(dir: &Path, files: &dyn Files) -> bool {
    files.size(&mark(dir)).is_some()
}

/// Removes every file of the app but the mark.
pub(crate) fn remove_all(dir: &Path, files: &dyn Files) -> Result<()> {
    remove_folders(dir, files)?;
    for file in files.list(dir)? {
        if OWN.iter().any(|name| file.name.starts_with(name)) {
            files.remove(&dir.join(file.name))?;
        }
    }
    Ok(files.sync_dir(dir)?)
}

/// Removes the files of the folders.
pub(crate) fn remove_folders(dir: &Path, files: &dyn Files) -> Result<()> {
    for folder in FOLDERS.map(|name| dir.join(name)) {
        files.create_dir(&folder)?;
        for file in files.list(&folder)? {
            files.remove(&folder.join(file.name))?;
        }
        files.sync_dir(&folder)?;
    }
    Ok(())
}

/// Everything is done.
pub(crate) fn forget(dir: &Path, files: &dyn Files) -> Result<()> {
    files.remove(&mark(dir))?;
    Ok(files.sync_dir(dir)?)
}

fn mark(dir: &Path) -> PathBuf {
    dir.join("key.gone")
}
