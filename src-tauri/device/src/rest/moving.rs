//! From a phone whose disk is not encrypted to one whose disk is: each file is copied, synced and then takes the name of
//! the plain one, so that a power cut at any moment leaves the one or the other, whole. Done again, it goes on.

use std::path::Path;
use std::sync::Arc;

use domain::protocol::ErrorCode;
use rusqlite::Connection;

use super::DataKey;
use super::sealed::{MARK, SealedFiles};
use crate::failure::{Failure, Result};
use crate::ports::{Files, Ids};
use crate::store::{SET_ASIDE, connect};

const DATABASES: [&str; 2] = ["outbox.db", "cache.db"];
const FOLDERS: [&str; 3] = ["photos", "fetched", "maps"];
/// How an SQLite file begins that is not encrypted.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";
/// A plain file is read in parts of so many bytes.
const PART: usize = 1024 * 1024;
/// Room left free besides, in bytes.
const SPARE: u64 = 8 * 1024 * 1024;

/// Fails with `phone_full` where the copies would not fit. A disk that does not say how full it is, is tried.
pub(crate) fn require_room(dir: &Path, files: &dyn Files) -> Result<()> {
    let Some(free) = files.free_space(dir) else {
        return Ok(());
    };
    let mut largest = 0;
    for folder in std::iter::once(dir.to_owned()).chain(FOLDERS.map(|name| dir.join(name))) {
        for file in files.list(&folder)? {
            largest = largest.max(file.size);
        }
    }
    if free < largest + largest / 4 + SPARE {
        return Err(ErrorCode::PhoneFull.into());
    }
    Ok(())
}

/// Encrypts what is not. Nothing else uses the folder meanwhile.
pub(crate) fn move_in(dir: &Path, key: &DataKey, files: &Arc<dyn Files>, ids: &Arc<dyn Ids>) -> Result<()> {
    for name in DATABASES {
        database(dir, name, key, files.as_ref())?;
    }
    let sealed = SealedFiles::new(Arc::clone(files), Arc::clone(ids), key);
    for folder in FOLDERS {
        folder_of_files(&dir.join(folder), files.as_ref(), &sealed)?;
    }
    // Copies of the server's rows that were damaged and set aside.
    for entry in files.list(dir)? {
        if entry.name.starts_with(SET_ASIDE) {
            file(&dir.join(entry.name), files.as_ref(), &sealed)?;
        }
    }
    Ok(files.sync_dir(dir)?)
}

fn database(dir: &Path, name: &str, key: &DataKey, files: &dyn Files) -> Result<()> {
    let path = dir.join(name);
    let is_plain = files.size(&path).is_some() && files.read_at(&path, 0, PLAIN.len())? == PLAIN;
    if !is_plain {
        return Ok(());
    }
    let copy = dir.join(format!("{name}.sealed"));
    for left in [copy.clone(), dir.join(format!("{name}.sealed-journal"))] {
        files.remove(&left)?;
    }
    let plain = connect(&path, files)?;
    // Into the one file, and no log beside it that the encrypted one would be taken to own.
    plain.query_row("pragma wal_checkpoint(truncate)", [], |_row| Ok(()))?;
    plain.query_row("pragma journal_mode = delete", [], |_row| Ok(()))?;
    files.sync_dir(dir)?;
    let copied = copy_into(&plain, &copy, key);
    drop(plain);
    copied?;
    files.sync(&copy)?;
    files.rename(&copy, &path)?;
    Ok(files.sync_dir(dir)?)
}

fn copy_into(plain: &Connection, copy: &Path, key: &DataKey) -> Result<()> {
    let key = key.for_database();
    plain.execute("attach ?1 as sealed key ?2", [&*copy.to_string_lossy(), key.as_str()])?;
    // A copy that is cut short is made anew, so it needs no journal.
    plain.query_row("pragma sealed.journal_mode = off", [], |_row| Ok(()))?;
    plain.execute_batch("pragma sealed.synchronous = full")?;
    // Whatever goes wrong in there is told as a plain error; what can go wrong is the disk.
    plain
        .query_row("select sqlcipher_export('sealed')", [], |_row| Ok(()))
        .map_err(|fault| match Failure::from(fault) {
            failure if failure.code() == ErrorCode::Internal => ErrorCode::PhoneWrite.into(),
            failure => failure,
        })?;
    let version: i64 = plain.pragma_query_value(None, "user_version", |row| row.get(0))?;
    plain.execute_batch(&format!("pragma sealed.user_version = {version}"))?;
    require_same(plain)?;
    Ok(plain.execute_batch("detach sealed")?)
}

/// Fails unless the copy is sound and has as many rows in every table.
fn require_same(plain: &Connection) -> Result<()> {
    let sound: String = plain.query_row("pragma sealed.quick_check(1)", [], |row| row.get(0))?;
    let tables: Vec<String> = plain
        .prepare("select name from main.sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        let rows = |schema: &str| -> rusqlite::Result<i64> {
            plain.query_row(&format!("select count(*) from {schema}.\"{table}\""), [], |row| {
                row.get(0)
            })
        };
        if rows("main")? != rows("sealed")? {
            return Err(Failure::from(ErrorCode::DatabaseCorrupt));
        }
    }
    if sound == "ok" {
        Ok(())
    } else {
        Err(Failure::from(ErrorCode::DatabaseCorrupt))
    }
}

fn folder_of_files(folder: &Path, files: &dyn Files, sealed: &SealedFiles) -> Result<()> {
    for entry in files.list(folder)? {
        let path = folder.join(&entry.name);
        if path.extension().is_some_and(|ending| ending == "part") {
            files.remove(&path)?;
        } else {
            file(&path, files, sealed)?;
        }
    }
    Ok(files.sync_dir(folder)?)
}

fn file(path: &Path, files: &dyn Files, sealed: &SealedFiles) -> Result<()> {
    if files.read_at(path, 0, MARK.len())? == MARK {
        return Ok(());
    }
    let copy = path.with_extension("part");
    sealed.append(&copy, &[])?;
    let size = files.size(path).unwrap_or(0);
    let mut offset = 0;
    while offset < size {
        let part = files.read_at(path, offset, PART)?;
        if part.is_empty() {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        sealed.append(&copy, &part)?;
        offset += part.len() as u64;
    }
    sealed.finish(&copy)?;
    files.sync(&copy)?;
    Ok(files.rename(&copy, path)?)
}
