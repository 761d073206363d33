//! Each report and need is in exactly one case, and each case in exactly one lead queue.

use std::collections::BTreeMap;

use domain::CaseState;
use domain::catalog::TRIAGE;

use crate::server::StreetServer;

/// States in which a queue has the case in hand.
const WITH_ORDER: [CaseState; 4] = [
    CaseState::Dispatched,
    CaseState::Accepted,
    CaseState::Suspended,
    CaseState::Rework,
];

pub(super) fn check(server: &StreetServer) -> Vec<String> {
    let mut breaches = sources(server);
    let sql = "SELECT cases.id, state, lead_queue, orders.queue_id FROM cases
        LEFT JOIN orders ON orders.street_id = cases.street_id AND case_id = cases.id AND role = 'lead'
            AND orders.closed_at IS NULL";
    let rows: Vec<(String, CaseState, String, Option<String>)> = server.read(|tx| {
        Ok(tx.query(sql, &[], |row| {
            Ok((
                row.get("id")?,
                row.code("state")?,
                row.get("lead_queue")?,
                row.get("queue_id")?,
            ))
        })?)
    });
    let mut seen: BTreeMap<&String, u32> = BTreeMap::new();
    for (id, state, lead, order) in &rows {
        *seen.entry(id).or_default() += 1;
        match order {
            Some(queue) if queue != lead => breaches.push(format!("case {id}: order in {queue}, lead is {lead}")),
            Some(_) if !WITH_ORDER.contains(state) => breaches.push(format!("case {id}: {state:?} with an open order")),
            None if WITH_ORDER.contains(state) => breaches.push(format!("case {id}: {state:?} without an order")),
            None if *state == CaseState::Submitted && lead != TRIAGE => {
                breaches.push(format!("case {id}: waits for triage in {lead}"));
            }
            Some(_) | None => {}
        }
    }
    for (id, _) in seen.iter().filter(|(_, orders)| **orders > 1) {
        breaches.push(format!("case {id} has two open lead orders"));
    }
    breaches
}

/// A case comes from exactly one report or need.
fn sources(server: &StreetServer) -> Vec<String> {
    let sql = "SELECT cases.id, (SELECT COUNT(*) FROM reports WHERE reports.street_id = cases.street_id
            AND first_case_id = cases.id) + (SELECT COUNT(*) FROM needs WHERE needs.street_id = cases.street_id
            AND case_id = cases.id) AS sources FROM cases";
    let rows: Vec<(String, u64)> =
        server.read(|tx| Ok(tx.query(sql, &[], |row| Ok((row.get("id")?, row.get("sources")?)))?));
    let wrong = rows.into_iter().filter(|(_, sources)| *sources != 1);
    wrong
        .map(|(id, sources)| format!("case {id} comes from {sources} records"))
        .collect()
}
