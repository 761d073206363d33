//! Exporting everything unsent into one sealed file, for somebody to carry to the office when the server cannot be reached for
//! long. Nothing here changes by it: the phone keeps its work and goes on trying until it has the server's receipts.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use chrono_tz::Tz;
use domain::CapturedAt;
use domain::protocol::{
    BundleHead, BundlePhoto, ErrorCode, MAX_BUNDLE_BYTES, MAX_BUNDLE_ITEMS, Mutation, PIECE_BYTES, RowType, Sealer,
    WireError,
};
use domain::view::StreetRow;
use serde::Serialize;
use serde_json::json;

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Files;
use crate::store::identity::Identity;
use crate::store::{mutation, photo_file, row, setting};
use crate::sync::{BUNDLE_KEY, KnownKey};
use crate::view::BundleView;

/// How the names of these files end.
const ENDING: &str = ".xunge-bundle";

impl Device {
    /// Writes everything unsent into a new file in `folder`, sealed for the server. Bundles that were made here before are
    /// removed: the new one holds what they hold, or the server has it. The folder is not the device's own, so `files` may be
    /// another file system than that of the device.
    ///
    /// # Errors
    /// `not_enrolled`, `device_revoked`, `bundle_no_key` where this phone has not been in touch with the server since it was
    /// enrolled, `too_large`, or what the phone's storage refuses.
    pub fn export_bundle(&self, folder: &Path, files: &dyn Files) -> std::result::Result<BundleView, WireError> {
        Ok(self.write_bundle(folder, files)?)
    }

    fn write_bundle(&self, folder: &Path, files: &dyn Files) -> Result<BundleView> {
        let identity = self.identity()?.ok_or(ErrorCode::NotEnrolled)?;
        if identity.revoked {
            return Err(ErrorCode::DeviceRevoked.into());
        }
        let known: Option<KnownKey> = self.store.outbox(|outbox| setting::get(outbox, BUNDLE_KEY))?;
        let key = known
            .filter(|known| known.server == identity.server_key)
            .map(|known| known.key);
        let (begin, sealer) =
            Sealer::begin(&key.ok_or(ErrorCode::BundleNoKey)?, self.secret()).ok_or(ErrorCode::BundleNoKey)?;
        let (head, mutations) = self.unsent_work(&identity)?;
        files.create_dir(folder)?;
        let made = files
            .list(folder)?
            .into_iter()
            .filter(|file| file.name.ends_with(ENDING));
        let earlier: Vec<PathBuf> = made.map(|file| folder.join(file.name)).collect();
        let name = self.bundle_name(&identity)?;
        let draft = folder.join(format!("{name}.part"));
        let mut writer = Writer {
            files,
            path: &draft,
            sealer,
            waiting: Vec::new(),
            bytes: begin.len() as u64,
        };
        let written = files
            .write(&draft, &begin)
            .map_err(Failure::from)
            .and_then(|()| self.fill(&mut writer, &head, &mutations));
        let bytes = writer.bytes;
        if let Err(failure) = written {
            // Best effort; the first error is the one to tell.
            drop(files.remove(&draft));
            return Err(failure);
        }
        files.rename(&draft, &folder.join(&name))?;
        files.sync_dir(folder)?;
        for file in earlier.iter().filter(|file| !file.ends_with(&name)) {
            files.remove(file)?;
        }
        Ok(BundleView {
            name,
            folder: folder.display().to_string(),
            bytes,
            records: head.mutations,
            photos: u32::try_from(head.photos.len()).unwrap_or(u32::MAX),
        })
    }

    fn fill(&self, writer: &mut Writer<'_>, head: &BundleHead, mutations: &[Mutation]) -> Result<()> {
        writer.record(head)?;
        mutations.iter().try_for_each(|made| writer.record(made))?;
        for photo in &head.photos {
            let (path, mut offset) = (self.photo_path(&photo.sha256), 0);
            while offset < photo.size {
                let part = self.ports.files.read_at(&path, offset, PIECE_BYTES)?;
                let left = usize::try_from(photo.size - offset).unwrap_or(usize::MAX);
                if part.is_empty() || part.len() > left {
                    return Err(ErrorCode::PhotoDamaged.into());
                }
                offset += part.len() as u64;
                writer.put(&part)?;
            }
        }
        writer.end()
    }

