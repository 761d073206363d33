//! The orders of a case, as an act changes them.

use domain::case::machine::{OrderChange, OrderEnd};
use domain::{OrderId, QueueId};

use crate::Outcome;
use crate::store::Edit;
use crate::store::cases::CaseRecord;
use crate::store::orders::{self, OrderRecord};

/// Applies changes in their sequence. `note` is a word to the queues that get an order.
pub(super) fn change_orders(edit: &Edit<'_>, case: &CaseRecord, changes: &[OrderChange], note: &str) -> Outcome<()> {
    for change in changes {
        match change {
            OrderChange::OpenLead(queue) => open(edit, case, queue, true, note)?,
            OrderChange::OpenAssist { queue, .. } => open(edit, case, queue, false, note)?,
            OrderChange::AcceptLead(queue) => orders::accept(edit.tx, &edit.street, case.id, queue, edit.now)?,
            OrderChange::AcceptAssist(queue) => orders::accept(edit.tx, &edit.street, case.id, queue, edit.now)?,
            OrderChange::EndLead(queue, how) => end(edit, case, queue, true, *how)?,
            OrderChange::EndAssist(queue, how) => end(edit, case, queue, false, *how)?,
        }
    }
    Ok(())
}

fn open(edit: &Edit<'_>, case: &CaseRecord, queue: &QueueId, lead: bool, note: &str) -> Outcome<()> {
    let order = OrderRecord {
        id: OrderId(edit.ids.uuid()),
        case: case.id,
        queue: queue.clone(),
        lead,
        note: note.to_owned(),
        final_dispatch: lead && case.facts.final_dispatch,
        opened_at: edit.now,
        accepted_at: None,
        closed_at: None,
        outcome: None,
    };
    Ok(orders::insert(edit.tx, &edit.street, &order)?)
}

fn end(edit: &Edit<'_>, case: &CaseRecord, queue: &QueueId, lead: bool, how: OrderEnd) -> Outcome<()> {
    let outcome = match how {
        OrderEnd::Resolved => "resolved",
        OrderEnd::Returned => "returned",
        OrderEnd::Withdrawn => "withdrawn",
        OrderEnd::Released => "released",
        OrderEnd::Cancelled => "cancelled",
    };
    Ok(orders::close(
        edit.tx,
        &edit.street,
        case.id,
        queue,
        lead,
        outcome,
        edit.now,
    )?)
}
