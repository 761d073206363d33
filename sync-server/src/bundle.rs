//! A bundle that somebody carried here: all that a phone could not send for long, in one sealed file. It is read whole and
//! checked before anything of it is taken. Then its mutations get their verdicts, so many in a transaction as if the phone had
//! pushed them, and its photos are stored. The phone keeps all of it, pushes it when it can, and gets the same answers.

mod content;

use std::fs::File;
use std::sync::Arc;

use domain::protocol::{BlobAnswer, BundleHead, MAX_MUTATIONS, Mutation};
use domain::{CapturedAt, DeviceId, ErrorCode, Sha256Hex, StreetId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::intake::push::{self, Carried};
use crate::server::Server;
use crate::store::devices::{self, DeviceRecord};
use crate::store::{audit, people};
use crate::upload::{self, Upload};
use crate::{Failure, Outcome, hash, phone};
use content::Content;

/// What became of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleTaken {
    /// The phone that made it.
    pub device: DeviceId,
    /// What it calls itself.
    pub device_name: String,
    /// The name of the person whose phone it is.
    pub user_name: String,
    /// When it was made, by the phone's clock.
    pub made_at: CapturedAt,
    /// Its records.
    pub records: Carried,
    /// Its photo files.
    pub photos: PhotosTaken,
}

/// What became of the photo files of a bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhotosTaken {
    /// Stored now.
    pub new: u32,
    /// Here already.
    pub again: u32,
    /// No record here names them, or nobody asked for them.
    pub unwanted: u32,
}

/// Takes a bundle, of a phone of that street where one is named. Taking it again changes nothing.
///
/// # Errors
/// [`ErrorCode::BundleDamaged`], [`ErrorCode::BundleForeign`] where it was made for another server or by a phone that is not known
/// there, [`ErrorCode::DeviceRevoked`], [`ErrorCode::TooLarge`], or what store and file system report; then nothing of it
/// was taken, or what was taken is found again the next time.
pub async fn take(server: &Server, street: Option<&StreetId>, by: Option<UserId>, file: File) -> Outcome<BundleTaken> {
    let (mut content, device) = checked(server, street, file).await?;
    let made_at = content.head.made_at;
    let records = answer(server, &device, by, std::mem::take(&mut content.mutations)).await?;
    let photos = store(server, &device, content).await?;
    let (of, user) = (device.street.clone(), device.user);
    let person = server.store.read(move |tx| Ok(people::get(tx, &of, user)?)).await?;
    tracing::info!(device = %device.id, records = records.new, photos = photos.new, "a bundle was taken");
    Ok(BundleTaken {
        device: device.id,
        device_name: device.name,
        user_name: person.map_or_else(String::new, |person| person.name),
        made_at,
        records,
        photos,
    })
}

/// Says whether a bundle could be taken, and changes nothing.
///
/// # Errors
/// As [`take`].
pub async fn check(server: &Server, file: File) -> Outcome<BundleHead> {
    Ok(checked(server, None, file).await?.0.head)
}

/// Reads it to its end, and then its beginning again.
async fn checked(server: &Server, street: Option<&StreetId>, file: File) -> Outcome<(Content, DeviceRecord)> {
    let key = Arc::clone(&server.bundle_key);
    let content = blocking(move || {
        Content::open(file.try_clone()?, &key)?.check()?;
        Content::open(file, &key)
    })
    .await?;
    let device = whose(server, street, &content.head).await?;
    Ok((content, device))
}

/// The phone that made it: only the phone itself knows its token.
async fn whose(server: &Server, street: Option<&StreetId>, head: &BundleHead) -> Outcome<DeviceRecord> {
    let token_hash = hash::of(&head.token);
    let device = server
        .store
        .read(move |tx| Ok(devices::by_token(tx, &token_hash)?))
        .await?;
    let device =
        device.filter(|device| device.id == head.device && street.is_none_or(|street| device.street == *street));
    let device = device.ok_or(ErrorCode::BundleForeign)?;
    if !phone::may_send(&device) {
        return Err(phone::revoked(&device));
    }
    Ok(device)
}

/// Notes who brought it, and answers its mutations, at most as many in a transaction as a phone may push: others write in between.
async fn answer(
    server: &Server,
    device: &DeviceRecord,
    by: Option<UserId>,
    mutations: Vec<Mutation>,
) -> Outcome<Carried> {
    let (note, now, of) = (server.ids.uuid(), server.now(), device.clone());
    let noted = server.store.write(move |tx| {
        audit::note(tx, &of.street, (note, now), by, "bundle.import", ("device", &of.id))?;
        Ok(())
    });
    noted.await?;
    let (mut carried, mut left) = (Carried::default(), mutations.into_iter());
    loop {
        let part: Arc<[Mutation]> = left.by_ref().take(MAX_MUTATIONS).collect();
        if part.is_empty() {
            return Ok(carried);
        }
        let (device, ids) = (device.clone(), Arc::clone(&server.ids));
        let answered = server
            .store
            .write(move |tx| push::carry(tx, &device, &part, now, ids.as_ref()));
        carried += answered.await?;
    }
}

async fn store(server: &Server, device: &DeviceRecord, mut content: Content) -> Outcome<PhotosTaken> {
    let mut taken = PhotosTaken::default();
    loop {
        let (back, next) = blocking(move || {
            let next = content.next_photo()?;
            Ok((content, next))
        })
        .await?;
        content = back;
        let Some((sha256, bytes)) = next else {
            return Ok(taken);
        };
        let counted = match wanted(server, device, &sha256).await? {
            BlobAnswer::Have => &mut taken.again,
            BlobAnswer::Unknown | BlobAnswer::NotAsked => &mut taken.unwanted,
            BlobAnswer::Want { .. } => {
                let upload = Upload {
                    street: device.street.clone(),
                    device: device.id,
                    sha256,
                };
                upload.whole(server, bytes).await?;
                &mut taken.new
            }
        };
        *counted += 1;
    }
}

async fn wanted(server: &Server, device: &DeviceRecord, sha256: &Sha256Hex) -> Outcome<BlobAnswer> {
    let (street, sha256) = (device.street.clone(), sha256.clone());
    server
        .store
        .read(move |tx| Ok(upload::offer(tx, &street, &sha256)?))
        .await
}

/// Reading and opening a file would keep other requests waiting.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Failure::Panicked))
}
