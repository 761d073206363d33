//! Uploading one photo: small files whole, large ones in pieces from where the server is.

use std::io;

use domain::protocol::{ErrorCode, SMALL_BLOB_BYTES, UploadState, photo_line};
use domain::{DeviceId, Sha256Hex};

use super::exchange::{Call, Fault, parse};
use super::signed::Signed;
use super::situation::lane_of;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::{Method, Topic};
use crate::store::identity::{self, Identity};
use crate::store::photo_file::{self, FileState, Kept};

impl Device {
    /// Sends one file, or one piece of it. Failures of the way are the lane's, failures of the file are its own.
    pub(crate) async fn upload(&self, hash: &Sha256Hex) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let Some(file) = self.store.outbox(|outbox| photo_file::get(outbox, hash))? else {
            return Ok(());
        };
        let sent = self.send_piece(&identity, &file).await.and_then(|state| {
            let lines = if state.stored {
                vec![photo_line(hash)]
            } else {
                Vec::new()
            };
            let signed = Signed::check(&identity, state.epoch, state.street_rev, lines, state.sig.as_deref())?;
            Ok((state, signed))
        });
        let now = self.ports.clock.mono_ms();
        match sent {
            Ok((state, signed)) => {
                let mut memory = self.engine.memory();
                memory.grow_chunk();
                memory.pauses.remove(hash);
                *memory.lanes.get_mut(lane_of(file.copy)) = super::backoff::Backoff::default();
                drop(memory);
                let noted = self.note_answer(&identity, &file, &state, &signed);
                Ok(self.or_pause(hash, noted)?)
            }
            Err(Fault::Refused { error, .. }) if is_own(error.code) => {
                let noted = self.note_own_refusal(&file, error.code, &error.details);
                Ok(self.or_pause(hash, noted)?)
            }
            // A file that is gone or unreadable on this phone must not hold up the others.
            Err(Fault::Own(failure)) => {
                tracing::error!(photo = %file.sha256, code = ?failure.code(), "a photo cannot be read");
                if self.is_gone(&file) {
                    let now = self.ports.clock.wall_ms();
                    self.store.write_outbox(|tx| photo_file::set_lost(tx, hash, now))?;
                    self.ports.changed.changed(&[Topic::Reports, Topic::Sync, Topic::Today]);
                } else {
                    self.pause(hash);
                }
                Ok(())
            }
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                let mut memory = self.engine.memory();
                memory.shrink_chunk();
                let random = |most| self.ports.ids.up_to(most);
                memory
                    .lanes
                    .get_mut(lane_of(file.copy))
                    .fail(now, random, fault.retry_after_ms());
                drop(memory);
                Err(fault)
            }
        }
    }

    /// True where no try will read it: not here, or not what was written. Anything else may pass.
    fn is_gone(&self, file: &Kept) -> bool {
        match self.ports.files.read(&self.photo_path(&file.sha256)) {
            Ok(bytes) => (bytes.len() as u64) < file.size,
            Err(fault) => matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData),
        }
    }

    async fn send_piece(&self, identity: &Identity, file: &Kept) -> std::result::Result<UploadState, Fault> {
        let path = format!("/v1/blobs/{}", file.sha256);
        let disk = self.photo_path(&file.sha256);
        let chunk = self.engine.memory().chunk;
        // Whole only where it is no more than the way has carried: after a failure a whole file begins anew.
        let whole = file.size <= SMALL_BLOB_BYTES.min(chunk as u64) && file.sent == 0;
        let (method, mut headers, body) = if whole {
            (
                Method::Put,
                Vec::new(),
                self.ports.files.read(&disk).map_err(Failure::from)?,
            )
        } else {
            // Once all of it is there, only the word is left to say that it is: the server may have failed to put it together.
            let body = if file.sent < file.size {
                let read = self.ports.files.read_at(&disk, file.sent, chunk);
                read.map_err(Failure::from)?
            } else {
                Vec::new()
            };
            let complete = file.sent + body.len() as u64 >= file.size;
            let headers = vec![
                ("upload-offset", file.sent.to_string()),
                ("upload-complete", if complete { "?1" } else { "?0" }.to_owned()),
            ];
            (Method::Patch, headers, body)
        };
        if body.is_empty() && file.sent < file.size {
            return Err(Failure::from(ErrorCode::PhotoDamaged).into());
        }
        headers.push(("content-type", "application/octet-stream".to_owned()));
        let token = Some(identity.token.as_str());
        let response = self
            .call(Call {
                server: &identity.server,
                token,
                method,
                path: &path,
                headers,
                body,
            })
            .await?;
        parse(&response)
    }

    /// What this phone cannot write down would be sent again at once.
    fn or_pause(&self, hash: &Sha256Hex, noted: Result<()>) -> Result<()> {
        if noted.is_err() {
            self.pause(hash);
        }
        noted
    }

    fn note_answer(&self, identity: &Identity, file: &Kept, state: &UploadState, signed: &Signed) -> Result<()> {
        if self.note_history(identity.device, state.epoch)? {
            return Ok(());
        }
        self.note_progress(identity.device, file, state, signed)
    }

    fn note_progress(&self, sent_as: DeviceId, file: &Kept, state: &UploadState, signed: &Signed) -> Result<()> {
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| {
            if !identity::is_still(tx, sent_as)? {
                Ok(())
            } else if state.stored {
                let at = (state.epoch, state.street_rev);
                photo_file::set_stored(tx, &file.sha256, at, signed.keep(tx)?, now)
            } else {
                photo_file::set_progress(tx, &file.sha256, FileState::Wanted, state.offset)
            }
        })?;
        let topics: &[Topic] = if state.stored {
            &[Topic::Reports, Topic::Sync, Topic::Today]
        } else {
            &[Topic::Sync]
        };
        self.ports.changed.changed(topics);
        Ok(())
    }

    fn note_own_refusal(&self, file: &Kept, code: ErrorCode, details: &serde_json::Value) -> Result<()> {
        let offset = details.get("offset").and_then(serde_json::Value::as_u64);
        let (state, sent) = match (code, offset) {
            (ErrorCode::OffsetMismatch, Some(offset)) if offset <= file.size && offset != file.sent => {
                return self
                    .store
                    .write_outbox(|tx| photo_file::set_progress(tx, &file.sha256, FileState::Wanted, offset));
            }
            (ErrorCode::BlobUnknown, _) => (FileState::Local, 0),
            _ => (FileState::Wanted, 0),
        };
        self.pause(&file.sha256);
        self.store
            .write_outbox(|tx| photo_file::set_progress(tx, &file.sha256, state, sent))
    }
}

