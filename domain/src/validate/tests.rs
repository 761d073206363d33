use uuid::Uuid;

use super::*;
use crate::case::Action;
use crate::{
    CapturedAt, Condition, HouseholdId, Need, NeedId, NoPhotoReason, PhotoFile, PhotoManifest, PhotoRole, PlaceClaim,
    Promise, ReportId, Source, VisitId, VisitReason,
};

fn at(lat: f64, lon: f64) -> Option<PlaceClaim> {
    Some(PlaceClaim {
        source: PlaceSource::Pin,
        point: LatLon { lat, lon },
        accuracy_m: Some(10.0),
    })
}

fn good_report() -> Report {
    Report {
        id: ReportId(Uuid::nil()),
        category: "tree-fallen".into(),
        answer: None,
        text: String::new(),
        place: Place {
            chosen: at(29.5, 106.5),
            others: vec![],
            address: None,
            grid: None,
            other_grid: None,
        },
        home_grid: None,
        captured_at: CapturedAt(0),
        source: Source::Patrol,
        photos: vec![photo("a")],
        no_photo_reason: None,
        expectation: None,
    }
}

fn photo(digit: &str) -> PhotoManifest {
    let file = |digit: &str| PhotoFile {
        sha256: crate::Sha256Hex(digit.repeat(64)),
        size: 1000,
        width: 320,
        height: 240,
        mime: "image/jpeg".to_owned(),
    };
    PhotoManifest {
        role: PhotoRole::Wide,
        upright: Some(file(digit)),
        preview: Some(file("f")),
        original: None,
        taken_at: None,
        position: None,
        flags: vec![],
    }
}

fn good_visit() -> Visit {
    Visit {
        id: VisitId(Uuid::nil()),
        household: HouseholdId(Uuid::nil()),
        channel: Channel::Home,
        reason: VisitReason::Routine,
        started_at: CapturedAt(1_000),
        ended_at: CapturedAt(2_000),
        outcome: VisitOutcome::Met,
        condition: Some(Condition::Fine),
        facts: String::new(),
        needs: vec![],
        promises: vec![],
        reflection: None,
        photos: vec![],
    }
}

fn fields(problems: &[Problem]) -> Vec<(&str, ProblemKind)> {
    problems
        .iter()
        .map(|problem| (problem.field.as_str(), problem.problem))
        .collect()
}

#[test]
fn a_photo_a_category_and_a_place_are_enough() {
    assert_eq!(report(&good_report()), []);
}

#[test]
fn every_problem_of_a_report_is_named_at_once() {
    let mut bad = good_report();
    bad.text = "长".repeat(MAX_TEXT + 1);
    bad.place.chosen = None;
    bad.answer = Some("eaten".to_owned());
    bad.photos.clear();
    assert_eq!(
        fields(&report(&bad)),
        [
            ("text", ProblemKind::TooLong),
            ("place", ProblemKind::Missing),
            ("answer", ProblemKind::Unknown),
            ("photos", ProblemKind::TooFew),
        ]
    );
}

#[test]
fn a_text_is_measured_in_letters_not_bytes() {
    assert_eq!(
        report(&Report {
            text: "长".repeat(MAX_TEXT),
            ..good_report()
        }),
        []
    );
}

#[test]
fn an_address_alone_is_a_place() {
    let mut addressed = good_report();
    addressed.place.chosen = None;
    addressed.place.address = Some("龙泉路20号".to_owned());
    assert_eq!(report(&addressed), []);
    addressed.place.address = Some("  ".to_owned());
    assert_eq!(fields(&report(&addressed)), [("place", ProblemKind::Missing)]);
}

#[test]
fn a_zeroed_position_is_no_position_and_neither_is_one_off_the_earth() {
    for (lat, lon) in [
        (0.0, 0.0),
        (95.0, 10.0),
        (10.0, 181.0),
        (f64::NAN, 10.0),
        (10.0, f64::INFINITY),
    ] {
        let mut lost = good_report();
        lost.place.chosen = at(lat, lon);
        assert_eq!(
            fields(&report(&lost)),
            [("place.chosen.point", ProblemKind::OutOfRange)],
            "{lat} {lon}"
        );
    }
    let mut equator = good_report();
    equator.place.chosen = at(0.0, 10.0);
    assert_eq!(report(&equator), []);
}

#[test]
fn a_category_is_known_or_said_to_be_unknown_or_missing() {
    let of = |category: &str| {
        report(&Report {
            category: category.into(),
            ..good_report()
        })
    };
    assert_eq!(fields(&of("flying-saucer")), [("category", ProblemKind::Unknown)]);
    assert_eq!(fields(&of("")), [("category", ProblemKind::Missing)]);
    assert_eq!(of("need-care"), [], "a need may be captured on the street too");
}

