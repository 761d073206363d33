//! Pulling: nothing is skipped, and nothing is shown to a phone that may not see it.

use std::collections::BTreeMap;

use domain::protocol::{PullRequest, PullResponse, RowType, profile_hash};
use domain::{Bucket, Household, HouseholdId, LatLon, Resident, ResidentId, Tenure};
use sync_server::store::areas::{self, AreaKind};
use sync_server::store::{Tx, buckets, devices, households};
use sync_server::{pull, rows};
use uuid::Uuid;

use crate::push::{creates, report};
use crate::world::{GRID_A, GRID_B, Phone, World, shown, street, user};

pub(crate) fn household(number: u128, grid: &str) -> Household {
    Household {
        id: HouseholdId(Uuid::from_u128(0xE000 + number)),
        grid: grid.into(),
        estate: "盘龙新城三区".to_owned(),
        building: "3号楼".to_owned(),
        unit: "2单元".to_owned(),
        room: "501".to_owned(),
        point: Some(LatLon {
            lat: 26.005,
            lon: 119.005,
        }),
        tenure: Tenure::Owner,
        door_note: String::new(),
        phone: Some("13800000000".to_owned()),
    }
}

pub(crate) async fn settle(world: &World, home: Household) {
    let resident = Resident {
        id: ResidentId(home.id.0),
        household: home.id,
        name: "某".to_owned(),
        sex: None,
        birth_year: Some(1940),
        relation: "户主".to_owned(),
        phone: None,
        tags: Vec::new(),
    };
    world
        .server
        .edit(street(), move |edit| {
            households::put(edit.tx, &edit.street, &home)?;
            households::put_resident(edit.tx, &edit.street, &resident)?;
            edit.touch(RowType::Household, home.id);
            edit.touch(RowType::Resident, resident.id);
            Ok(())
        })
        .await
        .unwrap();
}

pub(crate) fn cursors(answer: &PullResponse) -> Vec<(Bucket, u64)> {
    answer.buckets.iter().map(|page| (page.id.clone(), page.to)).collect()
}

