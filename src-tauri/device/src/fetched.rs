//! Photos that lie on the server alone: fetched when a page shows them, checked against their name, and kept in a folder
//! that does not grow without end.

use std::path::PathBuf;

use domain::Sha256Hex;
use domain::protocol::{ErrorCode, WireError};
use sha2::{Digest as _, Sha256};

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::photos::media_type;
use crate::ports::Method;
use crate::store::forgetting;
use crate::sync::{Call, Fault};

/// Fetched photos take at most this much room, in bytes; the oldest give way.
const MAX_FETCHED: u64 = 64 * 1024 * 1024;

impl Device {
    /// The bytes and media type of a photo: of this phone, fetched before, or fetched now.
    ///
    /// # Errors
    /// `not_found` for one the server does not show this phone; `not_enrolled`, `unreachable`, `not_our_server`,
    /// `hash_mismatch`.
    pub async fn open_photo(&self, hash: &Sha256Hex) -> std::result::Result<(Vec<u8>, &'static str), WireError> {
        match self.photo_file(hash) {
            Err(error) if error.code == ErrorCode::NotFound && hash.is_well_formed() => {}
            found => return found,
        }
        let path = self.fetched_path(hash);
        let anothers = self.store.outbox(forgetting::are_photos_due).map_err(WireError::from)?;
        let bytes = if !anothers && self.ports.files.size(&path).is_some() {
            self.ports.files.read(&path).map_err(Failure::from)?
        } else {
            self.fetch_photo(hash).await.map_err(WireError::from)?
        };
        let mime = media_type(&bytes);
        Ok((bytes, mime))
    }

    async fn fetch_photo(&self, hash: &Sha256Hex) -> std::result::Result<Vec<u8>, Fault> {
        let identity = self.identity()?.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
        let path = format!("/v1/blobs/{hash}");
        let call = Call {
            server: &identity.server,
            token: Some(&identity.token),
            method: Method::Get,
            path: &path,
            headers: Vec::new(),
            body: Vec::new(),
        };
        let response = match self.call(call).await {
            Ok(response) => response,
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                return Err(fault);
            }
        };
        if !is_named(&response.body, hash) {
            return Err(Failure::from(ErrorCode::HashMismatch).into());
        }
        // A phone without room still shows what it has just got.
        if let Err(failure) = self.keep_fetched(hash, &response.body) {
            tracing::warn!(code = ?failure.code(), "a fetched photo was not kept");
        }
        // Asked once it is kept: whoever signs in from now on removes it.
        if !self.is_still(&identity)? {
            self.ports
                .files
                .remove(&self.fetched_path(hash))
                .map_err(Failure::from)?;
            return Err(Failure::from(ErrorCode::NotFound).into());
        }
        Ok(response.body)
    }

    fn keep_fetched(&self, hash: &Sha256Hex, bytes: &[u8]) -> Result<()> {
        let files = &self.ports.files;
        let mut kept = files.list(&self.dir.join("fetched"))?;
        kept.sort_by_key(|file| file.modified_ms);
        let mut total = kept.iter().map(|file| file.size).sum::<u64>() + bytes.len() as u64;
        for file in kept {
            if total <= MAX_FETCHED {
                break;
            }
            files.remove(&self.dir.join("fetched").join(&file.name))?;
            total -= file.size;
        }
        self.replace_file(&self.fetched_path(hash), bytes)
    }

    /// Forgets every fetched photo: they may belong to what this phone may not see any more.
    pub(crate) fn forget_fetched(&self) -> Result<()> {
        let folder = self.dir.join("fetched");
        for file in self.ports.files.list(&folder)? {
            self.ports.files.remove(&folder.join(file.name))?;
        }
        Ok(self.ports.files.sync_dir(&folder)?)
    }

    fn fetched_path(&self, hash: &Sha256Hex) -> PathBuf {
        self.dir.join("fetched").join(hash.as_str())
    }
}

