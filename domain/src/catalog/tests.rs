use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn both() -> impl Iterator<Item = &'static Category> {
    categories().iter().chain(needs())
}

fn find(id: &str) -> &'static Category {
    category(&id.into()).unwrap()
}

#[test]
fn fifty_six_categories_and_twelve_needs_ship_each_with_a_slug_of_its_own() {
    assert_eq!((categories().len(), needs().len()), (56, 12));
    let slugs: BTreeSet<_> = both().map(|category| category.id).collect();
    assert_eq!(slugs.len(), 68);
    assert!(
        slugs
            .iter()
            .all(|slug| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
    );
}

#[test]
fn every_lead_and_assist_is_a_shipped_queue_or_one_of_the_place() {
    let known = |name: &str| queue(&name.into()).is_some() || [COMMUNITY, DESK, PROPERTY].contains(&name);
    for category in both() {
        let answers = category
            .question
            .iter()
            .flat_map(|question| question.answers)
            .filter_map(|answer| answer.lead);
        for name in core::iter::once(category.lead)
            .chain(category.assists.iter().copied())
            .chain(answers)
        {
            assert!(known(name), "{}: {name}", category.id);
        }
        assert!(!category.assists.contains(&category.lead), "{}", category.id);
    }
}

#[test]
fn every_question_has_its_default_among_answers_with_names_of_their_own() {
    for category in both() {
        let Some(question) = category.question else { continue };
        let ids: BTreeSet<_> = question.answers.iter().map(|answer| answer.id).collect();
        assert_eq!(ids.len(), question.answers.len(), "{}", category.id);
        assert!(ids.len() >= 2 && ids.contains(question.default), "{}", category.id);
        let default = category.effective_answer(None).unwrap();
        assert_eq!(default.id, question.default);
        assert_eq!(
            default.lead.unwrap_or(category.lead),
            category.lead,
            "{}: the default keeps the lead",
            category.id
        );
        assert_eq!(
            category.urgency_with(None),
            category.urgency,
            "{}: the default keeps the urgency",
            category.id
        );
    }
}

#[test]
fn danger_to_life_shows_whom_to_call() {
    for category in both() {
        let answers = category.question.iter().flat_map(|question| question.answers);
        let worst = answers
            .filter_map(|answer| answer.urgency)
            .chain([category.urgency])
            .min();
        if worst == Some(0) {
            assert!(!category.emergency_call.is_empty(), "{}", category.id);
        }
    }
    assert_eq!(find("police-matter").emergency_call, ["110"]);
}

#[test]
fn every_category_has_a_final_limit_but_the_one_that_triage_sets() {
    let without: Vec<_> = both()
        .filter(|category| category.limit.is_none())
        .map(|category| category.id)
        .collect();
    assert_eq!(without, ["other"]);
}

#[test]
fn standard_codes_are_well_formed() {
    for code in both().flat_map(|category| category.std_codes) {
        assert!(
            code.len() == 6 && code.starts_with('M') && code[1..].bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
    }
    assert_eq!(find("tree-fallen").std_codes, ["M04002"]);
    assert_eq!(find("parking").std_codes, ["M09009", "M09010", "M09011"]);
    assert!(find("waterlogging").std_codes.is_empty());
}

#[test]
fn the_table_of_the_design_is_met_at_its_unusual_rows() {
    let limits = |id: &str, answer| {
        let limits = find(id).limits(answer);
        (limits.make_safe, limits.resolve)
    };
    assert_eq!(limits("tree-fallen", None), (Some(Limit::eh(2)), Some(Limit::wd(1))));
    assert_eq!(limits("water-burst", None), (Some(Limit::eh(1)), Some(Limit::wd(5))));
    assert_eq!(limits("fire-smoke", None), (None, Some(Limit::eh(0))));
    assert_eq!(
        limits("lift-fault", Some("trapped")),
        (Some(Limit::minutes(30)), Some(Limit::wd(1)))
    );
    assert_eq!(limits("lift-fault", None), (None, Some(Limit::wd(1))));
    assert_eq!(
        limits("manhole", Some("missing")),
        (Some(Limit::eh(2)), Some(Limit::wh(4)))
    );
    assert_eq!(limits("manhole", Some("sunken")), (None, Some(Limit::wd(5))));
    assert_eq!(limits("street-light", Some("leaning")), (None, Some(Limit::wd(1))));
    assert_eq!(limits("pole", Some("telecom")), (None, Some(Limit::eh(4))));
    assert_eq!(
        limits("illegal-build", Some("in-progress")),
        (Some(Limit::nd(2)), Some(Limit::wd(15)))
    );
    assert_eq!(limits("need-home-repair", None), (None, Some(Limit::eh(24))));
    assert_eq!(find("cable-down").urgency_with(Some("dead")), 1);
    assert_eq!(find("site").urgency_with(Some("hoarding")), 1);
    assert_eq!(find("building-damage").first_step, Some(Limit::wd(1)));
}

#[test]
fn only_a_promise_to_a_resident_runs_from_capture() {
    let promises: Vec<_> = both()
        .filter(|category| category.from_capture)
        .map(|category| category.id)
        .collect();
    assert_eq!(promises, ["need-home-repair"]);
}

#[test]
fn nothing_about_people_is_published() {
    for category in both() {
        let people = category.is_need() || matches!(category.class, Class::People);
        assert!(!(people && category.public), "{}", category.id);
    }
    assert!(!find("police-matter").public && !find("people-trapped").public && find("tree-fallen").public);
}

#[test]
fn no_two_categories_share_a_pictogram() {
    let mut seen = BTreeMap::new();
    for category in both() {
        assert!(!category.pictogram.is_empty());
        assert_eq!(
            seen.insert(category.pictogram, category.id),
            None,
            "{}",
            category.pictogram
        );
    }
}

#[test]
fn an_answer_nobody_knows_counts_as_the_default() {
    let manhole = find("manhole");
    assert_eq!(manhole.effective_answer(Some("eaten")).unwrap().id, "broken");
    assert_eq!(find("bin-overflow").effective_answer(Some("full")), None);
}

#[test]
fn the_view_says_what_each_chip_means() {
    let view = CategoryView::from(find("cable-down"));
    let question = view.question.unwrap();
    let chips: Vec<_> = question
        .answers
        .iter()
        .map(|chip| (chip.id.as_str(), chip.urgency))
        .collect();
    assert_eq!(chips, [("unknown", 0), ("live", 0), ("dead", 1), ("telecom", 1)]);
    assert_eq!(question.answers[3].lead, Some("telecom".into()));
    assert_eq!(view.emergency_call, ["119"]);
}

#[test]
fn a_community_brings_three_queues() {
    let names = community_queues(&"c1".into(), "一社区", "First").map(|row| row.id.0);
    assert_eq!(names, ["community-c1", "desk-c1", "volunteer-c1"]);
    assert_eq!(property_queue("e1").as_str(), "property-e1");
}
