//! The records made on this phone by the person signed in, as values; refused ones that were given up apart.

use domain::protocol::kind;
use domain::{PhotoManifest, Report, ReportNote, UserId, Visit};
use rusqlite::Connection;
use serde::de::DeserializeOwned;

use crate::failure::Result;
use crate::store::mutation::{self, Stored};
use crate::store::photo_file::{self, Kept};

/// A record with its outbox entry and the files it names.
pub(crate) struct Own<B> {
    pub(crate) row: Stored,
    pub(crate) body: B,
    pub(crate) files: Vec<Kept>,
}

fn read<B: DeserializeOwned>(outbox: &Connection, rows: Vec<Stored>, author: Option<UserId>) -> Result<Vec<Own<B>>> {
    let mine = rows
        .into_iter()
        .filter(|row| Some(row.author) == author && !row.dismissed);
    mine.map(|row| {
        let files = photo_file::of_mutation(outbox, row.id)?;
        Ok(Own {
            body: serde_json::from_value(row.body.clone())?,
            files,
            row,
        })
    })
    .collect()
}

pub(crate) fn reports(outbox: &Connection, author: Option<UserId>) -> Result<Vec<Own<Report>>> {
    read(outbox, mutation::of_kind(outbox, kind::REPORT_CREATE)?, author)
}

/// The report among the records about it. Asked for after every save: its cost must not grow with what the phone holds.
pub(crate) fn report(outbox: &Connection, rows: &[Stored], author: Option<UserId>) -> Result<Option<Own<Report>>> {
    Ok(of_kind(outbox, rows, kind::REPORT_CREATE, author)?.pop())
}

pub(crate) fn notes(outbox: &Connection, rows: &[Stored], author: Option<UserId>) -> Result<Vec<Own<ReportNote>>> {
    of_kind(outbox, rows, kind::REPORT_NOTE, author)
}

fn of_kind<B: DeserializeOwned>(
    outbox: &Connection,
    rows: &[Stored],
    kind: &str,
    author: Option<UserId>,
) -> Result<Vec<Own<B>>> {
    let chosen = rows.iter().filter(|row| row.kind == kind).cloned().collect();
    read(outbox, chosen, author)
}

pub(crate) fn visits(outbox: &Connection, author: Option<UserId>) -> Result<Vec<Own<Visit>>> {
    read(outbox, mutation::of_kind(outbox, kind::VISIT_CREATE)?, author)
}

/// The photos a mutation's body names, whatever its kind.
pub(crate) fn photos(row: &Stored) -> Vec<PhotoManifest> {
    row.body
        .get("photos")
        .and_then(|photos| serde_json::from_value(photos.clone()).ok())
        .unwrap_or_default()
}
