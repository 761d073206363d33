//! One record and its entry in the outbox, in one transaction with its photos' rows and the end of its draft.

use domain::protocol::{Mutation, kind};
use domain::{ErrorCode, MutationId, PhotoCopy, PhotoManifest, UserId};
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::photo_file::{self, Named};
use crate::store::{draft, mutation};

/// A change that is about to be saved.
pub(crate) struct Record<'a, B> {
    pub(crate) kind: &'static str,
    pub(crate) entity: Uuid,
    pub(crate) body: &'a B,
    pub(crate) photos: &'a [PhotoManifest],
    /// True when its photos may use any network.
    pub(crate) any_network: bool,
    /// The draft that ends with it.
    pub(crate) draft: Option<&'a str>,
}

impl Device {
    /// Whose record it is.
    pub(crate) fn author(&self) -> Result<UserId> {
        let identity = self.identity()?.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
        Ok(identity.profile.user)
    }

    /// Saves a change. When this returns it survives a power cut.
    pub(crate) fn record<B: Serialize>(&self, record: &Record<'_, B>) -> Result<()> {
        let wall_ms = self.ports.clock.wall_ms();
        let server_est_ms = self
            .identity()?
            .and_then(|identity| identity.clock_offset_ms)
            .map(|offset| wall_ms + offset);
        let made = Mutation {
            id: MutationId(self.ports.ids.time_ordered(wall_ms)),
            seq: 0,
            kind: record.kind.to_owned(),
            v: 1,
            entity: record.entity,
            author: self.author()?,
            wall_ms,
            server_est_ms,
            body: serde_json::to_value(record.body)?,
        };
        debug_assert!(
            [
                kind::REPORT_CREATE,
                kind::REPORT_NOTE,
                kind::REPORT_WITHDRAW,
                kind::VISIT_CREATE,
                kind::HOUSEHOLD_EDIT,
                kind::RESIDENT_ADD,
                kind::RESIDENT_EDIT,
                kind::RESIDENT_REMOVE,
            ]
            .contains(&record.kind)
        );
        self.store.write_outbox(|tx| {
            mutation::insert(tx, &made)?;
            name_photos(tx, &made, record)?;
            record.draft.map_or(Ok(()), |id| end_draft(tx, id, wall_ms))
        })
    }
}

/// Ends a draft, and the refused record it was made from.
fn end_draft(outbox: &Connection, id: &str, now_ms: i64) -> Result<()> {
    if let Some(refused) = draft::get(outbox, id)?.and_then(|draft| draft.replaces) {
        mutation::dismiss(outbox, refused, now_ms)?;
    }
    draft::remove(outbox, id)
}

fn name_photos<B>(outbox: &Connection, made: &Mutation, record: &Record<'_, B>) -> Result<()> {
    for (n, manifest) in record.photos.iter().enumerate() {
        for (copy, file) in manifest.files() {
            // Where no upright could be made, the original is all there is.
            let asked = copy == PhotoCopy::Original && manifest.upright.is_none();
            let (any_network, captured_ms) = (record.any_network, made.wall_ms);
            photo_file::insert(
                outbox,
                &Named {
                    mutation: made.id,
                    n,
                    copy,
                    file,
                    any_network,
                    asked,
                    captured_ms,
                },
            )?;
        }
    }
    Ok(())
}
