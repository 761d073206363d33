//! `durable_rev` on PostgreSQL, whose own standbys or archive are the copies elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{ReceivedAt, StreetId};

use super::are_photos_elsewhere;
use crate::blobs::Photos;
use crate::server::Server;
use crate::store::wal::{self, CopiedBy};
use crate::store::{server as deployment, streets};
use crate::{Failure, Outcome};

/// How often the copies are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// A street in which nothing happens is told as often that its copies are well, in milliseconds.
const TELL_AGAIN_MS: i64 = 3_600_000;

/// What is copied elsewhere, and by whom.
#[derive(Debug, Clone)]
pub struct Copies {
    /// Who copies the rows.
    pub rows: CopiedBy,
    /// Where the photos lie, which have to be elsewhere as well; nothing when something carries them off.
    pub photos: Option<Photos>,
}

impl Copies {
    /// A share that is not mounted today takes photos that a lost disk loses.
    async fn have_photos(&self) -> Outcome<bool> {
        let Some(photos) = self.photos.clone() else {
            return Ok(true);
        };
        let asked = tokio::task::spawn_blocking(move || are_photos_elsewhere(&photos)).await;
        Ok(asked.map_err(|_panicked| Failure::Panicked)??)
    }
}

/// How far the streets had come when the log ended at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    revs: BTreeMap<StreetId, u64>,
    position: String,
}

/// Tells the streets what copies hold of them, until the server ends.
pub async fn run(server: Server, copies: Copies) {
    let mut often = tokio::time::interval(EVERY);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut waiting = None;
    loop {
        often.tick().await;
        match look(&server, &copies, waiting.take()).await {
            Ok(still) => waiting = still,
            Err(failure) => tracing::error!(code = ?failure.wire().code, "the copies elsewhere were not looked at"),
        }
    }
}

/// One look: what `waiting` waits for may have been copied, and what was committed since waits next. Returns what waits now.
///
/// # Errors
/// What the store or the file system reports.
pub async fn look(server: &Server, copies: &Copies, waiting: Option<Waiting>) -> Outcome<Option<Waiting>> {
    let Some(waiting) = waiting else {
        return mark(server).await;
    };
    let (position, by) = (waiting.position.clone(), copies.rows);
    let reached = server
        .store
        .read(move |tx| Ok(wal::reached(tx, by, &position)?))
        .await?;
    if !reached || !copies.have_photos().await? {
        return Ok(Some(waiting));
    }
    tell(server, waiting.revs).await?;
    mark(server).await
}

/// What the streets have not been told of, or not for an hour, and where the log ends after it.
async fn mark(server: &Server) -> Outcome<Option<Waiting>> {
    let now = server.now();
    let told = ReceivedAt(now.0 - TELL_AGAIN_MS);
    if server
        .store
        .read(move |tx| Ok(streets::untold(tx, told)?))
        .await?
        .is_empty()
    {
        return Ok(None);
    }
    let write = server.store.write(move |tx| {
        // PostgreSQL archives no file of its log in which nothing stands, however long that takes.
        deployment::set_marked(tx, now)?;
        Ok((streets::untold(tx, told)?, wal::position(tx)?))
    });
    let (revs, position) = write.await?;
    Ok(position.map(|position| Waiting { revs, position }))
}

async fn tell(server: &Server, revs: BTreeMap<StreetId, u64>) -> Outcome<()> {
    let (epoch, now) = (server.epoch, server.now());
    let write = server.store.write(move |tx| {
        tx.hold_deployment()?;
        // What another history had at that revision is not what this one has.
        if deployment::is_still(tx, epoch)? {
            for (street, rev) in &revs {
                streets::copied(tx, street, *rev, now)?;
            }
        }
        Ok(())
    });
    write.await
}
