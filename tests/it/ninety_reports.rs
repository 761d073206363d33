//! The ninety reports of the shared texts, captured offline on six phones: each in the queue that leads its category.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::CaseState;
use domain::view::RoutingReason;
use xunge_tests::World;
use xunge_tests::office::CaseLine;
use xunge_tests::phone::Phone;
use xunge_tests::record::{a_report, a_visit, sent_to};
use xunge_tests::street;

use crate::architecture::root;

/// Who leads by default, copied by hand from the table of categories, not read from the catalogue under test.
/// `community`, `desk` and `property` stand for those of the place.
const LEADS: &[(&str, &str)] = &[
    ("abandoned-vehicle", "urban-mgmt"),
    ("ads", "urban-mgmt"),
    ("animal", "sanitation"),
    ("bin-overflow", "sanitation"),
    ("building-damage", "construction"),
    ("cable-down", "power"),
    ("clutter", "urban-mgmt"),
    ("construction-waste", "sanitation"),
    ("corridor-clutter", "property"),
    ("ebike-charging", "fire"),
    ("exposed-waste", "sanitation"),
    ("falling-object", "construction"),
    ("fire-equipment", "fire"),
    ("fire-lane", "fire"),
    ("fitness", "community"),
    ("food-safety", "market-reg"),
    ("fumes-burning", "urban-mgmt"),
    ("gas-leak", "gas"),
    ("green-damage", "greening"),
    ("guardrail", "municipal"),
    ("illegal-build", "urban-mgmt"),
    ("lift-fault", "property"),
    ("manhole", "municipal"),
    ("need-aid", "civil-affairs"),
    ("need-care", "day-care"),
    ("need-disability", "disabled"),
    ("need-health", "health"),
    ("need-paperwork", "desk"),
    ("neighbor-dispute", "community"),
    ("noise", "urban-mgmt"),
    ("other", "triage"),
    ("parking", "urban-mgmt"),
    ("police-matter", "police"),
    ("power-fault", "power"),
    ("property-dispute", "community"),
    ("road-collapse", "municipal"),
    ("road-damage", "municipal"),
    ("road-spill", "sanitation"),
    ("sewer-overflow", "municipal"),
    ("shop-overflow", "urban-mgmt"),
    ("sign-fallen", "urban-mgmt"),
    ("site", "construction"),
    ("street-light", "municipal"),
    ("traffic-sign", "traffic-police"),
    ("tree-fallen", "municipal"),
    ("tree-prune", "greening"),
    ("vendor", "urban-mgmt"),
    ("water-burst", "water"),
    ("waterlogging", "municipal"),
];

/// Categories that the office looks at before an order goes out; until then their case waits at the triage desk with its
/// lead as the suggestion.
const LOOKED_AT_FIRST: &[&str] = &["illegal-build", "neighbor-dispute", "property-dispute"];

struct Line {
    category: String,
    text: String,
}

