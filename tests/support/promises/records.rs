//! Every report, visit, need and note is on the server once, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use domain::MutationId;
use domain::protocol::{Verdict, kind};
use serde_json::Value;

use super::Ledger;
use super::outbox::Held;
use super::receipts::Stored;
use crate::server::StreetServer;

pub(super) fn check(ledger: &Ledger, answered: &BTreeMap<MutationId, Stored>, server: &StreetServer) -> Vec<String> {
    let applied: Vec<&Held> = ledger
        .made
        .values()
        .filter(|held| {
            answered
                .get(&held.id)
                .is_some_and(|stored| matches!(stored.verdict, Verdict::Applied))
        })
        .collect();
    let mut breaches = Vec::new();
    for (made, table) in [(kind::REPORT_CREATE, "reports"), (kind::VISIT_CREATE, "visits")] {
        let bodies = bodies(server, table);
        let wanted: BTreeMap<String, &Value> = applied
            .iter()
            .filter(|held| held.kind == made)
            .map(|held| (held.entity.to_string(), &held.body))
            .collect();
        once_and_whole(table, &wanted, &bodies, &mut breaches);
    }
    needs(&applied, server, &mut breaches);
    notes(&applied, server, &mut breaches);
    breaches
}

fn bodies(server: &StreetServer, table: &str) -> Vec<(String, Value)> {
    let sql = format!("SELECT id, body FROM {table}");
    server.read(|tx| Ok(tx.query(&sql, &[], |row| Ok((row.get("id")?, row.json("body")?)))?))
}

fn once_and_whole(
    table: &str,
    wanted: &BTreeMap<String, &Value>,
    found: &[(String, Value)],
    breaches: &mut Vec<String>,
) {
    for (id, body) in found {
        match wanted.get(id) {
            None => breaches.push(format!("{table}: {id} is there and nobody made it")),
            Some(made) => {
                let differs = [
                    "text",
                    "facts",
                    "category",
                    "captured_at",
                    "ended_at",
                    "photos",
                    "needs",
                ]
                .iter()
                .any(|field| made.get(*field) != body.get(*field));
                if differs {
                    breaches.push(format!("{table}: {id} is not as it was saved"));
                }
            }
        }
    }
    let there: BTreeSet<&String> = found.iter().map(|(id, _)| id).collect();
    for id in wanted.keys().filter(|id| !there.contains(id)) {
        breaches.push(format!("{table}: {id} was accepted and is missing"));
    }
}

fn needs(applied: &[&Held], server: &StreetServer, breaches: &mut Vec<String>) {
    let wanted: BTreeSet<String> = applied
        .iter()
        .filter(|held| held.kind == kind::VISIT_CREATE)
        .flat_map(|held| held.body["needs"].as_array().cloned().unwrap_or_default())
        .filter_map(|need| need["id"].as_str().map(str::to_owned))
        .collect();
    let found: Vec<String> = server.read(|tx| Ok(tx.query("SELECT id FROM needs", &[], |row| row.get("id"))?));
    if found.iter().cloned().collect::<BTreeSet<_>>() != wanted || found.len() != wanted.len() {
        breaches.push(format!("needs: {} made, {} on the server", wanted.len(), found.len()));
    }
}

fn notes(applied: &[&Held], server: &StreetServer, breaches: &mut Vec<String>) {
    let sql = "SELECT mutation_id, what, COUNT(*) AS times FROM timeline WHERE mutation_id IS NOT NULL
        GROUP BY case_id, mutation_id, what";
    let entries: Vec<(MutationId, String, u64)> = server.read(|tx| {
        Ok(tx.query(sql, &[], |row| {
            Ok((row.get("mutation_id")?, row.get("what")?, row.get("times")?))
        })?)
    });
    for (id, what, _) in entries.iter().filter(|(_, _, times)| *times > 1) {
        breaches.push(format!("timeline: {what} of {id} stands there more than once"));
    }
    let noted: Vec<MutationId> = entries
        .iter()
        .filter(|(_, what, _)| what == "note")
        .map(|(id, ..)| *id)
        .collect();
    let wanted: BTreeSet<MutationId> = applied
        .iter()
        .filter(|held| held.kind == kind::REPORT_NOTE)
        .map(|held| held.id)
        .collect();
    for id in noted.iter().filter(|id| !wanted.contains(id)) {
        breaches.push(format!("timeline: note {id} is there and nobody made it"));
    }
    for id in wanted.iter().filter(|id| !noted.contains(id)) {
        breaches.push(format!("timeline: note {id} was accepted and is missing"));
    }
}
