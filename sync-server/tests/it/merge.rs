//! Three phones edit one household without hearing each other. In whatever order their edits arrive, the rows end the
//! same, and every value that was written can be found again.

mod edits;
mod server;

use domain::protocol::{RowType, Verdict};
use domain::{ErrorCode, Resident};
use serde_json::json;

use crate::pull::{household, settle};
use crate::world::{GRID_A, GRID_B, MORNING, Phone, World, shown, user};
use edits::{Made, Random, edit_of, history, orders};
use server::{Found, LastRowWins, Merging, Server, Shown};

/// Histories of a daily run, and orders of arrival tried of each.
const HISTORIES: u64 = 30;
const ORDERS: usize = 6;

fn scale() -> u64 {
    let text = std::env::var("PROVE_SCALE").ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// What is wrong with how a server ended after the same edits in different orders.
fn breach(made: &[Made], ends: &[(Shown, Found)]) -> Option<String> {
    if ends.iter().any(|(shown, _)| shown != &ends[0].0) {
        return Some("the order of arrival decides".to_owned());
    }
    let written = made.iter().flat_map(Made::values);
    written
        .filter(|value| ends.iter().any(|(_, found)| !found.contains(value)))
        .map(|(field, _)| format!("a value of {field} is lost"))
        .next()
}

async fn ends<S: Server>(server: &mut S, made: &[Vec<Made>], random: &mut Random) -> Vec<(Shown, Found)> {
    let mut all = orders(made);
    random.shuffle(&mut all);
    all.truncate(ORDERS);
    let mut ends = Vec::new();
    for order in all {
        server.begin().await;
        for one in &order {
            server.take(one).await;
        }
        ends.push((server.shown().await, server.found().await));
    }
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn in_every_order_of_arrival_a_household_ends_the_same_and_no_value_is_lost() {
    let mut server = Merging::new().await;
    let (runs, mut violations) = (HISTORIES * scale(), Vec::new());
    for seed in 1..=runs {
        let mut random = Random::seeded(seed);
        let made = history(&mut random);
        let flat: Vec<Made> = made.iter().flatten().cloned().collect();
        let ends = ends(&mut server, &made, &mut random).await;
        violations.extend(breach(&flat, &ends).map(|breach| format!("seed {seed}: {breach}")));
    }
    let mut caught = false;
    for seed in 1..=runs {
        let mut random = Random::seeded(seed);
        let made = history(&mut random);
        let flat: Vec<Made> = made.iter().flatten().cloned().collect();
        let ends = ends(&mut LastRowWins::default(), &made, &mut random).await;
        caught = caught || breach(&flat, &ends).is_some();
    }
    println!(
        "PROVE P10 household_edits_in_every_order runs={} violations={} control={}",
        runs * ORDERS as u64,
        violations.len(),
        if caught { "caught" } else { "missed" },
    );
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(caught, "a server where the last row wins passes the check");
}

/// A household of the first worker, her phone, and her resident.
async fn at_home() -> (World, Phone) {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    (world, phone)
}

async fn home_rows(world: &World, phone: &Phone) -> Vec<domain::protocol::Row> {
    let seen = world.pull(phone, &[]).await;
    let page = seen
        .buckets
        .into_iter()
        .find(|page| page.id.0 == format!("home:{GRID_A}"));
    page.unwrap().rows
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_travels_with_its_revision_and_the_next_one_builds_on_it() {
    let (world, phone) = at_home().await;
    let home = household(1, GRID_A).id;
    let first = edit_of(&phone, 1, home, MORNING * 1_000, &[("door_note", json!("门铃坏了"), 0)]);
    assert_eq!(world.push(&phone, &[first]).await.receipts[0].verdict, Verdict::Applied);
    let rows = home_rows(&world, &phone).await;
    let row = rows.iter().find(|row| row.kind == RowType::Household).unwrap();
    assert_eq!(shown(row)["door_note"], "门铃坏了");
    assert_eq!(shown(row)["fields"]["door_note"]["rev"], MORNING * 1_000);
    let earlier_clock = edit_of(&phone, 2, home, 5, &[("door_note", json!("修好了"), MORNING * 1_000)]);
    assert_eq!(
        world.push(&phone, &[earlier_clock]).await.receipts[0].verdict,
        Verdict::Applied
    );
    let rows = home_rows(&world, &phone).await;
    let row = rows.iter().find(|row| row.kind == RowType::Household).unwrap();
    assert_eq!(shown(row)["door_note"], "修好了");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_earlier_of_two_numbers_is_told_so_and_both_wait_for_the_secretary() {
    let server = Merging::new().await;
    let (world, phones) = (&server.world, &server.phones);
    let home = household(1, GRID_A);
    settle(world, home.clone()).await;
    let late = edit_of(
        &phones[0],
        901,
        home.id,
        MORNING * 1_000 + 9,
        &[("phone", json!("111"), 0)],
    );
    let early = edit_of(
        &phones[1],
        901,
        home.id,
        MORNING * 1_000 + 3,
        &[("phone", json!("222"), 0)],
    );
    let late = server.push(0, late).await;
    assert_eq!(late, Verdict::Applied);
    let fields = vec!["phone".to_owned()];
    assert_eq!(server.push(1, early).await, Verdict::Merged { fields });
    assert_eq!(world.number("SELECT COUNT(*) FROM field_reviews").await, 1);
    let rows = home_rows(world, &phones[1]).await;
    let row = rows.iter().find(|row| row.kind == RowType::Household).unwrap();
    assert_eq!(shown(row)["phone"], "111");
    assert_eq!(shown(row)["fields"]["phone"]["contest"]["review"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_household_in_another_workers_grid_is_a_stray_and_changes_nothing() {
    let (world, phone) = at_home().await;
    let other = household(2, GRID_B);
    settle(&world, other.clone()).await;
    let made = edit_of(&phone, 1, other.id, MORNING * 1_000, &[("phone", json!("999"), 0)]);
    let answer = world.push(&phone, &[made]).await;
    assert!(matches!(
        answer.receipts[0].verdict,
        Verdict::Rejected {
            code: ErrorCode::OutOfScope,
            ..
        }
    ));
    assert_eq!(world.number("SELECT COUNT(*) FROM strays").await, 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM field_history").await, 0);
    let seen = world.pull(&phone, &[]).await;
    let text = serde_json::to_string(&seen).unwrap();
    assert!(!text.contains(&other.id.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_resident_lives_there_until_removed_and_decides_when_the_next_visit_is_due() {
    let (world, phone) = at_home().await;
    let home = household(1, GRID_A).id;
    let resident = Resident {
        id: domain::ResidentId(uuid::Uuid::from_u128(0xE900)),
        household: home,
        name: "乙".to_owned(),
        sex: None,
        birth_year: Some(1938),
        relation: String::new(),
        phone: None,
        tags: vec![domain::Tag::LoneElder],
    };
    let met = crate::visits::visit(7, MORNING);
    let visited = crate::push::mutation(&phone, 1, "visit.create", met.id.0, json!(met));
    let body = json!({ "hlc": MORNING * 1_000, "resident": resident });
    let added = crate::push::mutation(&phone, 2, "resident.add", resident.id.0, body);
    let answer = world.push(&phone, &[visited, added.clone()]).await;
    assert_eq!(answer.receipts[1].verdict, Verdict::Applied);
    let week = 7 * 86_400_000;
    assert_eq!(world.number("SELECT next_due FROM households").await, MORNING + week);
    let body = json!({ "hlc": MORNING * 1_000 + 1, "resident": resident.id, "household": home, "seen": [] });
    let removed = crate::push::mutation(&phone, 3, "resident.remove", resident.id.0, body);
    assert_eq!(
        world.push(&phone, &[removed]).await.receipts[0].verdict,
        Verdict::Applied
    );
    assert_eq!(
        world.number("SELECT next_due FROM households").await,
        MORNING + 26 * week
    );
    let rows = home_rows(&world, &phone).await;
    assert_eq!(rows.iter().filter(|row| row.kind == RowType::Resident).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_resident_is_kept_as_edits_would_have_written_it() {
    let (world, phone) = at_home().await;
    let id = uuid::Uuid::from_u128(0xE901);
    let resident = Resident {
        id: domain::ResidentId(id),
        household: household(1, GRID_A).id,
        name: format!("  乙{}", " ".repeat(200_000)),
        sex: None,
        birth_year: None,
        relation: " 子 ".to_owned(),
        phone: Some(" ".to_owned()),
        tags: vec![domain::Tag::LoneElder; 1000],
    };
    let body = json!({ "hlc": MORNING * 1_000, "resident": resident });
    let added = crate::push::mutation(&phone, 1, "resident.add", id, body);
    assert_eq!(world.push(&phone, &[added]).await.receipts[0].verdict, Verdict::Applied);
    let rows = home_rows(&world, &phone).await;
    let row = rows.iter().find(|row| row.id == id.to_string()).unwrap();
    assert_eq!(
        (&shown(row)["name"], &shown(row)["relation"]),
        (&json!("乙"), &json!("子"))
    );
    assert_eq!(shown(row)["phone"], json!(null));
    assert_eq!(shown(row)["tags"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_cannot_be_is_refused_with_every_problem() {
    let (world, phone) = at_home().await;
    let home = household(1, GRID_A).id;
    let odd = [("phone", json!("call"), 0), ("grid", json!("g"), 0)];
    let answer = world.push(&phone, &[edit_of(&phone, 1, home, 1, &odd)]).await;
    let Verdict::Rejected { code, details } = &answer.receipts[0].verdict else {
        panic!("taken");
    };
    assert_eq!(*code, ErrorCode::Invalid);
    assert_eq!(details["problems"].as_array().unwrap().len(), 2);
}
