//! Photos at the office: taken in through the same pipeline as on a phone, handed out to whoever may see what they
//! belong to.

use std::sync::Arc;

use axum::body::Bytes;
use domain::role::Permission;
use domain::{
    CapturedAt, CaseId, ErrorCode, PhotoCopy, PhotoManifest, PhotoRole, Sha256Hex, StreetId, UserId, VisitId,
};
use photo::{Processed, Settings, Tz};

use crate::auth::Person;
use crate::server::Server;
use crate::store::case_lists::{self, Sight};
use crate::store::household_lists::{self, HouseholdSight};
use crate::store::photos::{self, PhotoUse, Subject};
use crate::store::{Tx, blobs, streets, visits};
use crate::{Failure, Outcome, stray_files, upload};

/// An original leaves the server re-encoded, so that nothing of its EXIF does; this keeps every pixel of a camera.
const STRIPPED_SIDE: u32 = 16_384;
/// And this nearly all of their values.
const STRIPPED_QUALITY: u8 = 92;

/// A file on its way to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoBytes {
    /// Media type.
    pub mime: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Makes the copies of a picture file and stores them; the file itself is not kept.
///
/// # Errors
/// A code of the pipeline such as [`ErrorCode::PhotoNotAnImage`]; [`ErrorCode::DiskFull`].
pub async fn add(server: &Server, person: &Person, bytes: Bytes, role: PhotoRole) -> Outcome<PhotoManifest> {
    let settings = Settings::for_zone(zone(server, &person.street).await?);
    let (files, street, now) = (
        Arc::clone(&server.files),
        person.street.clone(),
        CapturedAt(server.now().0),
    );
    let names = [server.ids.uuid(), server.ids.uuid()];
    let manifest = blocking(move || {
        let made = photo::process(&bytes, None, role, now, &settings)?;
        let (upright, preview) = made.require_copies()?;
        let Processed { manifest, .. } = &made;
        for ((copy, file), name) in [(upright, &manifest.upright), (preview, &manifest.preview)]
            .into_iter()
            .zip(names)
        {
            if let Some(file) = file {
                files.put(&street, &file.sha256, &[copy.to_vec()], name)?;
            }
        }
        Ok(PhotoManifest {
            original: None,
            ..made.manifest
        })
    })
    .await?;
    let stored = manifest.clone();
    server
        .edit(person.street.clone(), move |edit| {
            for (_copy, file) in stored.files() {
                upload::stored(edit, &file.sha256, file.size, None)?;
            }
            Ok(())
        })
        .await?;
    Ok(manifest)
}

async fn zone(server: &Server, street: &StreetId) -> Outcome<Tz> {
    let street = street.clone();
    let row = server.store.read(move |tx| Ok(streets::get(tx, &street)?)).await?;
    Ok(row
        .and_then(|row| row.time_zone.parse().ok())
        .unwrap_or(Tz::Asia__Shanghai))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.or(Err(Failure::Panicked))?
}

/// A photo file for somebody who may see what it belongs to.
///
/// # Errors
/// [`ErrorCode::NotFound`] when it is not stored or not visible.
pub async fn open(server: &Server, person: Person, sha256: Sha256Hex) -> Outcome<PhotoBytes> {
    let (street, wanted, now) = (person.street.clone(), sha256.clone(), server.now());
    let seen = server.store.read(move |tx| seen(tx, &person, &wanted, now)).await?;
    let copies: Vec<PhotoCopy> = seen.iter().map(|one| one.copy).collect();
    if copies.is_empty() {
        return Err(ErrorCode::NotFound.into());
    }
    let original = copies.iter().all(|copy| *copy == PhotoCopy::Original);
    let files = Arc::clone(&server.files);
    let at = CapturedAt(now.0);
    blocking(move || {
        let bytes = files.read(&street, &sha256)?;
        let bytes = if original { stripped(&bytes, at)? } else { bytes };
        Ok(PhotoBytes {
            mime: "image/jpeg",
            bytes,
        })
    })
    .await
}

fn stripped(original: &[u8], now: CapturedAt) -> Outcome<Vec<u8>> {
    let settings = Settings {
        upright_side: STRIPPED_SIDE,
        upright_quality: STRIPPED_QUALITY,
        ..Settings::default()
    };
    let made = photo::process(original, None, PhotoRole::Wide, now, &settings)?;
    made.upright.ok_or_else(|| ErrorCode::PhotoUndecodable.into())
}

/// The uses of a stored photo file that this person may see.
fn seen(tx: &Tx<'_>, person: &Person, sha256: &Sha256Hex, now: domain::ReceivedAt) -> Outcome<Vec<PhotoUse>> {
    if blobs::stored(tx, &person.street, sha256)?.is_none() {
        return Ok(Vec::new());
    }
    uses_seen(tx, person, sha256, now)
}

fn uses_seen(tx: &Tx<'_>, person: &Person, sha256: &Sha256Hex, now: domain::ReceivedAt) -> Outcome<Vec<PhotoUse>> {
    let mut seen = Vec::new();
    for one in photos::uses(tx, &person.street, sha256)? {
        let visible = match one.subject {
            Subject::Case(case) => case_visible(tx, person, case, now)?,
            Subject::Visit(visit) => visit_visible(tx, person, visit)?,
            Subject::Stray(mutation) => stray_files::shows_photos(tx, person, mutation)?,
        };
        if visible {
            seen.push(one);
        }
    }
    Ok(seen)
}

fn case_visible(tx: &Tx<'_>, person: &Person, case: CaseId, now: domain::ReceivedAt) -> Outcome<bool> {
    let sight = Sight::of(person, now);
    Ok(case_lists::one(tx, &sight, case)?.is_some())
}

fn visit_visible(tx: &Tx<'_>, person: &Person, visit: VisitId) -> Outcome<bool> {
    let Some(record) = visits::get(tx, &person.street, visit)? else {
        return Ok(false);
    };
    Ok(household_lists::one(tx, &HouseholdSight::of(person), record.visit.household)?.is_some())
}

/// Asks the phone of a photo's author for the untouched file.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no original of that name belongs to anything the person may see;
/// [`ErrorCode::Forbidden`] without the right to triage or to work on orders.
pub async fn request_original(server: &Server, person: Person, sha256: Sha256Hex) -> Outcome<()> {
    if !person.may(Permission::Triage) && !person.may(Permission::WorkOrders) {
        return Err(ErrorCode::Forbidden.into());
    }
    server
        .edit(person.street.clone(), move |edit| {
            let seen = uses_seen(edit.tx, &person, &sha256, edit.now)?;
            let author = seen
                .iter()
                .find(|one| one.copy == PhotoCopy::Original)
                .and_then(|one| one.author);
            let author: UserId = author.ok_or(ErrorCode::NotFound)?;
            if blobs::stored(edit.tx, &edit.street, &sha256)?.is_none() {
                photos::ask_original(edit.tx, &edit.street, &sha256, author, person.user, edit.now)?;
                edit.touch(domain::protocol::RowType::OriginalRequest, &sha256);
            }
            Ok(())
        })
        .await
}
