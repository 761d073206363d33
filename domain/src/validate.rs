//! Whether something a person entered is complete and possible. Every problem at once, never only the first.

mod case_act;
mod photos;
mod text;

use crate::catalog::{category, needs};
use crate::{
    CategoryId, Channel, LatLon, Place, PlaceSource, Problem, ProblemKind, Report, ReportNote, Visit, VisitOutcome,
};

pub use case_act::act;
pub(crate) use photos::manifests;
pub(crate) use text::{Problems, optional_text, required_text};

/// Longest free text, in characters.
pub const MAX_TEXT: usize = 4_000;
/// Longest address, in characters.
pub const MAX_ADDRESS: usize = 300;
/// Longest short text (a promise, a need), in characters.
pub const MAX_SHORT: usize = 1_000;
/// Most photos on one report, note, act or visit.
pub const MAX_PHOTOS: usize = 20;
/// Most needs and most promises in one visit.
pub const MAX_NEEDS: usize = 20;

/// What is wrong with a report; empty when it may be saved and sent.
#[must_use]
pub fn report(report: &Report) -> Vec<Problem> {
    let mut problems = Problems::default();
    optional_text(&mut problems, "text", &report.text, MAX_TEXT);
    place(&mut problems, &report.place);
    manifests(&mut problems, "photos", &report.photos, MAX_PHOTOS);
    let Some(category) = category(&report.category) else {
        let kind = if report.category.as_str().is_empty() {
            ProblemKind::Missing
        } else {
            ProblemKind::Unknown
        };
        problems.add("category", kind);
        return problems.into_list();
    };
    if let Some(answer) = &report.answer {
        let known = category
            .question
            .is_some_and(|question| question.answers.iter().any(|one| one.id == answer));
        problems.add_if(!known, "answer", ProblemKind::Unknown);
    }
    let without = report.photos.is_empty() && report.no_photo_reason.is_none();
    problems.add_if(category.photo_required && without, "photos", ProblemKind::TooFew);
    problems.into_list()
}

/// What is wrong with a note to a report.
#[must_use]
pub fn note(note: &ReportNote) -> Vec<Problem> {
    let mut problems = Problems::default();
    optional_text(&mut problems, "text", &note.text, MAX_TEXT);
    manifests(&mut problems, "photos", &note.photos, MAX_PHOTOS);
    problems.add_if(
        note.text.trim().is_empty() && note.photos.is_empty(),
        "text",
        ProblemKind::Missing,
    );
    problems.into_list()
}

/// What is wrong with a visit.
#[must_use]
pub fn visit(visit: &Visit) -> Vec<Problem> {
    let mut problems = Problems::default();
    problems.add_if(
        visit.ended_at < visit.started_at,
        "ended_at",
        ProblemKind::Contradiction,
    );
    met_or_not(&mut problems, visit);
    optional_text(&mut problems, "facts", &visit.facts, MAX_TEXT);
    optional_text(
        &mut problems,
        "reflection",
        visit.reflection.as_deref().unwrap_or_default(),
        MAX_TEXT,
    );
    manifests(&mut problems, "photos", &visit.photos, MAX_PHOTOS);
    problems.add_if(visit.needs.len() > MAX_NEEDS, "needs", ProblemKind::TooMany);
    problems.add_if(visit.promises.len() > MAX_NEEDS, "promises", ProblemKind::TooMany);
    for (at, need) in visit.needs.iter().enumerate() {
        need_category(&mut problems, at, &need.category);
        required_text(&mut problems, &format!("needs.{at}.text"), &need.text, MAX_SHORT);
        let twice = visit.needs[..at].iter().any(|earlier| earlier.id == need.id);
        problems.add_if(twice, &format!("needs.{at}.id"), ProblemKind::Contradiction);
    }
    for (at, promise) in visit.promises.iter().enumerate() {
        required_text(&mut problems, &format!("promises.{at}.what"), &promise.what, MAX_SHORT);
        problems.add_if(
            promise.by < visit.started_at,
            &format!("promises.{at}.by"),
            ProblemKind::OutOfRange,
        );
    }
    problems.into_list()
}

/// How somebody is can be said only of somebody who was met; nobody answers a failed attempt's questions.
fn met_or_not(problems: &mut Problems, visit: &Visit) {
    let met = visit.outcome == VisitOutcome::Met;
    problems.add_if(met && visit.condition.is_none(), "condition", ProblemKind::Missing);
    problems.add_if(
        !met && visit.condition.is_some(),
        "condition",
        ProblemKind::Contradiction,
    );
    let nobody_at_desk = visit.channel == Channel::Desk && visit.outcome == VisitOutcome::NoAnswer;
    problems.add_if(nobody_at_desk, "outcome", ProblemKind::Contradiction);
}

fn need_category(problems: &mut Problems, at: usize, id: &CategoryId) {
    // A quarrel told of at the door is raised like a need, and stays as private.
    let known = needs().iter().any(|need| need.id == id.as_str())
        || matches!(id.as_str(), "neighbor-dispute" | "property-dispute");
    problems.add_if(!known, &format!("needs.{at}.category"), ProblemKind::Unknown);
}

/// A place is a position or an address; either is enough.
fn place(problems: &mut Problems, place: &Place) {
    let address = place.address.as_deref().unwrap_or_default();
    optional_text(problems, "place.address", address, MAX_ADDRESS);
    let nowhere = place.chosen.is_none() && address.trim().is_empty();
    problems.add_if(nowhere, "place", ProblemKind::Missing);
    let claims = place
        .chosen
        .iter()
        .map(|claim| ("place.chosen".to_owned(), claim))
        .chain(
            place
                .others
                .iter()
                .enumerate()
                .map(|(at, claim)| (format!("place.others.{at}"), claim)),
        );
    for (field, claim) in claims {
        problems.add_if(
            !on_earth(claim.point),
            &format!("{field}.point"),
            ProblemKind::OutOfRange,
        );
        let bad_radius = claim
            .accuracy_m
            .is_some_and(|radius| !radius.is_finite() || radius < 0.0);
        problems.add_if(bad_radius, &format!("{field}.accuracy_m"), ProblemKind::OutOfRange);
        let no_point = claim.source == PlaceSource::Address;
        problems.add_if(no_point, &format!("{field}.source"), ProblemKind::Contradiction);
    }
    let same = place.other_grid.is_some() && place.other_grid == place.grid;
    problems.add_if(same, "place.other_grid", ProblemKind::Contradiction);
}

/// A zeroed position is no position.
fn on_earth(point: LatLon) -> bool {
    let zeroed = point.lat == 0.0 && point.lon == 0.0;
    (-90.0..=90.0).contains(&point.lat) && (-180.0..=180.0).contains(&point.lon) && !zeroed
}

#[cfg(test)]
mod tests;
