//! What the office does to cases. The domain decides whether it may be done; a repeat of an act is harmless.

use domain::case::machine::Actor;
use domain::{CaseAct, CaseId, ErrorCode, GridId, MutationId, ProblemKind, QueueId, ReceivedAt, StreetId};

use super::detail::{detail, open};
use crate::auth::Person;
use crate::intake::act::from_office;
use crate::intake::place::move_case;
use crate::routes::cases::view::CaseDetail;
use crate::routes::check::Check;
use crate::server::Server;
use crate::store::case_lists::{self, Sight};
use crate::store::{Tx, blobs, cases, receipts};
use crate::{Outcome, args};

/// The person as the state machine knows it.
pub(crate) fn actor(person: &Person) -> Actor {
    Actor {
        queues: person.queues.iter().cloned().collect(),
        grids: person.grids.iter().cloned().collect(),
        communities: person.communities.iter().cloned().collect(),
        ..Actor::person(person.user, &person.roles)
    }
}

/// Acts on a case and returns it as it is then.
///
/// # Errors
/// [`ErrorCode::NotFound`] for a case out of sight, [`ErrorCode::Stale`] with `{now, state_rev}` when it has moved on, and
/// whatever the state machine refuses with.
pub async fn act(server: &Server, person: Person, id: MutationId, act: CaseAct) -> Outcome<CaseDetail> {
    server
        .edit(person.street.clone(), move |edit| {
            let seen = case_lists::one(edit.tx, &Sight::of(&person, edit.now), act.case)?;
            // A repeat after the act took the case out of sight still gets its answer.
            if seen.is_none() && !is_repeat(edit.tx, &person, id)? {
                return Err(ErrorCode::NotFound.into());
            }
            photos_stored(edit.tx, &edit.street, &act)?;
            from_office(edit, &actor(&person), &act, id)?;
            show(edit.tx, &person, act.case, edit.now)
        })
        .await
}

fn is_repeat(tx: &Tx<'_>, person: &Person, id: MutationId) -> Outcome<bool> {
    let sql = "SELECT COUNT(*) FROM receipts WHERE street_id = $1 AND mutation_id = $2 AND author_id = $3";
    Ok(receipts::get(tx, &person.street, id)?.is_some() && tx.number(sql, args![&person.street, id, person.user])? > 0)
}

/// The office uploads a photo before it names it, so every copy must be here.
fn photos_stored(tx: &Tx<'_>, street: &StreetId, act: &CaseAct) -> Outcome<()> {
    let mut check = Check::default();
    for (n, photo) in act.act.photos().iter().enumerate() {
        for (_copy, file) in photo.files() {
            let stored = blobs::stored(tx, street, &file.sha256)?.is_some();
            check.that(stored, &format!("photos.{n}"), ProblemKind::Unknown);
        }
    }
    check.done()
}

/// The case after an act of this person, who may just have given it away.
fn show(tx: &Tx<'_>, person: &Person, id: CaseId, now: ReceivedAt) -> Outcome<CaseDetail> {
    let record = cases::get(tx, &person.street, id)?.ok_or(ErrorCode::NotFound)?;
    let mut queues: Vec<QueueId> = person.queues.clone();
    queues.push(record.lead_queue.clone());
    detail(tx, person, &queues, record, now)
}

/// Puts a case at a border into one of its two grids; who looks after it is decided again.
///
/// # Errors
/// [`ErrorCode::NotFound`], or [`ErrorCode::Invalid`] for a grid that is neither of the two.
pub async fn choose_grid(server: &Server, person: Person, id: CaseId, grid: GridId) -> Outcome<CaseDetail> {
    server
        .edit(person.street.clone(), move |edit| {
            let record = case_lists::one(edit.tx, &Sight::of(&person, edit.now), id)?.ok_or(ErrorCode::NotFound)?;
            if record.place.grid.as_ref() != Some(&grid) {
                let mut check = Check::default();
                check.that(
                    record.place.other_grid.as_ref() == Some(&grid),
                    "grid",
                    ProblemKind::Unknown,
                );
                check.done()?;
                move_case(edit, person.user, record, grid)?;
            }
            open(edit.tx, &person, id, edit.now)
        })
        .await
}