fn is_named(bytes: &[u8], hash: &Sha256Hex) -> bool {
    let digest = Sha256::digest(bytes);
    let hex = |at: usize| hash.as_str().get(at * 2..at * 2 + 2);
    digest
        .iter()
        .enumerate()
        .all(|(at, byte)| hex(at).and_then(|text| u8::from_str_radix(text, 16).ok()) == Some(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Mode, World, jpeg};

    fn name(bytes: &[u8]) -> Sha256Hex {
        let hex = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Sha256Hex(hex)
    }

    fn on_the_server(world: &World, bytes: &[u8]) -> Sha256Hex {
        let hash = name(bytes);
        world.server.state().blobs.insert(hash.clone(), bytes.to_vec());
        hash
    }

    #[tokio::test]
    async fn a_photo_of_a_colleague_is_fetched_once_and_then_shown_without_a_network() {
        let mut world = World::enrolled();
        let hash = on_the_server(&world, &jpeg(1));
        assert_eq!(world.device.open_photo(&hash).await.unwrap(), (jpeg(1), "image/jpeg"));
        world.offline();
        world.restart();
        assert_eq!(world.device.open_photo(&hash).await.unwrap().0, jpeg(1));
        let fetches = world
            .server
            .state()
            .requests
            .iter()
            .filter(|path| path.starts_with("v1/blobs/"))
            .count();
        assert_eq!(fetches, 1);
    }

    #[tokio::test]
    async fn bytes_that_are_not_what_they_are_called_are_not_shown() {
        let world = World::enrolled();
        let hash = name(&jpeg(1));
        world.server.state().blobs.insert(hash.clone(), jpeg(2));
        assert_eq!(
            world.device.open_photo(&hash).await.unwrap_err().code,
            ErrorCode::HashMismatch
        );
        world.server.state().blobs.insert(hash.clone(), jpeg(1));
        assert!(world.device.open_photo(&hash).await.is_ok(), "nothing wrong was kept");
    }

    #[tokio::test]
    async fn a_photo_nobody_has_and_a_server_out_of_reach_have_their_own_codes() {
        let world = World::enrolled();
        let hash = name(&jpeg(1));
        assert_eq!(
            world.device.open_photo(&hash).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        world.server.set_mode(Mode::Unreachable);
        assert_eq!(
            world.device.open_photo(&hash).await.unwrap_err().code,
            ErrorCode::Unreachable
        );
    }

    #[tokio::test]
    async fn fetched_photos_do_not_grow_without_end_and_the_oldest_give_way() {
        let world = World::enrolled();
        // Four fit, with what encryption adds to each.
        let piece = usize::try_from(MAX_FETCHED / 4).unwrap() - 16 * 1024;
        let mut names = Vec::new();
        for letter in 0..5_u8 {
            let hash = on_the_server(&world, &vec![letter; piece]);
            world.device.open_photo(&hash).await.unwrap();
            names.push(hash);
            // The clock of the disk tells which is older.
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let kept = |hash: &Sha256Hex| {
            world
                .device
                .ports
                .files
                .size(&world.device.fetched_path(hash))
                .is_some()
        };
        assert_eq!(
            names.iter().map(kept).collect::<Vec<_>>(),
            [false, true, true, true, true]
        );
    }

    #[tokio::test]
    async fn the_next_person_on_this_phone_finds_no_fetched_photo() {
        let world = World::enrolled();
        let hash = on_the_server(&world, &jpeg(1));
        world.device.open_photo(&hash).await.unwrap();
        world.device.sign_out().unwrap();
        assert_eq!(
            world.device.open_photo(&hash).await.unwrap_err().code,
            ErrorCode::NotEnrolled
        );
    }

    #[tokio::test]
    async fn they_go_also_when_somebody_looked_at_the_rows_first() {
        let world = World::enrolled();
        let hash = on_the_server(&world, &jpeg(1));
        world.device.open_photo(&hash).await.unwrap();
        let store = &world.device.store;
        store.write_outbox(|tx| forgetting::begin(tx)).unwrap();
        store.cache(|_| Ok(())).unwrap();
        let is_there = || {
            world
                .device
                .ports
                .files
                .size(&world.device.fetched_path(&hash))
                .is_some()
        };
        assert!(is_there());
        world.device.try_to_forget();
        assert!(!is_there());
    }
}
