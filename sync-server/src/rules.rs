//! What time alone does to cases: a limit that runs out, a date that comes. Runs beside the requests.

use std::time::Duration;

use domain::case::machine::{AUTO_CLOSE_MS, Actor, closes_itself};
use domain::{Action, CaseId, CloseReason, StreetId};

use crate::intake::act::{Said, perform};
use crate::server::Server;
use crate::store::case_memory::CaseMemory;
use crate::store::{Tx, Value, blobs, buckets, cases, streets};
use crate::{Failure, Outcome, args};

/// How often the limits are looked at. The shortest limit is five minutes.
const EVERY: Duration = Duration::from_secs(20);
/// Uploads that nothing was added to for this long are forgotten, in milliseconds: seven days.
const ABANDONED_MS: i64 = 7 * 86_400_000;
/// How often old tombstones are looked for, in milliseconds: daily.
const SWEEP_MS: i64 = 86_400_000;
/// Tombstones are kept this long, in milliseconds: 400 days. A phone that was away longer fills its buckets anew.
const TOMBSTONES_MS: i64 = 400 * 86_400_000;
/// At most this many cases per look and rule, so that a long stand-still does not hold up pushes.
const MAX_CASES: usize = 200;

/// Looks at the limits again and again until the server ends.
pub async fn run(server: Server) {
    let mut often = tokio::time::interval(EVERY);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut swept = None;
    loop {
        often.tick().await;
        if let Err(failure) = look(&server).await {
            tracing::error!(code = ?failure.wire().code, "rules of time failed");
        }
        let now = server.now().0;
        if swept.is_none_or(|at| now - at >= SWEEP_MS) {
            swept = Some(now);
            if let Err(failure) = forget_tombstones(&server).await {
                tracing::error!(code = ?failure.wire().code, "old tombstones stay");
            }
        }
    }
}

/// Removes tombstones that no phone in use needs any more. Returns how many that were.
///
/// # Errors
/// What the store reports.
pub async fn forget_tombstones(server: &Server) -> Outcome<usize> {
    let then = domain::ReceivedAt(server.now().0 - TOMBSTONES_MS);
    server
        .store
        .write(move |tx| {
            let mut removed = 0;
            for street in streets::all(tx)? {
                removed += buckets::forget_tombstones(tx, &street.id, then)?;
            }
            Ok(removed)
        })
        .await
}

/// Does everything that is due now, in every street. Returns how many acts that were.
///
/// # Errors
/// What the store reports.
pub async fn look(server: &Server) -> Outcome<usize> {
    let now = server.now();
    let streets = server.store.read(|tx| Ok(streets::all(tx)?)).await?;
    let mut done = 0;
    for street in streets {
        let id = street.id.clone();
        let due = server.store.read(move |tx| due(tx, &id, now)).await?;
        for (case, action) in due {
            let row = street.clone();
            let acted = server
                .edit(street.id.clone(), move |edit| {
                    let Some(record) = cases::get(edit.tx, &edit.street, case)? else {
                        return Ok(false);
                    };
                    refused_is_fine(perform(edit, &row, record, &action, &Actor::rule(), Said::default()).map(drop))
                })
                .await;
            // One case that cannot be moved must not hold up the others.
            match acted {
                Ok(acted) => done += usize::from(acted),
                Err(failure) => tracing::error!(%case, code = ?failure.wire().code, "a rule of time failed"),
            }
        }
    }
    let before = domain::ReceivedAt(now.0 - ABANDONED_MS);
    server
        .store
        .write(move |tx| Ok(blobs::drop_abandoned(tx, before)?))
        .await?;
    Ok(done)
}

/// Between looking and acting somebody may have been quicker; then the rule has nothing left to do.
fn refused_is_fine(outcome: Outcome<()>) -> Outcome<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(Failure::Refused(_)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn due(tx: &Tx<'_>, street: &StreetId, now: domain::ReceivedAt) -> Outcome<Vec<(CaseId, Action)>> {
    let by_clock = |stage: &str, state: &str| {
        let sql = "SELECT case_id AS id FROM clocks
             JOIN cases ON cases.street_id = clocks.street_id AND cases.id = clocks.case_id AND state = $3
             WHERE clocks.street_id = $1 AND stage = $2 AND clocks.due_at <= $4 AND done_at IS NULL AND ended_at IS NULL
             ORDER BY clocks.due_at LIMIT $5";
        found(tx, sql, args![street, stage, state, now, MAX_CASES])
    };
    let waking = "SELECT id FROM cases WHERE street_id = $1 AND state = 'suspended' AND suspended_until <= $2 LIMIT $3";
    let close = Action::Close {
        reason: CloseReason::Fixed,
        text: "72 h".to_owned(),
    };
    let all = [
        (by_clock("accept", "dispatched")?, Action::Accept),
        (by_clock("prefile_check", "prefile_check")?, Action::CheckExpired),
        (found(tx, waking, args![street, now, MAX_CASES])?, Action::Wake),
        (closing(tx, street, now)?, close),
    ];
    Ok(all
        .into_iter()
        .flat_map(|(cases, action)| cases.into_iter().map(move |case| (case, action.clone())))
        .collect())
}

/// Cases that close by themselves. Those that wait for a person stay in the same state for as long as it takes, so the
/// limit counts only cases that the rule will move.
fn closing(tx: &Tx<'_>, street: &StreetId, now: domain::ReceivedAt) -> Outcome<Vec<CaseId>> {
    let sql = "SELECT id, urgency, facts FROM cases WHERE street_id = $1 AND state = 'resolved' AND resolved_at <= $2
         ORDER BY resolved_at";
    let resolved = domain::ReceivedAt(now.0 - AUTO_CLOSE_MS);
    let waiting = tx.query(sql, args![street, resolved], |row| {
        let memory: CaseMemory = row.json("facts")?;
        let closes = closes_itself(row.get("urgency")?, memory.checked, memory.after_photo);
        Ok(closes.then_some(row.get("id")?))
    })?;
    Ok(waiting.into_iter().flatten().take(MAX_CASES).collect())
}

fn found(tx: &Tx<'_>, sql: &str, args: &[Value]) -> Outcome<Vec<CaseId>> {
    Ok(tx.query(sql, args, |row| row.get("id"))?)
}
