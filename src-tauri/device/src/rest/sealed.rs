//! Encrypted files: the device's file port once more, around another one.
//!
//! A file is a mark, a random start and pieces of 64 KiB, each sealed by the crate `seal`.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use seal::{NONCE, Seal, TAG, Writer};

use super::DataKey;
use crate::ports::{FileEntry, Files, Ids};

/// How an encrypted file begins; the last byte is the version.
pub(super) const MARK: [u8; 4] = *b"XGS1";
const HEAD: usize = MARK.len() + NONCE;
/// Plain bytes of every piece but the last.
const PIECE: usize = 64 * 1024;
const SEALED_PIECE: usize = PIECE + TAG;

/// Files that are encrypted with one key.
pub(crate) struct SealedFiles {
    files: Arc<dyn Files>,
    ids: Arc<dyn Ids>,
    seal: Seal,
    growing: Mutex<HashMap<PathBuf, Growing>>,
}

/// A file that is being added to: what is not written yet may turn out to be its last piece.
struct Growing {
    writer: Writer,
    tail: Vec<u8>,
}

impl SealedFiles {
    pub(crate) fn new(files: Arc<dyn Files>, ids: Arc<dyn Ids>, key: &DataKey) -> Self {
        Self {
            files,
            ids,
            seal: Seal::new(&key.for_files()),
            growing: Mutex::new(HashMap::new()),
        }
    }

    fn growing(&self) -> MutexGuard<'_, HashMap<PathBuf, Growing>> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The head of a new file, and what writes the rest.
    fn begin(&self) -> ([u8; HEAD], Writer) {
        let mut nonce = [0; NONCE];
        self.ids.fill(&mut nonce);
        let mut head = [0; HEAD];
        head[..MARK.len()].copy_from_slice(&MARK);
        head[MARK.len()..].copy_from_slice(&nonce);
        (head, self.seal.begin(nonce))
    }

    fn add(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut growing = self.growing();
        if !growing.contains_key(path) {
            let (head, writer) = self.begin();
            self.files.write(path, &head)?;
            let tail = Vec::new();
            growing.insert(path.to_owned(), Growing { writer, tail });
        }
        let Some(file) = growing.get_mut(path) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        file.tail.extend_from_slice(bytes);
        let full = file.tail.len().saturating_sub(1) / PIECE * PIECE;
        let mut sealed = Vec::with_capacity(full / PIECE * SEALED_PIECE);
        for piece in file.tail[..full].chunks(PIECE) {
            sealed.extend(file.writer.next(piece).ok_or_else(too_large)?);
        }
        file.tail.drain(..full);
        if sealed.is_empty() {
            Ok(())
        } else {
            self.files.append(path, &sealed)
        }
    }
}

/// Size of the content of an encrypted file of `size` bytes.
fn plain_size(size: u64) -> u64 {
    let body = size.saturating_sub(HEAD as u64);
    body.saturating_sub(body.div_ceil(SEALED_PIECE as u64) * TAG as u64)
}

/// The random start in the head of a file.
fn nonce_in(head: &[u8]) -> io::Result<[u8; NONCE]> {
    let nonce = head.strip_prefix(&MARK).and_then(|nonce| nonce.try_into().ok());
    nonce.ok_or_else(damaged)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not as it was encrypted here")
}

fn too_large() -> io::Error {
    io::ErrorKind::FileTooLarge.into()
}

fn position(piece: usize) -> io::Result<u32> {
    u32::try_from(piece).map_err(|_too_many| damaged())
}

