//! What a person writes: an incomplete report or visit is not saved, and the draft stays as it was, through a kill too.

use domain::protocol::{ErrorCode, WireError};
use domain::{CapturedAt, Need, NeedId, Promise};
use serde_json::Value;
use uuid::Uuid;

use super::assert_said;
use crate::test_support::{BORDER, HOUSEHOLD, INSIDE, World, jpeg};
use crate::view::{DraftEdit, DraftKind, NewDraft, NoteDraft, ReportDraft, VisitDraft};

/// What is odd, what makes it so, and the field that is named.
type Odd<T> = (&'static str, fn(&mut T), &'static str);

#[rustfmt::skip]
const REPORTS: &[Odd<ReportDraft>] = &[
    ("no category", |report| report.category = None, "category"),
    ("a category nobody knows", |report| report.category = Some("dragon".into()), "category"),
    ("an answer nobody offered", |report| report.answer = Some("dragon".to_owned()), "answer"),
    ("4001 signs", |report| report.text = "字".repeat(4001), "text"),
    ("no place", |report| report.pin = None, "place"),
    ("a border without a choice", |report| report.pin = Some(BORDER), "place.grid"),
    ("an address without end", |report| report.address = Some("路".repeat(301)), "place.address"),
];

#[rustfmt::skip]
const VISITS: &[Odd<VisitDraft>] = &[
    ("met without a condition", |visit| visit.condition = None, "condition"),
    ("4001 signs", |visit| visit.facts = "字".repeat(4001), "facts"),
    ("a reflection without end", |visit| visit.reflection = Some("字".repeat(4001)), "reflection"),
    ("a need without a word", |visit| visit.needs = vec![need(" ", "need-home-repair")], "needs.0.text"),
    ("a need nobody knows", |visit| visit.needs = vec![need("滴水", "dragon")], "needs.0.category"),
    ("a promise without a word", |visit| visit.promises = vec![promise("", i64::MAX)], "promises.0.what"),
    ("a promise for yesterday", |visit| visit.promises = vec![promise("送药", 0)], "promises.0.by"),
];

fn need(text: &str, category: &str) -> Need {
    Need {
        id: NeedId(Uuid::from_u128(1)),
        category: category.into(),
        text: text.to_owned(),
    }
}

fn promise(what: &str, by: i64) -> Promise {
    Promise {
        what: what.to_owned(),
        by: CapturedAt(by),
    }
}

/// The refusal says what is wrong and where, in words.
#[track_caller]
fn assert_names(what: &str, error: &WireError, field: &str) {
    assert_eq!(error.code, ErrorCode::Invalid, "{what}: {:?}", error.details);
    let problems = error.details["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|problem| problem["field"] == field),
        "{what}: {problems:?}"
    );
    assert_said(error);
}

/// Everything that is written down to be sent.
fn recorded(world: &World) -> u32 {
    world.device.get_sync().unwrap().facts_waiting
}

#[test]
fn an_odd_report_is_not_saved_and_its_draft_stays_through_a_kill() {
    for (what, change, field) in REPORTS {
        let mut world = World::enrolled();
        let draft = world.open_report().id;
        world.add_photo(&draft, "a.jpg", &jpeg(1));
        world.edit(&draft, |report| {
            report.category = Some("tree-fallen".into());
            report.text = "树倒了".to_owned();
            report.pin = Some(INSIDE);
        });
        world.edit(&draft, *change);
        let before = world.device.get_draft(&draft).unwrap();
        let error = world.device.save_report(&draft).unwrap_err();
        assert_names(what, &error, field);
        assert_eq!(world.device.get_draft(&draft).unwrap(), before, "{what}");
        world.restart();
        assert_eq!(world.device.get_draft(&draft).unwrap(), before, "{what}, after a kill");
        assert_eq!(recorded(&world), 0, "{what}");
    }
}

#[test]
fn an_odd_visit_is_not_saved_and_its_draft_stays_through_a_kill() {
    for (what, change, field) in VISITS {
        let mut world = World::enrolled();
        let new = NewDraft {
            kind: DraftKind::Visit,
            household: Some(HOUSEHOLD),
            about: None,
        };
        let draft = world.device.open_draft(new).unwrap();
        let mut visit = draft.visit.unwrap();
        visit.condition = Some(domain::Condition::Fine);
        visit.facts = "一切都好".to_owned();
        change(&mut visit);
        let edit = DraftEdit {
            id: draft.id.clone(),
            report: None,
            visit: Some(visit),
            note: None,
        };
        let before = world.device.save_draft(edit).unwrap();
        let error = world.device.save_visit(&draft.id).unwrap_err();
        assert_names(what, &error, field);
        world.restart();
        assert_eq!(world.device.get_draft(&draft.id).unwrap(), before, "{what}");
        assert_eq!(recorded(&world), 0, "{what}");
    }
}