fn lines() -> Option<Vec<Line>> {
    let shared = std::env::var_os("XUNGE_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let table = std::fs::read_to_string(root().join(shared).join("texts/reports_seed.csv")).ok()?;
    let of_line = |line: &str| {
        let mut fields = line.split(',');
        Line {
            category: fields.nth(3).unwrap().to_owned(),
            text: fields.nth(1).unwrap().to_owned(),
        }
    };
    Some(table.lines().skip(1).map(of_line).collect())
}

fn write_down(phone: &Phone, line: &Line) {
    if line.category.starts_with("need-") {
        let household = street::household(street::place(&phone.worker), 0);
        phone.visit(household, a_visit().needing(&line.category, &line.text));
    } else {
        phone.capture(a_report().about(&line.category).saying(&line.text));
    }
}

/// The queue that a name of the table stands for in a worker's grid.
fn at_place(lead: &str, place: usize) -> String {
    match lead {
        "community" | "desk" => format!("{lead}-{}", street::community(place)),
        "property" => street::PROPERTY_QUEUE.to_owned(),
        queue => queue.to_owned(),
    }
}

/// Every case of the street, wherever it is: need cases are seen by their queue alone.
fn all_cases(world: &World) -> Vec<CaseLine> {
    let mut found: BTreeMap<_, CaseLine> = BTreeMap::new();
    for login in [street::TRIAGE_OFFICER, street::HANDLER] {
        found.extend(world.office(login).cases().into_iter().map(|case| (case.id, case)));
    }
    found.into_values().collect()
}

#[tokio::test(start_paused = true)]
async fn ninety_reports_of_six_phones_reach_the_queues_that_lead_their_categories() {
    let Some(lines) = lines() else {
        println!("not run: the shared reports are absent");
        return;
    };
    assert_eq!(lines.len(), 90);
    let world = World::new();
    let mut phones = Vec::new();
    for worker in street::WORKERS {
        phones.push(world.worker(worker).await);
    }
    for phone in &phones {
        phone.offline();
    }
    for (n, line) in lines.iter().enumerate() {
        write_down(&phones[n % phones.len()], line);
    }
    for phone in &phones {
        phone.online().sync().await;
    }
    // Whoever was first has not seen yet what the others sent.
    for phone in &phones {
        phone.sync().await;
    }
    let phones: Vec<&Phone> = phones.iter().collect();
    assert_eq!(world.breaches(&phones), [""; 0]);

    let leads: BTreeMap<&str, &str> = LEADS.iter().copied().collect();
    let mut wanted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        let lead = at_place(leads[line.category.as_str()], n % phones.len());
        *wanted.entry((line.category.clone(), lead)).or_default() += 1;
    }
    let cases = all_cases(&world);
    let mut decided: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in &cases {
        let lead = case.routing.lead.to_string();
        *decided.entry((case.category.clone(), lead)).or_default() += 1;
        let looked_at_first = LOOKED_AT_FIRST.contains(&case.category.as_str()) || case.category == "other";
        let waits = case.state == CaseState::Submitted && case.lead_queue.as_str() == "triage";
        let sent = case.state == CaseState::Dispatched && case.lead_queue == case.routing.lead;
        assert!(
            if looked_at_first { waits } else { sent },
            "{} is {:?}",
            case.category,
            case.state
        );
        assert!(explained(&case.routing), "{}", case.routing.rule);
    }
    assert_eq!(cases.len(), 90);
    assert_eq!(decided, wanted);
    confirm_suggestions(&world);
    println!("90 reports and needs of 6 phones: each where its category leads, 5 of them at triage");
}

/// Triage sends what it was to look at first where the rule suggests; what is left at the desk is `other` alone.
fn confirm_suggestions(world: &World) {
    let desk = world.office(street::TRIAGE_OFFICER);
    for case in desk.queue("triage").iter().filter(|case| case.category != "other") {
        let opened = desk.act(case.id, case.state_rev, &domain::Action::Open);
        desk.act(case.id, opened, &sent_to(case.routing.lead.as_str()));
    }
    let left: Vec<String> = desk.queue("triage").into_iter().map(|case| case.category).collect();
    assert_eq!(left, vec!["other"; 5]);
}

/// The rule has words in both interfaces and both languages.
fn explained(reason: &RoutingReason) -> bool {
    ["field", "office"].iter().all(|ui| {
        ["zh-CN", "en"].iter().all(|language| {
            let path = root().join(format!("ui/{ui}/src/messages/{language}.json"));
            let messages: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            messages["routing"][&reason.rule]
                .as_str()
                .is_some_and(|words| !words.is_empty())
        })
    })
}

#[test]
fn the_table_names_each_category_once() {
    let names: BTreeSet<&str> = LEADS.iter().map(|(category, _)| *category).collect();
    assert_eq!(names.len(), LEADS.len());
    assert!(LOOKED_AT_FIRST.iter().all(|category| names.contains(category)));
}
