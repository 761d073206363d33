//! `durable_rev` on PostgreSQL, whose own standbys or archive are the copies elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::StreetId;

use crate::Outcome;
use crate::server::Server;
use crate::store::wal::{self, CopiedBy};
use crate::store::{server as deployment, streets};

/// How often the copies are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// How far the streets had come when the log ended at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    revs: BTreeMap<StreetId, u64>,
    position: String,
}

/// Tells the streets what copies hold of them, until the server ends.
pub async fn run(server: Server, by: CopiedBy) {
    let mut often = tokio::time::interval(EVERY);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut waiting = None;
    loop {
        often.tick().await;
        match look(&server, by, waiting.take()).await {
            Ok(still) => waiting = still,
            Err(failure) => tracing::error!(code = ?failure.wire().code, "the copies elsewhere were not looked at"),
        }
    }
}

/// One look: what `waiting` waits for may have been copied, and what was committed since waits next. Returns what waits now.
///
/// # Errors
/// What the store reports.
pub async fn look(server: &Server, by: CopiedBy, waiting: Option<Waiting>) -> Outcome<Option<Waiting>> {
    let Some(waiting) = waiting else {
        return mark(server).await;
    };
    let position = waiting.position.clone();
    if !server
        .store
        .read(move |tx| Ok(wal::reached(tx, by, &position)?))
        .await?
    {
        return Ok(Some(waiting));
    }
    tell(server, waiting.revs).await?;
    mark(server).await
}

/// What the streets have not been told of, and where the log ends after it.
async fn mark(server: &Server) -> Outcome<Option<Waiting>> {
    let read = server.store.read(|tx| {
        let mut revs = streets::heights(tx)?;
        revs.retain(|_, height| height.durable_rev != Some(height.rev));
        Ok((revs, wal::position(tx)?))
    });
    let (revs, position) = read.await?;
    Ok(position.filter(|_| !revs.is_empty()).map(|position| Waiting {
        revs: revs.into_iter().map(|(street, height)| (street, height.rev)).collect(),
        position,
    }))
}

async fn tell(server: &Server, revs: BTreeMap<StreetId, u64>) -> Outcome<()> {
    let (epoch, now) = (server.epoch, server.now());
    let write = server.store.write(move |tx| {
        tx.hold_deployment()?;
        // What another history had at that revision is not what this one has.
        if deployment::epoch(tx)? == Some(epoch) {
            for (street, rev) in &revs {
                streets::copied(tx, street, *rev, now)?;
            }
        }
        Ok(())
    });
    write.await
}
