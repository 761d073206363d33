//! Photo files on disk: named by their hash, durable before anybody relies on them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use domain::protocol::WireError;
use domain::{CapturedAt, PhotoFile, PhotoFlag, PhotoManifest, PhotoRole, Sha256Hex};

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::store::{draft, photo_file, row};

/// Files nothing names any more are removed after this long, in milliseconds.
const ORPHAN_MS: i64 = 86_400_000;

impl Device {
    /// The bytes and media type of a photo file, for the page.
    ///
    /// # Errors
    /// `not_found`, `phone_write`.
    pub fn photo_file(&self, hash: &Sha256Hex) -> std::result::Result<(Vec<u8>, &'static str), WireError> {
        let path = self.photo_path(hash);
        if !hash.is_well_formed() || self.ports.files.size(&path).is_none() {
            return Err(not_found().into());
        }
        let bytes = self.ports.files.read(&path).map_err(Failure::from)?;
        let mime = media_type(&bytes);
        Ok((bytes, mime))
    }

    pub(crate) fn photo_path(&self, hash: &Sha256Hex) -> PathBuf {
        self.dir.join("photos").join(hash.as_str())
    }

    /// Address of a file for the page, when it is on this phone.
    pub(crate) fn photo_url(&self, file: Option<&PhotoFile>) -> Option<String> {
        let hash = &file?.sha256;
        self.ports.files.size(&self.photo_path(hash))?;
        Some(format!("photo://localhost/{hash}"))
    }

    /// Address of a file for the page, when it is on this phone or can be fetched because the server holds it.
    pub(crate) fn shown_url(&self, file: Option<&PhotoFile>, stored: &[Sha256Hex]) -> Option<String> {
        let hash = &file?.sha256;
        self.photo_url(file)
            .or_else(|| stored.contains(hash).then(|| format!("photo://localhost/{hash}")))
    }

    /// Makes the copies of a picture and puts all its files on disk. Durable when this returns.
    pub(crate) fn keep_photo(&self, name: &str, bytes: &[u8], role: PhotoRole) -> Result<PhotoManifest> {
        let settings = self.photo_settings()?;
        let made = photo::process(bytes, Some(name), role, self.now(), &settings)?;
        self.put_files([
            (made.manifest.preview.as_ref(), made.preview.as_deref()),
            (made.manifest.upright.as_ref(), made.upright.as_deref()),
            (made.manifest.original.as_ref(), Some(bytes)),
        ])?;
        Ok(made.manifest)
    }

    /// Gives a photo that could not be decoded here the copies of what the page drew of it. What the picture file says of
    /// itself, and the untouched file, stay. Durable when this returns.
    pub(crate) fn keep_drawn(&self, photo: &PhotoManifest, drawn: &[u8]) -> Result<PhotoManifest> {
        let settings = self.photo_settings()?;
        let made = photo::process(drawn, None, photo.role, self.now(), &settings)?;
        made.require_copies()?;
        self.put_files([
            (made.manifest.preview.as_ref(), made.preview.as_deref()),
            (made.manifest.upright.as_ref(), made.upright.as_deref()),
        ])?;
        let mut flags = photo.flags.clone();
        flags.retain(|flag| *flag != PhotoFlag::Undecodable);
        Ok(PhotoManifest {
            upright: made.manifest.upright,
            preview: made.manifest.preview,
            flags,
            ..photo.clone()
        })
    }

    fn put_files<const N: usize>(&self, files: [(Option<&PhotoFile>, Option<&[u8]>); N]) -> Result<()> {
        for (file, bytes) in files {
            if let (Some(file), Some(bytes)) = (file, bytes) {
                self.put_photo_file(&file.sha256, bytes)?;
            }
        }
        Ok(self.ports.files.sync_dir(&self.dir.join("photos"))?)
    }

    fn photo_settings(&self) -> Result<photo::Settings> {
        let street: Vec<domain::view::StreetRow> = self
            .store
            .cache(|cache| row::all(cache, domain::protocol::RowType::Street))?;
        let zone = street.first().and_then(|street| street.time_zone.parse().ok());
        Ok(zone.map_or_else(photo::Settings::default, photo::Settings::for_zone))
    }

    /// Temporary file, its bytes to the disk, then its name. The caller syncs the folder.
    fn put_photo_file(&self, hash: &Sha256Hex, bytes: &[u8]) -> Result<()> {
        let path = self.photo_path(hash);
        let files = &self.ports.files;
        // Read, because one that was damaged since is written anew.
        if files.size(&path) == Some(bytes.len() as u64) && files.read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(());
        }
        let temporary = path.with_extension("part");
        let written = files
            .write(&temporary, bytes)
            .and_then(|()| files.sync(&temporary))
            .and_then(|()| files.rename(&temporary, &path));
        if let Err(fault) = written {
            if let Err(left) = files.remove(&temporary) {
                tracing::warn!(kind = ?left.kind(), "a temporary file stays behind");
            }
            return Err(fault.into());
        }
        Ok(())
    }

    /// Replaces a file, durably: it is the old one or the new one, never half of it.
    pub(crate) fn replace_file(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let files = &self.ports.files;
        let temporary = path.with_extension("part");
        files.write(&temporary, bytes)?;
        files.sync(&temporary)?;
        files.rename(&temporary, path)?;
        files.sync_dir(path.parent().unwrap_or(&self.dir))?;
        Ok(())
    }

    /// Removes files that no record and no draft names, a day after they were written.
    pub(crate) fn collect_orphans(&self) -> Result<()> {
        let named: HashSet<String> = self.store.outbox(photo_file::known)?.into_iter().collect();
        let drafts = self.store.outbox(draft::words)?;
        let CapturedAt(now) = self.now();
        for file in self.ports.files.list(&self.dir.join("photos"))? {
            if !named.contains(&file.name) && !drafts.mention(&file.name) && now - file.modified_ms > ORPHAN_MS {
                self.ports.files.remove(&self.dir.join("photos").join(file.name))?;
            }
        }
        Ok(())
    }
}

/// Media type by the first bytes; all copies made here are JPEG, an original may be anything.
pub(crate) fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "image/heic",
        _ => "application/octet-stream",
    }
}