impl Files for SealedFiles {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.files.create_dir(dir)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.growing().remove(path);
        let (head, mut writer) = self.begin();
        let mut sealed = Vec::with_capacity(HEAD + bytes.len() + (bytes.len() / PIECE + 1) * TAG);
        sealed.extend(head);
        let full = bytes.len().saturating_sub(1) / PIECE * PIECE;
        for piece in bytes[..full].chunks(PIECE) {
            sealed.extend(writer.next(piece).ok_or_else(too_large)?);
        }
        sealed.extend(writer.last(&bytes[full..]).ok_or_else(too_large)?);
        self.files.write(path, &sealed)
    }

    /// A file that was written whole or finished begins anew.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let added = self.add(path, bytes);
        if added.is_err() {
            self.growing().remove(path);
        }
        added
    }

    fn finish(&self, path: &Path) -> io::Result<()> {
        let Some(Growing { writer, tail }) = self.growing().remove(path) else {
            return Ok(());
        };
        let last = writer.last(&tail).ok_or_else(too_large)?;
        self.files.append(path, &last)
    }

    /// What is encrypted is written whole.
    fn overwrite(&self, _path: &Path, _bytes: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.files.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.files.rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.files.sync_dir(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.growing().remove(path);
        self.files.remove(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let sealed = self.files.read(path)?;
        let (head, body) = sealed.split_at_checked(HEAD).ok_or_else(damaged)?;
        let nonce = nonce_in(head)?;
        let pieces = body.len().div_ceil(SEALED_PIECE).max(1);
        let mut plain = Vec::with_capacity(body.len());
        for at in 0..pieces {
            let piece = &body[at * SEALED_PIECE..body.len().min((at + 1) * SEALED_PIECE)];
            let opened = self.seal.open_piece(nonce, position(at)?, at + 1 == pieces, piece);
            plain.extend(opened.ok_or_else(damaged)?);
        }
        Ok(plain)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let sealed = self.files.size(path).ok_or(io::ErrorKind::NotFound)?;
        let end = plain_size(sealed).min(offset.saturating_add(len as u64));
        if offset >= end {
            return Ok(Vec::new());
        }
        let nonce = nonce_in(&self.files.read_at(path, 0, HEAD)?)?;
        let (first, last) = (offset / PIECE as u64, (end - 1) / PIECE as u64);
        let from = HEAD as u64 + first * SEALED_PIECE as u64;
        let many = usize::try_from(last - first + 1).map_err(io::Error::other)?;
        let raw = self.files.read_at(path, from, many * SEALED_PIECE)?;
        let reaches_end = from + raw.len() as u64 == sealed;
        let mut plain = Vec::with_capacity(raw.len());
        let pieces: Vec<&[u8]> = raw.chunks(SEALED_PIECE).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let is_last = reaches_end && at + 1 == pieces.len();
            let number = position(usize::try_from(first).map_err(io::Error::other)? + at)?;
            let opened = self.seal.open_piece(nonce, number, is_last, piece);
            plain.extend(opened.ok_or_else(damaged)?);
        }
        let skip = usize::try_from(offset - first * PIECE as u64).map_err(io::Error::other)?;
        let wanted = usize::try_from(end - offset).map_err(io::Error::other)?;
        Ok(plain.get(skip..skip + wanted).ok_or_else(damaged)?.to_vec())
    }

    fn size(&self, path: &Path) -> Option<u64> {
        self.files.size(path).map(plain_size)
    }

    /// Sizes are those on the disk.
    fn list(&self, dir: &Path) -> io::Result<Vec<FileEntry>> {
        self.files.list(dir)
    }

    fn free_space(&self, dir: &Path) -> Option<u64> {
        self.files.free_space(dir)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ports::{DiskFiles, SystemIds};

    fn sealed(key: u8) -> SealedFiles {
        SealedFiles::new(
            Arc::new(DiskFiles),
            Arc::new(SystemIds),
            &DataKey::from_bytes(&[key; 32]),
        )
    }

    fn content(len: usize) -> Vec<u8> {
        (0..len).map(|n| (n % 251).to_le_bytes()[0]).collect()
    }

    /// Around the borders of pieces.
    const LENGTHS: [usize; 8] = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7, 5 * PIECE];

    #[test]
    fn a_file_is_read_as_it_was_written_whole_and_in_parts() {
        let dir = tempfile::tempdir().unwrap();
        let (files, path) = (sealed(1), dir.path().join("f"));
        for len in LENGTHS {
            let plain = content(len);
            files.write(&path, &plain).unwrap();
            assert_eq!(files.size(&path), Some(len as u64));
            assert!(files.read(&path).unwrap() == plain, "{len}");
            for (offset, many) in [
                (0, len),
                (0, 1),
                (len / 2, PIECE),
                (len.saturating_sub(1), 9),
                (len, 5),
                (len + 9, 5),
            ] {
                let due = plain.get(offset..plain.len().min(offset + many)).unwrap_or_default();
                assert!(
                    files.read_at(&path, offset as u64, many).unwrap() == due,
                    "{len}, {offset}, {many}"
                );
            }
        }
    }

    #[test]
    fn a_file_that_grew_is_the_same_as_one_written_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let (files, path) = (sealed(1), dir.path().join("f"));
        for len in LENGTHS {
            for step in [1000, PIECE, PIECE + 1, 3 * PIECE] {
                files.append(&path, &[]).unwrap();
                for part in content(len).chunks(step) {
                    files.append(&path, part).unwrap();
                }
                files.finish(&path).unwrap();
                assert!(files.read(&path).unwrap() == content(len), "{len} in steps of {step}");
                assert_eq!(files.size(&path), Some(len as u64));
            }
        }
    }

    #[test]
    fn nothing_of_the_content_lies_on_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let words = "王阿婆 13800001234 ".repeat(9_000);
        let shows = |raw: &[u8]| raw.windows(11).any(|window| window == b"13800001234");
        sealed(1).write(&path, words.as_bytes()).unwrap();
        assert!(!shows(&fs::read(&path).unwrap()));
        let files = sealed(1);
        files.append(&path, words.as_bytes()).unwrap();
        assert!(!shows(&fs::read(&path).unwrap()), "half-way");
        // The control: the same search finds them in a file that is not encrypted.
        DiskFiles.write(&path, words.as_bytes()).unwrap();
        assert!(shows(&fs::read(&path).unwrap()));
    }

    #[test]
    fn what_was_changed_moved_or_cut_off_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let (files, path) = (sealed(1), dir.path().join("f"));
        files.write(&path, &content(3 * PIECE)).unwrap();
        let whole = fs::read(&path).unwrap();
        let second = HEAD + SEALED_PIECE;
        let mut changed = whole.clone();
        changed[second + 5] ^= 1;
        let mut moved = whole.clone();
        moved[HEAD..HEAD + 2 * SEALED_PIECE].rotate_left(SEALED_PIECE);
        let cut = whole[..second].to_vec();
        let other_nonce = [&whole[..MARK.len()], &[7; NONCE], &whole[HEAD..]].concat();
        for (what, raw) in [
            ("changed", changed),
            ("moved", moved),
            ("cut", cut),
            ("nonce", other_nonce),
            ("plain", content(99)),
        ] {
            fs::write(&path, raw).unwrap();
            assert!(files.read(&path).is_err(), "{what}");
            assert!(files.read_at(&path, 0, PIECE + 1).is_err(), "{what}, in part");
        }
        fs::write(&path, &whole).unwrap();
        assert!(files.read(&path).is_ok(), "the control: untouched, it is read");
        assert!(sealed(2).read(&path).is_err(), "with another key");
    }

    #[test]
    fn one_content_is_never_the_same_on_the_disk_twice() {
        let dir = tempfile::tempdir().unwrap();
        let (files, path) = (sealed(1), dir.path().join("f"));
        files.write(&path, b"abc").unwrap();
        let first = fs::read(&path).unwrap();
        files.write(&path, b"abc").unwrap();
        assert_ne!(fs::read(&path).unwrap(), first);
    }
}