/// How many rows of each kind lie in each bucket.
fn kinds(answer: &PullResponse) -> BTreeMap<(String, RowType), usize> {
    let mut counts = BTreeMap::new();
    for page in &answer.buckets {
        for row in &page.rows {
            *counts.entry((page.id.0.clone(), row.kind)).or_insert(0) += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_comes_back_to_its_author_with_its_number_and_its_way() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let one = report(1, "manhole");
    world.push(&phone, &[creates(&phone, 1, &one)]).await;
    let answer = world.pull(&phone, &[]).await;
    assert!(
        answer
            .buckets
            .iter()
            .all(|page| page.reset && !page.more && page.to == answer.street_rev)
    );
    let me = answer
        .buckets
        .iter()
        .find(|page| page.id.0 == format!("me:{}", user(1)))
        .unwrap();
    assert_eq!(me.rows.len(), 1);
    assert_eq!(shown(&me.rows[0])["number"], "JL-20260302-0001");
    assert_eq!(shown(&me.rows[0])["reports"][0], one.id.to_string());
    assert_eq!(shown(&me.rows[0])["timeline"].as_array().unwrap().len(), 3);
    assert_eq!(kinds(&answer)[&(format!("grid:{GRID_A}"), RowType::Case)], 1);
    assert_eq!(kinds(&answer)[&("community:c1".to_owned(), RowType::CaseOutline)], 1);
}

/// Statements that one answer to a phone without anything takes, and the rows in it.
async fn statements_of_a_fill(world: &World, phone: &Phone) -> (usize, usize) {
    let (epoch, now, id) = (phone.epoch, world.server.now(), phone.device);
    let request = PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: Some(epoch),
        device: id,
        cursors: BTreeMap::new(),
        check: false,
        profile: None,
        max_bytes: None,
        seen: None,
        announce: None,
    };
    let read = move |tx: &Tx<'_>| {
        let device = devices::by_id(tx, id)?.unwrap();
        let before = tx.statements();
        let answer = pull::answer(tx, epoch, &device, &request, now)?;
        assert!(answer.buckets.iter().all(|page| !page.more), "one answer holds all");
        let rows = answer.buckets.iter().map(|page| page.rows.len()).sum();
        Ok((tx.statements() - before, rows))
    };
    world.server.store.read(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_takes_as_many_statements_for_many_rows_as_for_few() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    settle(&world, household(1, GRID_A)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let (few, rows) = statements_of_a_fill(&world, &phone).await;
    for n in 2..=40 {
        settle(&world, household(n, GRID_A)).await;
    }
    let more: Vec<_> = (2..=100)
        .map(|n| creates(&phone, n, &report(n.into(), "manhole")))
        .collect();
    world.push(&phone, &more).await;
    let (many, more_rows) = statements_of_a_fill(&world, &phone).await;
    assert_eq!(more_rows - rows, 3 * 99 + 2 * 39);
    assert_eq!(many, few);
    // Whoever reads row by row is found out.
    let one_by_one = move |tx: &Tx<'_>| {
        for (kind, id, _) in buckets::present(tx, &street(), &format!("grid:{GRID_A}").as_str().into())? {
            rows::bodies(tx, &street(), user(1), [(kind, id.as_str())])?;
        }
        Ok(tx.statements())
    };
    assert!(world.server.store.read(one_by_one).await.unwrap() > many + 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_comes_when_it_changed_and_only_then() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let first = world.pull(&phone, &[]).await.profile.unwrap();
    assert_eq!(first.grids, [GRID_A.into()]);
    let request = PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: Some(phone.epoch),
        device: phone.device,
        cursors: BTreeMap::new(),
        check: false,
        profile: Some(profile_hash(&first)),
        max_bytes: None,
        seen: None,
        announce: None,
    };
    let pull = async || -> PullResponse { world.post(Some(&phone.token), "/v1/pull", &request).await.json() };
    assert_eq!(pull().await.profile, None);
    let moved = move |edit: &sync_server::store::Edit<'_>| {
        let grids = [GRID_B.to_owned()];
        areas::replace(edit.tx, &edit.street, user(1), AreaKind::Grid, &grids, edit.now)?;
        Ok(())
    };
    world.server.edit(street(), moved).await.unwrap();
    assert_eq!(pull().await.profile.unwrap().grids, [GRID_B.into()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_household_reaches_the_phone_of_another_grid() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let (own, other) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    let seen = world.pull(&own, &[]).await;
    assert_eq!(kinds(&seen)[&(format!("home:{GRID_A}"), RowType::Household)], 1);
    assert_eq!(kinds(&seen)[&(format!("home:{GRID_A}"), RowType::Resident)], 1);
    // Asking for the bucket by name does not help.
    let asked = world
        .pull(&other, &[(format!("home:{GRID_A}").as_str().into(), 0)])
        .await;
    let text = serde_json::to_string(&asked).unwrap();
    assert!(!text.contains("盘龙新城") && !text.contains("13800000000") && !text.contains(&format!("home:{GRID_A}")));
    assert!(
        asked
            .buckets
            .iter()
            .flat_map(|page| &page.rows)
            .all(|row| row.kind != RowType::Household)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_sees_the_case_on_the_map_but_neither_text_nor_reporter() {
    let world = World::new();
    let (author, colleague) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    world.push(&author, &[creates(&author, 1, &report(1, "manhole"))]).await;
    let answer = world.pull(&colleague, &[]).await;
    let text = serde_json::to_string(&answer).unwrap();
    assert!(!text.contains("井盖松了") && !text.contains(&user(1).to_string()));
    assert_eq!(kinds(&answer)[&("community:c1".to_owned(), RowType::CaseOutline)], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_its_cursor_a_phone_is_sent_what_is_new_and_nothing_else() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let first = world.pull(&phone, &[]).await;
    let quiet = world.pull(&phone, &cursors(&first)).await;
    assert!(
        quiet
            .buckets
            .iter()
            .all(|page| !page.reset && page.rows.is_empty() && page.gone.is_empty())
    );
    let two = report(2, "manhole");
    world.push(&phone, &[creates(&phone, 2, &two)]).await;
    let next = world.pull(&phone, &cursors(&quiet)).await;
    assert_eq!(
        kinds(&next).values().sum::<usize>(),
        3,
        "me, grid and community, once each"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_that_moves_leaves_a_tombstone_behind() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let (old, new) = (world.enrol(1, user(1)).await, world.enrol(2, user(2)).await);
    let before = world.pull(&old, &[]).await;
    settle(&world, household(1, GRID_B)).await;
    let after = world.pull(&old, &cursors(&before)).await;
    let home = after
        .buckets
        .iter()
        .find(|page| page.id.0 == format!("home:{GRID_A}"))
        .unwrap();
    assert_eq!((home.rows.len(), home.gone.len()), (0, 2));
    let fresh = world.pull(&old, &[]).await;
    assert!(
        fresh.buckets.iter().all(|page| page.gone.is_empty()),
        "a first fill needs no tombstones"
    );
    assert_eq!(
        kinds(&world.pull(&new, &[]).await)[&(format!("home:{GRID_B}"), RowType::Household)],
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_who_moves_to_another_grid_loses_the_old_one_with_the_next_pull() {
    let world = World::new();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    let before = world.pull(&phone, &[]).await;
    assert!(before.scope.contains(&format!("home:{GRID_A}").as_str().into()));
    world.advance(1000);
    let moved = vec![GRID_B.to_owned()];
    world
        .server
        .edit(street(), move |edit| {
            Ok(areas::replace(
                edit.tx,
                &edit.street,
                user(1),
                AreaKind::Grid,
                &moved,
                edit.now,
            )?)
        })
        .await
        .unwrap();
    let after = world.pull(&phone, &cursors(&before)).await;
    assert!(!after.scope.iter().any(|bucket| bucket.0.ends_with(GRID_A)));
    assert!(after.scope.contains(&format!("home:{GRID_B}").as_str().into()));
    // What was made in the old grid before the move, or within three days of it, is still taken.
    let answer = world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    assert_eq!(answer.receipts[0].verdict, domain::protocol::Verdict::Applied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_from_another_history_begins_again() {
    let world = World::new();
    let mut phone = world.enrol(1, user(1)).await;
    world.push(&phone, &[creates(&phone, 1, &report(1, "manhole"))]).await;
    let first = world.pull(&phone, &[]).await;
    phone.epoch = domain::Epoch(Uuid::from_u128(4));
    let other = world.pull(&phone, &cursors(&first)).await;
    assert!(other.buckets.iter().all(|page| page.reset));
    assert_eq!(kinds(&other), kinds(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_that_fills_many_pages_arrives_whole_and_once() {
    let world = World::new();
    let homes: Vec<Household> = (1..=2300).map(|number| household(number, GRID_A)).collect();
    world
        .server
        .edit(street(), move |edit| {
            for home in &homes {
                households::put(edit.tx, &edit.street, home)?;
                edit.touch(RowType::Household, home.id);
            }
            Ok(())
        })
        .await
        .unwrap();
    let phone = world.enrol(1, user(1)).await;
    let (mut seen, mut held, mut pages) = (std::collections::BTreeSet::new(), Vec::new(), 0);
    loop {
        let answer = world.pull(&phone, &held).await;
        pages += 1;
        let rows: Vec<_> = answer.buckets.iter().flat_map(|page| &page.rows).collect();
        assert!(rows.len() <= 1000);
        for row in rows.into_iter().filter(|row| row.kind == RowType::Household) {
            assert!(seen.insert(row.id.clone()), "twice");
        }
        held = cursors(&answer);
        if answer.buckets.iter().all(|page| !page.more) {
            break;
        }
        assert!(pages < 20, "it never ends");
    }
    assert_eq!(seen.len(), 2300);
    assert!(pages >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_fill_of_many_pages_ends_where_old_tombstones_were_forgotten() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    for n in 1..=9 {
        settle(&world, household(n, GRID_A)).await;
    }
    let forgotten = "UPDATE buckets SET min_rev = (SELECT MAX(rev) FROM streets)";
    let raise = world.server.store.write(move |tx| Ok(tx.execute(forgotten, &[])?));
    raise.await.unwrap();
    let home = Bucket(format!("home:{GRID_A}"));
    let (mut cursors, mut rows, mut resets) = (BTreeMap::new(), 0, 0);
    for _ in 0..200 {
        let request = PullRequest {
            proto: 1,
            bundle_key: false,
            epoch: Some(phone.epoch),
            device: phone.device,
            cursors: cursors.clone(),
            check: false,
            profile: None,
            max_bytes: Some(1),
            seen: None,
            announce: None,
        };
        let answer: PullResponse = world.post(Some(&phone.token), "/v1/pull", &request).await.json();
        let pages = answer.buckets.iter().filter(|page| page.id == home);
        for page in pages {
            rows += page.rows.len();
            resets += usize::from(page.reset);
        }
        cursors = answer.buckets.iter().map(|page| (page.id.clone(), page.to)).collect();
        if answer.buckets.iter().all(|page| !page.more) {
            break;
        }
    }
    assert_eq!((rows, resets), (18, 1), "each household and resident once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_of_somebody_who_was_switched_off_keeps_only_what_may_still_be_asked_of_it() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let scope = |answer: PullResponse| answer.scope.into_iter().map(|bucket| bucket.0).collect::<Vec<_>>();
    let before = scope(world.pull(&phone, &[]).await);
    assert!(before.iter().any(|bucket| bucket.starts_with("home:")), "the control");
    let switch_off = "UPDATE people SET active = 0 WHERE street_id = $1 AND id = $2";
    let off = world.server.edit(street(), move |edit| {
        Ok(edit.tx.execute(switch_off, sync_server::args![&edit.street, user(1)])?)
    });
    assert_eq!(off.await.unwrap(), 1);
    let mine = format!("me:{}", user(1));
    assert_eq!(scope(world.pull(&phone, &[]).await), ["ref".to_owned(), mine]);
}
