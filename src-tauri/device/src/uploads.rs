//! Files on their way from the page: base64 pieces appended to a temporary file.

use std::path::PathBuf;

use base64::Engine as _;
use domain::protocol::{ErrorCode, MAX_BLOB_BYTES, WireError};
use serde_json::json;

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};

/// Largest piece, in bytes before base64.
const MAX_PIECE: usize = 1024 * 1024;
/// Largest file: a PMTiles archive of a city.
const MAX_UPLOAD: u64 = 4 * 1024 * 1024 * 1024;

/// A file that is arriving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) offset: u64,
}

impl Device {
    /// Begins an upload of `size` bytes; the answer names it.
    ///
    /// # Errors
    /// `too_large`, `phone_full`, `phone_write`.
    pub fn begin_upload(&self, name: &str, size: u64) -> std::result::Result<String, WireError> {
        if size > MAX_UPLOAD {
            return Err(too_large(MAX_UPLOAD).into());
        }
        let id = self.ports.ids.random_uuid().to_string();
        self.grow(&id, &[], size == 0).map_err(Failure::from)?;
        let upload = Upload {
            name: name.to_owned(),
            size,
            offset: 0,
        };
        self.uploads().insert(id.clone(), upload);
        Ok(id)
    }

    /// Appends a piece at `offset`; answers with the new offset.
    ///
    /// # Errors
    /// `not_found`, `offset_mismatch` with the right `offset`, `too_large`, `bad_request` for what is not base64,
    /// `phone_full`, `phone_write`.
    pub fn append_upload(&self, upload: &str, offset: u64, base64: &str) -> std::result::Result<u64, WireError> {
        Ok(self.append(upload, offset, base64)?)
    }

    fn append(&self, id: &str, offset: u64, base64: &str) -> Result<u64> {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(base64)
            .map_err(|_broken| Failure::from(ErrorCode::BadRequest))?;
        if bytes.len() > MAX_PIECE {
            return Err(too_large(MAX_PIECE as u64));
        }
        let mut uploads = self.uploads();
        let upload = uploads.get_mut(id).ok_or_else(not_found)?;
        if offset != upload.offset {
            return Err(Failure::Coded(
                ErrorCode::OffsetMismatch,
                json!({ "offset": upload.offset }),
            ));
        }
        let end = offset + bytes.len() as u64;
        if end > upload.size {
            return Err(too_large(upload.size));
        }
        if bytes.is_empty() {
            return Ok(end);
        }
        // A write that failed half-way leaves bytes behind; the page begins again.
        if let Err(fault) = self.grow(id, &bytes, end == upload.size) {
            uploads.remove(id);
            self.ports.files.remove(&self.upload_path(id))?;
            return Err(fault.into());
        }
        upload.offset = end;
        Ok(end)
    }

    fn grow(&self, id: &str, bytes: &[u8], last: bool) -> std::io::Result<()> {
        let path = self.upload_path(id);
        self.ports.files.append(&path, bytes)?;
        if last { self.ports.files.finish(&path) } else { Ok(()) }
    }

    /// Takes a finished upload: its name and path. It is no upload any more; the caller removes the file.
    pub(crate) fn take_upload(&self, id: &str) -> Result<(Upload, PathBuf)> {
        let mut uploads = self.uploads();
        let upload = uploads.get(id).ok_or_else(not_found)?;
        if upload.offset != upload.size {
            return Err(Failure::Coded(
                ErrorCode::OffsetMismatch,
                json!({ "offset": upload.offset }),
            ));
        }
        let upload = uploads.remove(id).ok_or_else(not_found)?;
        Ok((upload, self.upload_path(id)))
    }

    /// Takes a finished upload of a picture, whole.
    pub(crate) fn take_picture(&self, id: &str) -> Result<(Upload, Vec<u8>)> {
        let (upload, path) = self.take_upload(id)?;
        let bytes = if upload.size > MAX_BLOB_BYTES {
            Err(too_large(MAX_BLOB_BYTES))
        } else {
            self.ports.files.read(&path).map_err(Failure::from)
        };
        self.ports.files.remove(&path)?;
        Ok((upload, bytes?))
    }

    /// Uploads do not survive a restart; the page begins again.
    pub(crate) fn drop_old_uploads(&self) -> Result<()> {
        for file in self.ports.files.list(&self.dir.join("uploads"))? {
            self.ports.files.remove(&self.dir.join("uploads").join(file.name))?;
        }
        Ok(())
    }

    fn upload_path(&self, id: &str) -> PathBuf {
        self.dir.join("uploads").join(id)
    }
}

fn too_large(limit: u64) -> Failure {
    Failure::Coded(ErrorCode::TooLarge, json!({ "limit": limit }))
}

#[cfg(test)]
mod tests {
    use domain::ErrorCode;

    use super::*;
    use crate::test_support::World;

    fn base64(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    #[test]
    fn pieces_make_the_file_they_were_cut_from() {
        let world = World::new();
        let id = world.device.begin_upload("a.jpg", 6).unwrap();
        assert_eq!(world.device.append_upload(&id, 0, &base64(b"abc")).unwrap(), 3);
        assert_eq!(world.device.append_upload(&id, 3, &base64(b"def")).unwrap(), 6);
        let (upload, bytes) = world.device.take_picture(&id).unwrap();
        assert_eq!(
            (upload.name.as_str(), bytes.as_slice()),
            ("a.jpg", b"abcdef".as_slice())
        );
    }

    #[test]
    fn a_piece_sent_twice_is_answered_with_the_right_offset() {
        let world = World::new();
        let id = world.device.begin_upload("a.jpg", 6).unwrap();
        world.device.append_upload(&id, 0, &base64(b"abc")).unwrap();
        let error = world.device.append_upload(&id, 0, &base64(b"abc")).unwrap_err();
        assert_eq!(
            (error.code, &error.details["offset"]),
            (ErrorCode::OffsetMismatch, &json!(3))
        );
    }

    #[test]
    fn more_than_announced_is_refused() {
        let world = World::new();
        let id = world.device.begin_upload("a.jpg", 2).unwrap();
        assert_eq!(
            world.device.append_upload(&id, 0, &base64(b"abc")).unwrap_err().code,
            ErrorCode::TooLarge
        );
    }

    #[test]
    fn an_unfinished_upload_cannot_be_taken() {
        let world = World::new();
        let id = world.device.begin_upload("a.jpg", 2).unwrap();
        assert_eq!(
            world.device.take_upload(&id).unwrap_err().code(),
            ErrorCode::OffsetMismatch
        );
    }

    #[test]
    fn a_full_phone_is_said_and_the_upload_can_begin_again() {
        let world = World::new();
        let id = world.device.begin_upload("a.jpg", 3).unwrap();
        world.files.fill_disk(true);
        assert_eq!(
            world.device.append_upload(&id, 0, &base64(b"abc")).unwrap_err().code,
            ErrorCode::PhoneFull
        );
        world.files.fill_disk(false);
        let again = world.device.begin_upload("a.jpg", 3).unwrap();
        assert_eq!(world.device.append_upload(&again, 0, &base64(b"abc")).unwrap(), 3);
    }
}