#[test]
fn a_photo_is_required_only_where_it_makes_sense_and_a_reason_stands_in() {
    let without = |category: &str| {
        report(&Report {
            category: category.into(),
            photos: vec![],
            ..good_report()
        })
    };
    assert_eq!(without("gas-leak"), []);
    assert_eq!(without("noise"), []);
    assert_eq!(without("fire-smoke"), []);
    assert_eq!(fields(&without("manhole")), [("photos", ProblemKind::TooFew)]);
    let unsafe_there = Report {
        photos: vec![],
        no_photo_reason: Some(NoPhotoReason::Unsafe),
        ..good_report()
    };
    assert_eq!(report(&unsafe_there), []);
}

#[test]
fn a_photos_files_are_well_formed_and_never_twice_the_same() {
    let mut bad = good_report();
    bad.photos = vec![photo("a"), photo("a"), photo("G"), photo("b"), photo("c")];
    bad.photos[3].preview = None;
    bad.photos[4].upright.as_mut().unwrap().size = 0;
    assert_eq!(
        fields(&report(&bad)),
        [
            ("photos.1", ProblemKind::Contradiction),
            ("photos.2.upright.sha256", ProblemKind::Malformed),
            ("photos.3.preview", ProblemKind::Missing),
            ("photos.4.upright.size", ProblemKind::OutOfRange),
        ]
    );
}

#[test]
fn an_undecodable_photo_with_its_original_alone_is_accepted() {
    let mut undecodable = photo("a");
    undecodable.original = undecodable.upright.take();
    undecodable.preview = None;
    assert_eq!(
        report(&Report {
            photos: vec![undecodable],
            ..good_report()
        }),
        []
    );
}

#[test]
fn a_note_says_something_or_shows_something() {
    let mut empty = ReportNote {
        report: ReportId(Uuid::nil()),
        text: " ".to_owned(),
        photos: vec![],
        captured_at: CapturedAt(0),
    };
    assert_eq!(fields(&note(&empty)), [("text", ProblemKind::Missing)]);
    empty.photos = vec![photo("a")];
    assert_eq!(note(&empty), []);
}

#[test]
fn a_visit_says_how_the_person_is_exactly_when_somebody_was_met() {
    assert_eq!(visit(&good_visit()), []);
    let silent = Visit {
        condition: None,
        ..good_visit()
    };
    assert_eq!(fields(&visit(&silent)), [("condition", ProblemKind::Missing)]);
    let nobody = Visit {
        outcome: VisitOutcome::NoAnswer,
        ..good_visit()
    };
    assert_eq!(fields(&visit(&nobody)), [("condition", ProblemKind::Contradiction)]);
    assert_eq!(
        visit(&Visit {
            condition: None,
            ..nobody
        }),
        []
    );
}

#[test]
fn every_problem_of_a_visit_is_named_at_once() {
    let need = |id: u128, category: &str, text: &str| Need {
        id: NeedId(Uuid::from_u128(id)),
        category: category.into(),
        text: text.to_owned(),
    };
    let bad = Visit {
        ended_at: CapturedAt(0),
        needs: vec![need(1, "tree-fallen", "x"), need(1, "need-meal", " ")],
        promises: vec![Promise {
            what: String::new(),
            by: CapturedAt(10),
        }],
        ..good_visit()
    };
    assert_eq!(
        fields(&visit(&bad)),
        [
            ("ended_at", ProblemKind::Contradiction),
            ("needs.0.category", ProblemKind::Unknown),
            ("needs.1.text", ProblemKind::Missing),
            ("needs.1.id", ProblemKind::Contradiction),
            ("promises.0.what", ProblemKind::Missing),
            ("promises.0.by", ProblemKind::OutOfRange),
        ]
    );
}

#[test]
fn a_quarrel_may_be_raised_in_a_visit() {
    let quarrel = Need {
        id: NeedId(Uuid::nil()),
        category: "neighbor-dispute".into(),
        text: "noise".to_owned(),
    };
    assert_eq!(
        visit(&Visit {
            needs: vec![quarrel],
            ..good_visit()
        }),
        []
    );
}

#[test]
fn a_dispatch_names_each_queue_once() {
    let bad = Action::Dispatch {
        lead: "gas".into(),
        assists: vec!["gas".into(), "fire".into(), "fire".into(), "".into()],
        note: String::new(),
    };
    assert_eq!(
        fields(&act(&bad)),
        [
            ("assists.0", ProblemKind::Contradiction),
            ("assists.2", ProblemKind::Contradiction),
            ("assists.3", ProblemKind::Missing),
        ]
    );
}
