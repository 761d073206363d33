//! Orders: one case's assignment to one queue. One open lead per case holds by a unique index.

use domain::{CaseId, OrderId, QueueId, ReceivedAt, StreetId};

use super::{Row, StoreError, Tx};
use crate::{args, row};

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// Name.
    pub id: OrderId,
    /// The case.
    pub case: CaseId,
    /// The queue.
    pub queue: QueueId,
    /// True for the lead, false for an assist.
    pub lead: bool,
    /// A word to the receiver.
    pub note: String,
    /// True after a ruling: it cannot be returned.
    pub final_dispatch: bool,
    /// When it was given.
    pub opened_at: ReceivedAt,
    /// When the queue took it.
    pub accepted_at: Option<ReceivedAt>,
    /// When it ended.
    pub closed_at: Option<ReceivedAt>,
    /// How it ended: the name of the action.
    pub outcome: Option<String>,
}

fn read(row: &Row<'_>) -> Result<OrderRecord, StoreError> {
    Ok(OrderRecord {
        id: row.get("id")?,
        case: row.get("case_id")?,
        queue: row.get("queue_id")?,
        lead: row.get::<String>("role")? == "lead",
        note: row.get("note")?,
        final_dispatch: row.get("final_dispatch")?,
        opened_at: row.get("opened_at")?,
        accepted_at: row.get("accepted_at")?,
        closed_at: row.get("closed_at")?,
        outcome: row.get("outcome")?,
    })
}

/// Writes a new order.
///
/// # Errors
/// What the engine reports; a second open lead of one case breaks a constraint.
pub fn insert(tx: &Tx<'_>, street: &StreetId, order: &OrderRecord) -> Result<(), StoreError> {
    tx.insert(
        "INSERT INTO orders (street_id, id, case_id, queue_id, role, note, final_dispatch, opened_at, accepted_at,
            closed_at, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row![
            street,
            order.id,
            order.case,
            &order.queue,
            if order.lead { "lead" } else { "assist" },
            &order.note,
            order.final_dispatch,
            order.opened_at,
            order.accepted_at,
            order.closed_at,
            order.outcome.clone(),
        ],
    )?;
    Ok(())
}

/// Every order of a case, oldest first.
///
/// # Errors
/// What the engine reports.
pub fn of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<OrderRecord>, StoreError> {
    let sql = "SELECT id, case_id, queue_id, role, note, final_dispatch, opened_at, accepted_at, closed_at, outcome
         FROM orders WHERE street_id = $1 AND case_id = $2 ORDER BY opened_at, role DESC, queue_id";
    tx.query(sql, args![street, case], read)
}

/// The queues that have or had an order of a case, one for each order. (With DISTINCT the engine reads the whole street
/// in the order of another index.)
///
/// # Errors
/// What the engine reports.
pub fn queues_of_case(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Vec<QueueId>, StoreError> {
    let sql = "SELECT queue_id FROM orders WHERE street_id = $1 AND case_id = $2";
    tx.query(sql, args![street, case], |row| row.get("queue_id"))
}

/// What [`close`] runs.
const CLOSE: &str = "UPDATE orders SET closed_at = $5, outcome = $6
         WHERE street_id = $1 AND case_id = $2 AND queue_id = $3 AND role = $4 AND closed_at IS NULL";
/// What [`accept`] runs.
const ACCEPT: &str = "UPDATE orders SET accepted_at = $4
         WHERE street_id = $1 AND case_id = $2 AND queue_id = $3 AND closed_at IS NULL AND accepted_at IS NULL";

/// Ends a queue's open order of a case, its lead or its assist.
///
/// # Errors
/// What the engine reports.
pub fn close(
    tx: &Tx<'_>,
    street: &StreetId,
    case: CaseId,
    queue: &QueueId,
    lead: bool,
    outcome: &str,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(
        CLOSE,
        args![street, case, queue, if lead { "lead" } else { "assist" }, now, outcome],
    )?;
    Ok(())
}

/// Notes that a queue took its open orders of a case.
///
/// # Errors
/// What the engine reports.
pub fn accept(
    tx: &Tx<'_>,
    street: &StreetId,
    case: CaseId,
    queue: &QueueId,
    now: ReceivedAt,
) -> Result<(), StoreError> {
    tx.execute(ACCEPT, args![street, case, queue, now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Database, Store};

    /// How `SQLite` would go about a statement of this many parameters.
    fn plan(store: &Store, sql: &'static str, parameters: usize) -> String {
        let steps = store.read_blocking(move |tx| {
            let nothing = vec![crate::store::Value::Null; parameters];
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            Ok(tx.query(&sql, &nothing, |row| row.get::<String>("detail"))?)
        });
        steps.unwrap().join("; ")
    }

    #[test]
    fn an_act_reads_the_orders_of_its_case_and_not_those_of_a_queue() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Database::File(folder.path().join("xunge.db")), 1).unwrap();
        for (sql, parameters) in [(CLOSE, 6), (ACCEPT, 4)] {
            let plan = plan(&store, sql, parameters);
            assert!(plan.contains("INDEX orders_case ("), "{plan}");
        }
        let of_a_queue = "SELECT id FROM orders WHERE street_id = $1 AND queue_id = $2 AND closed_at IS NULL";
        let plan = plan(&store, of_a_queue, 2);
        assert!(
            plan.contains("INDEX orders_queue ("),
            "the control, which asks for a queue: {plan}"
        );
    }
}
