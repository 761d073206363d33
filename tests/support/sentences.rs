//! What a person reads: the texts of both interfaces, found by the keys under which they look them up.

use device::view::{ReasonCode, ReportSummary, SyncView};
use domain::ErrorCode;
use serde::Serialize;
use serde_json::Value;

const FIELD: [&str; 2] = [
    include_str!("../../ui/field/src/messages/zh-CN.json"),
    include_str!("../../ui/field/src/messages/en.json"),
];
const OFFICE: [&str; 2] = [
    include_str!("../../ui/office/src/messages/zh-CN.json"),
    include_str!("../../ui/office/src/messages/en.json"),
];
const KIT: [&str; 2] = [
    include_str!("../../ui/kit/src/messages/zh-CN.json"),
    include_str!("../../ui/kit/src/messages/en.json"),
];

/// The Chinese text under a key; the English one must exist too.
fn text(messages: [&str; 2], key: &str) -> String {
    let [chinese, english] = messages.map(|file| {
        let table: Value = serde_json::from_str(file).unwrap();
        let found = key.split('.').fold(&table, |table, part| &table[part]);
        found
            .as_str()
            .unwrap_or_else(|| panic!("no text under {key}"))
            .to_owned()
    });
    assert!(!english.is_empty(), "{key} in English");
    chinese
}

fn spelled(code: &impl Serialize) -> String {
    serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
}

/// What the words of a code say, in either interface.
#[must_use]
pub fn error(code: ErrorCode) -> String {
    text(KIT, &format!("error.{}", spelled(&code)))
}

/// What an error adds to the reason at a record, as `why.ts` has it.
fn fault(reason: ReasonCode, code: ErrorCode) -> String {
    match (reason, code) {
        (ReasonCode::Revoked | ReasonCode::PhotoUndecodable | ReasonCode::PhotoLost, _)
        | (ReasonCode::Parked, ErrorCode::Internal) => String::new(),
        (ReasonCode::Rejected, ErrorCode::NotFound) => text(FIELD, "refused.notFound"),
        _ => error(code),
    }
}

/// What the worker reads at a report: the word, the reason, and what went wrong. When it is tried next is left out.
#[must_use]
pub fn at_report(report: &ReportSummary) -> String {
    let why = &report.why;
    let word = text(KIT, &format!("word.{}", spelled(&report.word)));
    if (why.code, why.error) == (ReasonCode::Parked, Some(ErrorCode::NotFound)) {
        return format!("{word}：{}", text(FIELD, "why.parkedEarly"));
    }
    let reason = if why.backed_up {
        "backed_up".to_owned()
    } else {
        spelled(&why.code)
    };
    let reason = text(FIELD, &format!("why.{reason}"));
    let facts = if why.facts_delivered && why.code != ReasonCode::Arrived {
        text(FIELD, "why.factsDelivered")
    } else {
        String::new()
    };
    let reason = reason.replace("{n}", &why.photos_waiting.to_string());
    let fault = why.error.map(|code| fault(why.code, code)).unwrap_or_default();
    format!("{word}：{facts}{reason}{fault}")
}

/// What the worker reads of the last failure on the sync sheet; empty when there is none.
#[must_use]
pub fn on_sync_sheet(sync: &SyncView) -> String {
    match sync.last_error {
        None => String::new(),
        Some(ErrorCode::Unauthenticated) => text(FIELD, "sync.unknown"),
        Some(code) => error(code),
    }
}

/// What the office reads under a key.
#[must_use]
pub fn in_office(key: &str) -> String {
    text(OFFICE, key)
}