    /// What is carried. A photo file that is not here as it was saved would make the whole bundle unreadable: it is left out.
    fn unsent_work(&self, identity: &Identity) -> Result<(BundleHead, Vec<Mutation>)> {
        let (mutations, files) = self
            .store
            .outbox(|outbox| Ok((mutation::unsent_whole(outbox)?, photo_file::travelling(outbox)?)))?;
        let here = |file: &photo_file::Kept| {
            let read = self.ports.files.read(&self.photo_path(&file.sha256));
            read.is_ok_and(|bytes| bytes.len() as u64 == file.size)
        };
        let photos: Vec<BundlePhoto> = files
            .into_iter()
            .filter(here)
            .map(|file| BundlePhoto {
                sha256: file.sha256,
                size: file.size,
            })
            .collect();
        let too_many = mutations.len().max(photos.len()) > MAX_BUNDLE_ITEMS;
        if too_many || photos.iter().map(|photo| photo.size).sum::<u64>() > MAX_BUNDLE_BYTES / 2 {
            return Err(Failure::Coded(
                ErrorCode::TooLarge,
                json!({ "limit": MAX_BUNDLE_BYTES / 2 }),
            ));
        }
        let head = BundleHead {
            device: identity.device,
            token: identity.token.clone(),
            made_at: CapturedAt(self.ports.clock.wall_ms()),
            mutations: u32::try_from(mutations.len()).unwrap_or(u32::MAX),
            photos,
        };
        Ok((head, mutations))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.ports.ids.fill(&mut secret);
        secret
    }

    /// Tells whose it is and when it was made, in the street's time.
    fn bundle_name(&self, identity: &Identity) -> Result<String> {
        let street: Option<StreetRow> = self
            .store
            .cache(|cache| row::get(cache, RowType::Street, identity.profile.street.as_str()))?;
        let zone = street
            .and_then(|street| street.time_zone.parse().ok())
            .unwrap_or(Tz::Asia__Shanghai);
        let now = DateTime::from_timestamp_millis(self.ports.clock.wall_ms()).unwrap_or_default();
        let device = identity.device.to_string();
        let short = device.get(..8).unwrap_or(&device);
        Ok(format!(
            "{}-{short}{ENDING}",
            now.with_timezone(&zone).format("%Y%m%d-%H%M%S")
        ))
    }
}

/// Seals content piece by piece into a file.
struct Writer<'a> {
    files: &'a dyn Files,
    path: &'a Path,
    sealer: Sealer,
    waiting: Vec<u8>,
    bytes: u64,
}

impl Writer<'_> {
    fn record(&mut self, what: &impl Serialize) -> Result<()> {
        let json = serde_json::to_vec(what)?;
        let length = u32::try_from(json.len()).map_err(|_odd| ErrorCode::TooLarge)?;
        self.put(&length.to_be_bytes())?;
        self.put(&json)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() > PIECE_BYTES {
            let rest = self.waiting.split_off(PIECE_BYTES);
            let piece = std::mem::replace(&mut self.waiting, rest);
            self.write(&piece, false)?;
        }
        Ok(())
    }

    /// The last piece, and everything on the disk.
    fn end(&mut self) -> Result<()> {
        let piece = std::mem::take(&mut self.waiting);
        self.write(&piece, true)?;
        Ok(self.files.sync(self.path)?)
    }

    fn write(&mut self, piece: &[u8], last: bool) -> Result<()> {
        let sealed = self.sealer.piece(piece, last)?;
        self.files.append(self.path, &sealed)?;
        self.bytes += sealed.len() as u64;
        Ok(())
    }
}