#[test]
fn an_odd_note_is_not_kept_and_its_draft_and_the_report_stay() {
    for (what, text) in [("nothing said", "  ".to_owned()), ("4001 signs", "字".repeat(4001))] {
        let world = World::enrolled();
        let report = world.save_report("tree-fallen").summary.id;
        let before = world.device.get_report(report).unwrap();
        let new = NewDraft {
            kind: DraftKind::Note,
            household: None,
            about: Some(report),
        };
        let id = world.device.open_draft(new).unwrap().id;
        let edit = DraftEdit {
            id: id.clone(),
            report: None,
            visit: None,
            note: Some(NoteDraft { text }),
        };
        let draft = world.device.save_draft(edit).unwrap();
        assert_names(what, &world.device.save_note(&id).unwrap_err(), "text");
        assert_eq!(world.device.get_draft(&id).unwrap(), draft, "{what}");
        assert_eq!(world.device.get_report(report).unwrap(), before, "{what}");
        assert_eq!(recorded(&world), 1, "the report alone");
    }
}

/// What is asked for, and the code when it cannot be.
type Asked = (&'static str, fn(&World) -> WireError, ErrorCode);

#[rustfmt::skip]
const OTHERS: &[Asked] = &[
    ("a draft that is not here", |world| world.device.get_draft("dragon").unwrap_err(), ErrorCode::NotFound),
    ("saving a draft that is not here", |world| world.device.save_report("dragon").unwrap_err(), ErrorCode::NotFound),
    ("saving a report as a visit", |world| world.device.save_visit(&world.open_report().id).unwrap_err(), ErrorCode::BadRequest),
    ("a report that is not here", |world| world.device.get_report(domain::ReportId(Uuid::nil())).unwrap_err(), ErrorCode::NotFound),
    ("taking back what is not here", |world| world.device.withdraw_report(domain::ReportId(Uuid::nil()), "").unwrap_err(), ErrorCode::NotFound),
    ("taking back too late", too_late, ErrorCode::WithdrawWindowOver),
    ("a household that is not here", |world| world.device.get_household(domain::HouseholdId(Uuid::nil())).unwrap_err(), ErrorCode::NotFound),
    ("leaving with unsent work", leaving, ErrorCode::UnsentWork),
];

fn too_late(world: &World) -> WireError {
    let report = world.save_report("tree-fallen").summary.id;
    world.clock.advance(600_001);
    world.device.withdraw_report(report, "").unwrap_err()
}

fn leaving(world: &World) -> WireError {
    world.save_report("tree-fallen");
    world.device.sign_out().unwrap_err()
}

#[test]
fn what_cannot_be_done_is_said_with_its_reason() {
    for (what, ask, code) in OTHERS {
        let world = World::enrolled();
        let error = ask(&world);
        assert_eq!(error.code, *code, "{what}");
        assert_said(&error);
    }
}

#[test]
fn a_full_phone_saves_nothing_loses_nothing_and_saves_when_there_is_room() {
    let world = World::enrolled();
    let draft = world.open_report().id;
    world.edit(&draft, |report| {
        report.category = Some("tree-fallen".into());
        report.pin = Some(INSIDE);
    });
    let upload = world.upload("a.jpg", &jpeg(1));
    let before = world.device.get_draft(&draft).unwrap();
    world.files.fill_disk(true);
    let error = world
        .device
        .add_photo(&draft, &upload, domain::PhotoRole::Wide)
        .unwrap_err();
    assert_eq!((error.code, &error.details), (ErrorCode::PhoneFull, &Value::Null));
    assert_said(&error);
    assert_eq!(world.device.get_draft(&draft).unwrap(), before);
    world.files.fill_disk(false);
    world.add_photo(&draft, "a.jpg", &jpeg(1));
    world.device.save_report(&draft).unwrap();
}

#[test]
fn without_an_enrolment_nothing_is_saved_and_the_draft_waits() {
    let world = World::new();
    let draft = world.open_report().id;
    world.edit(&draft, |report| {
        report.category = Some("tree-fallen".into());
        report.text = "树倒了".to_owned();
        report.pin = Some(INSIDE);
    });
    world.add_photo(&draft, "a.jpg", &jpeg(1));
    let before = world.device.get_draft(&draft).unwrap();
    let error = world.device.save_report(&draft).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotEnrolled);
    assert_said(&error);
    assert_eq!(world.device.get_draft(&draft).unwrap(), before);
}