/// True for refusals that are about this file, not about the way.
fn is_own(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::OffsetMismatch
            | ErrorCode::HashMismatch
            | ErrorCode::BlobUnknown
            | ErrorCode::TooLarge
            | ErrorCode::BadRequest
            | ErrorCode::NotFound
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::test_support::World;

    #[tokio::test]
    async fn a_word_to_the_device_this_phone_was_before_stores_no_photo() {
        let world = World::enrolled();
        world.save_report("tree-fallen");
        world.device.push(false).await.unwrap();
        let identity = world.device.identity().unwrap().unwrap();
        let file = world.device.store.outbox(photo_file::travelling).unwrap().remove(0);
        let state = UploadState {
            epoch: identity.epoch.unwrap(),
            offset: file.size,
            stored: true,
            street_rev: Some(1),
            sig: None,
        };
        let nothing = Signed::check(&identity, state.epoch, None, Vec::new(), None).unwrap();
        let told = |device| {
            world.device.note_progress(device, &file, &state, &nothing).unwrap();
            let kept = world
                .device
                .store
                .outbox(|outbox| photo_file::get(outbox, &file.sha256));
            kept.unwrap().unwrap().state
        };
        assert_ne!(told(DeviceId(Uuid::nil())), FileState::Stored);
        assert_eq!(told(identity.device), FileState::Stored, "the control");
    }
}
