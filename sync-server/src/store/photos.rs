//! What a photo file belongs to: a case, a visit, or a mutation that changed nothing.

use std::collections::HashMap;
use std::hash::Hash;

use domain::{CaseId, MutationId, PhotoCopy, PhotoManifest, Sha256Hex, StreetId, UserId, VisitId};
use serde::Serialize;

use super::{FromColumn, StoreError, Tx, code, json};
use crate::{args, row};

/// What a photo belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A case: of its reports, notes or acts.
    Case(CaseId),
    /// A visit.
    Visit(VisitId),
    /// A mutation that was refused or parked: what was photographed for it is kept all the same.
    Stray(MutationId),
}

impl Subject {
    fn columns(self) -> (&'static str, String) {
        match self {
            Self::Case(case) => ("case", case.to_string()),
            Self::Visit(visit) => ("visit", visit.to_string()),
            Self::Stray(mutation) => ("stray", mutation.to_string()),
        }
    }
}

/// Notes every file of some photos under a subject; a repeat changes nothing.
///
/// # Errors
/// What the engine reports.
pub fn add(
    tx: &Tx<'_>,
    street: &StreetId,
    subject: Subject,
    photos: &[PhotoManifest],
    author: Option<UserId>,
) -> Result<(), StoreError> {
    let (kind, id) = subject.columns();
    for photo in photos {
        for (copy, file) in photo.files() {
            tx.insert(
                "INSERT INTO photos (street_id, sha256, subject_kind, subject_id, copy, size, mime, author_id, wanted)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (street_id, sha256, subject_kind, subject_id) DO NOTHING",
                row![
                    street,
                    &file.sha256,
                    kind,
                    &id,
                    code(&copy)?,
                    file.size,
                    &file.mime,
                    author,
                    copy != PhotoCopy::Original || photo.upright.is_none(),
                ],
            )?;
        }
    }
    Ok(())
}

/// What is known of a photo file through one of its subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoUse {
    /// What it belongs to.
    pub subject: Subject,
    /// Which copy it is.
    pub copy: PhotoCopy,
    /// Its size as the mutation said.
    pub size: u64,
    /// Its media type as the mutation said.
    pub mime: String,
    /// Who took it.
    pub author: Option<UserId>,
    /// True when it is wanted without being asked for.
    pub wanted: bool,
}

/// Everything that uses a photo file; empty when no mutation names it.
///
/// # Errors
/// What the engine reports.
pub fn uses(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<Vec<PhotoUse>, StoreError> {
    let sql = "SELECT subject_kind, subject_id, copy, size, mime, author_id, wanted FROM photos
         WHERE street_id = $1 AND sha256 = $2 ORDER BY subject_kind, subject_id";
    tx.query(sql, args![street, sha256], |row| {
        let subject = match row.get::<String>("subject_kind")?.as_str() {
            "case" => Subject::Case(row.get("subject_id")?),
            "visit" => Subject::Visit(row.get("subject_id")?),
            _stray => Subject::Stray(row.get("subject_id")?),
        };
        Ok(PhotoUse {
            subject,
            copy: row.code("copy")?,
            size: row.get("size")?,
            mime: row.get("mime")?,
            author: row.get("author_id")?,
            wanted: row.get("wanted")?,
        })
    })
}

/// Hashes of the photo files of many cases that are stored.
///
/// # Errors
/// What the engine reports.
pub fn stored_of_cases(
    tx: &Tx<'_>,
    street: &StreetId,
    cases: &[CaseId],
) -> Result<HashMap<CaseId, Vec<Sha256Hex>>, StoreError> {
    stored_of(tx, street, "case", cases)
}

/// As [`stored_of_cases`], of many visits.
///
/// # Errors
/// What the engine reports.
pub fn stored_of_visits(
    tx: &Tx<'_>,
    street: &StreetId,
    visits: &[VisitId],
) -> Result<HashMap<VisitId, Vec<Sha256Hex>>, StoreError> {
    stored_of(tx, street, "visit", visits)
}

fn stored_of<T: FromColumn + Serialize + Eq + Hash>(
    tx: &Tx<'_>,
    street: &StreetId,
    kind: &str,
    subjects: &[T],
) -> Result<HashMap<T, Vec<Sha256Hex>>, StoreError> {
    let sql = format!(
        // Crosswise, so that the few of the subjects are looked up, and not all files.
        "SELECT photos.subject_id AS subject_id, photos.sha256 AS sha256 FROM photos CROSS JOIN blobs
         WHERE blobs.street_id = photos.street_id AND blobs.sha256 = photos.sha256
            AND photos.street_id = $1 AND photos.subject_kind = $2 AND {} ORDER BY photos.subject_id, photos.sha256",
        tx.among("photos.subject_id", 3)
    );
    tx.grouped(&sql, args![street, kind, json(subjects)?], |row| {
        Ok((row.get("subject_id")?, row.get("sha256")?))
    })
}

/// True when the office asked for this original.
///
/// # Errors
/// What the engine reports.
pub fn original_asked(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM original_requests WHERE street_id = $1 AND sha256 = $2";
    Ok(tx.number(sql, args![street, sha256])? > 0)
}

/// Asks a person's phone for an original. The caller touches the `original_request` row.
///
/// # Errors
/// What the engine reports.
pub fn ask_original(
    tx: &Tx<'_>,
    street: &StreetId,
    sha256: &Sha256Hex,
    user: UserId,
    by: UserId,
    now: domain::ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO original_requests (street_id, sha256, user_id, requested_by, requested_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (street_id, sha256) DO NOTHING",
        args![street, sha256, user, by, now],
    )?;
    Ok(())
}

/// Puts the photos of a merged case under its main case.
///
/// # Errors
/// What the engine reports.
pub fn copy_to_case(tx: &Tx<'_>, street: &StreetId, case: CaseId, into: CaseId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO photos (street_id, sha256, subject_kind, subject_id, copy, size, mime, author_id, wanted)
         SELECT street_id, sha256, subject_kind, $3, copy, size, mime, author_id, wanted FROM photos
         WHERE street_id = $1 AND subject_kind = 'case' AND subject_id = $2
         ON CONFLICT (street_id, sha256, subject_kind, subject_id) DO NOTHING",
        args![street, case, into],
    )?;
    Ok(())
}

/// Ends the request for an original that has arrived. Returns false when there was none. The caller touches the row.
///
/// # Errors
/// What the engine reports.
pub fn original_settled(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<bool, StoreError> {
    let sql = "DELETE FROM original_requests WHERE street_id = $1 AND sha256 = $2";
    Ok(tx.execute(sql, args![street, sha256])? > 0)
}
