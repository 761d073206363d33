//! One case whole.

use domain::case::machine::{CaseFacts, refusal};
use domain::geodesy::distance_m;
use domain::privacy::mask_phone;
use domain::role::Permission;
use domain::{ActionName, CaseId, ErrorCode, LatLon, QueueId, ReceivedAt};

use super::act::actor;
use super::masking::seen_by;
use crate::auth::Person;
use crate::intake::act::facts;
use crate::routes::cases::view::{AllowedAction, CaseDetail, ClockView, Contact, NearbyCase, OrderView};
use crate::store::case_lists::{self, Sight};
use crate::store::cases::CaseRecord;
use crate::store::clocks::{self, ClockRecord};
use crate::store::orders::{self, OrderRecord};
use crate::store::{Tx, code, households};
use crate::{Outcome, rows};

/// How far a case counts as near, in metres.
const NEAR_M: f64 = 100.0;

/// One case with everything the person may see of it.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is none, or none that the person may see.
pub fn open(tx: &Tx<'_>, person: &Person, id: CaseId, now: ReceivedAt) -> Outcome<CaseDetail> {
    let record = case_lists::one(tx, &Sight::of(person, now), id)?.ok_or(ErrorCode::NotFound)?;
    detail(tx, person, &person.queues, record, now)
}

/// The case in the eyes of somebody who works for `queues`. A person who has just given a case away still gets it once,
/// with what became of it.
pub(super) fn detail(
    tx: &Tx<'_>,
    person: &Person,
    queues: &[QueueId],
    record: CaseRecord,
    now: ReceivedAt,
) -> Outcome<CaseDetail> {
    let id = record.id;
    let of_case = orders::of_case(tx, &person.street, id)?;
    let facts = facts(tx, &person.street, &record)?;
    let contact = contact(tx, person, &record, &of_case)?;
    let nearby = nearby(tx, &Sight::of(person, now), &record)?;
    let row = rows::case_rows(tx, &person.street, vec![record])?.pop();
    let row = row.ok_or(ErrorCode::NotFound)?;
    let row = seen_by(tx, &person.street, person, queues, row)?.ok_or(ErrorCode::NotFound)?;
    Ok(CaseDetail {
        row,
        orders: of_case.into_iter().rev().map(order_view).collect(),
        allowed: allowed(&facts, person, now),
        clocks: clocks::of_case(tx, &person.street, id)?
            .into_iter()
            .map(clock_view)
            .collect::<Outcome<_>>()?,
        nearby,
        contact,
    })
}

fn order_view(order: OrderRecord) -> OrderView {
    OrderView {
        id: order.id,
        queue: order.queue,
        lead: order.lead,
        note: order.note,
        is_final: order.final_dispatch,
        opened_at: order.opened_at,
        accepted_at: order.accepted_at,
        closed_at: order.closed_at,
        outcome: order.outcome,
    }
}

fn clock_view(clock: ClockRecord) -> Outcome<ClockView> {
    Ok(ClockView {
        stage: code(&clock.stage)?,
        started_at: clock.started_at,
        due_at: clock.due_at,
        running: clock.is_running(),
        done_at: clock.done_at,
    })
}

fn allowed(facts: &CaseFacts, person: &Person, now: ReceivedAt) -> Vec<AllowedAction> {
    let actor = actor(person);
    let every = ActionName::ALL.iter().copied();
    every
        .map(|action| {
            let refusal = refusal(facts, action, &actor, now);
            AllowedAction {
                action,
                allowed: refusal.is_none(),
                refusal,
            }
        })
        .collect()
}

/// Only the household's community and a queue that has taken the order learn whom to turn to.
fn contact(tx: &Tx<'_>, person: &Person, record: &CaseRecord, orders: &[OrderRecord]) -> Outcome<Option<Contact>> {
    let Some(id) = record.household else { return Ok(None) };
    let community = person.may(Permission::SeeCommunityHouseholds)
        && record
            .community
            .as_ref()
            .is_some_and(|community| person.communities.contains(community));
    let taken = person.may(Permission::WorkOrders)
        && orders.iter().any(|order| {
            order.accepted_at.is_some() && order.closed_at.is_none() && person.queues.contains(&order.queue)
        });
    if !community && !taken {
        return Ok(None);
    }
    let Some(row) = households::get(tx, &person.street, id)? else {
        return Ok(None);
    };
    let residents = households::residents(tx, &person.street, id)?;
    let head = residents
        .iter()
        .find(|one| one.relation == domain::household::HEAD)
        .or_else(|| residents.first());
    let home = row.household;
    Ok(Some(Contact {
        household: id,
        name: head.map_or_else(String::new, |one| one.name.clone()),
        door: [home.estate, home.building, home.unit, home.room].concat(),
        phone: home.phone.map(|phone| mask_phone(&phone)),
        door_note: home.door_note,
    }))
}

fn nearby(tx: &Tx<'_>, sight: &Sight, record: &CaseRecord) -> Outcome<Vec<NearbyCase>> {
    let Some(here) = record
        .place
        .chosen
        .as_ref()
        .map(|claim| claim.point)
        .filter(|_| record.need.is_none())
    else {
        return Ok(Vec::new());
    };
    let found = case_lists::around(tx, sight, here, box_of(here), record.id)?;
    let near = found.into_iter().filter_map(|other| {
        let distance_m = distance_m(here, other.place.chosen.as_ref()?.point);
        (distance_m <= NEAR_M).then(|| NearbyCase {
            id: other.id,
            number: other.number.unwrap_or_default(),
            category: other.category,
            state: other.state,
            distance_m,
            received_at: other.received_at,
        })
    });
    let mut near: Vec<NearbyCase> = near.collect();
    near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    Ok(near)
}

/// Half the sides of a box in degrees that holds the circle of [`NEAR_M`].
fn box_of(point: LatLon) -> (f64, f64) {
    let lat = NEAR_M / 111_000.0;
    (lat, lat / point.lat.to_radians().cos().abs().max(0.01))
}
