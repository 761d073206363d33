//! A small invented street: six grids in three communities, a worker in each, and an office.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::catalog::{community_queue, desk_queue, queues};
use domain::clock::Calendar;
use domain::protocol::RowType;
use domain::view::{GridRow, QueueRow, StreetRow};
use domain::{
    CommunityId, GridId, Household, HouseholdId, LatLon, QueueId, Resident, ResidentId, Role, StreetId, Tag, Tenure,
    UserId,
};
use sync_server::Outcome;
use sync_server::people::{post, staff_queues};
use sync_server::routes::enrolments::issue;
use sync_server::routes::people::view::PersonChange;
use sync_server::server::Server;
use sync_server::store::people::{self, PersonRecord};
use sync_server::store::{Edit, areas, grids, households, streets};
use uuid::Uuid;

/// The workers; each has the grid of the same place in the list.
pub const WORKERS: [&str; 6] = ["li", "wang", "zhao", "sun", "zhou", "wu"];
/// Who sits at the triage desk.
pub const TRIAGE_OFFICER: &str = "triage";
/// Who keeps people and phones.
pub const KEEPER: &str = "keeper";
/// Who answers for the households of all communities.
pub const SECRETARY: &str = "secretary";
/// Who works the orders of every queue.
pub const HANDLER: &str = "handler";
/// The one estate with a property company.
pub const PROPERTY_QUEUE: &str = "property-estate-1";

/// Households of each grid.
const DOORS: u128 = 2;

/// The street.
#[must_use]
pub fn street() -> StreetId {
    "street-1".into()
}

/// The grid of a place in the list of workers.
#[must_use]
pub fn grid(place: usize) -> GridId {
    GridId((350_000_000_000_000 + place).to_string())
}

/// The community of a grid: two grids each; those of a larger street are spread over eight.
#[must_use]
pub fn community(place: usize) -> CommunityId {
    let number = if place < WORKERS.len() { place / 2 } else { place % 8 };
    CommunityId(format!("c{number}"))
}

/// The workers of a street of so many grids: those of [`WORKERS`], then some who only have a number.
#[must_use]
pub fn workers(count: usize) -> Vec<String> {
    let name = |place: usize| {
        WORKERS
            .get(place)
            .map_or_else(|| format!("w{place}"), |name| (*name).to_owned())
    };
    (0..count).map(name).collect()
}

/// The place of a worker in the list.
///
/// # Panics
/// For a name that is not in it.
#[must_use]
pub fn place(worker: &str) -> usize {
    let numbered = || worker.strip_prefix('w')?.parse().ok();
    WORKERS
        .iter()
        .position(|name| *name == worker)
        .or_else(numbered)
        .unwrap()
}

/// A person's name in the system.
#[must_use]
pub fn user(login: &str) -> UserId {
    let number = login.bytes().fold(0_u128, |sum, byte| sum * 256 + u128::from(byte));
    UserId(Uuid::from_u128(0xA000 + number))
}

/// One of the households of a grid.
#[must_use]
pub fn household(place: usize, door: u128) -> HouseholdId {
    HouseholdId(Uuid::from_u128(0xB000 + place as u128 * 16 + door))
}

/// A point in a grid, well away from its borders, to the last bit as a sensor gives it.
#[must_use]
pub fn inside(place: usize) -> LatLon {
    LatLon {
        lat: 26.005 + 0.001 / 37.0,
        lon: west(place) + 0.005 + 0.001 / 37.0,
    }
}

fn west(place: usize) -> f64 {
    119.0 + 0.01 * f64::from(u32::try_from(place).unwrap())
}

/// Writes the street into an empty database.
///
/// # Panics
/// When the database fails.
pub fn write(server: &Server) {
    write_grids(server, WORKERS.len());
}

/// Writes a street of so many grids, each with a worker, into an empty database.
///
/// # Panics
/// When the database fails.
pub fn write_grids(server: &Server, grids: usize) {
    server
        .edit_blocking(street(), move |edit| write_in(edit, grids))
        .unwrap();
}

/// From now on the worker works in the grid of this place and in no other.
///
/// # Panics
/// When the database fails.
pub fn move_worker(server: &Server, login: &str, to: usize) {
    let (user, grids) = (user(login), Some(vec![grid(to)]));
    let change = PersonChange {
        grids,
        ..PersonChange::default()
    };
    server
        .edit_blocking(street(), move |edit| post(edit, user, &change))
        .unwrap();
}

/// A fresh enrolment code for a worker.
///
/// # Panics
/// When the database fails.
#[must_use]
pub fn code_for(server: &Server, login: &str) -> String {
    let (ids, now, user) = (Arc::clone(&server.ids), server.now(), user(login));
    let issued = server
        .store
        .write_blocking(move |tx| issue(tx, &*ids, &street(), user, None, now));
    issued.unwrap().0
}

/// The place of the grid a worker works in now.
///
/// # Panics
/// When the worker has none.
#[must_use]
pub fn works_in(server: &Server, login: &str) -> usize {
    let (user, now) = (user(login), server.now());
    let held = server
        .store
        .read_blocking(|tx| Ok(areas::grids(tx, &street(), user, now)?))
        .unwrap();
    (0..WORKERS.len()).find(|place| held.contains(&grid(*place))).unwrap()
}

fn write_in(edit: &Edit<'_>, count: usize) -> Outcome<()> {
    let row = StreetRow {
        id: street(),
        name: "一街道".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        triage_first: Vec::new(),
        disabled_categories: Vec::new(),
        calendar: Calendar::default(),
    };
    streets::insert(edit.tx, &row, "YJ", edit.now)?;
    edit.touch(RowType::Street, street());
    for (position, queue) in all_queues(count).iter().enumerate() {
        grids::put_queue(edit.tx, &edit.street, queue, position)?;
        edit.touch(RowType::Queue, &queue.id);
    }
    for place in 0..count {
        write_grid(edit, place)?;
    }
    for (place, login) in workers(count).iter().enumerate() {
        let posted = PersonChange {
            grids: Some(vec![grid(place)]),
            ..PersonChange::default()
        };
        write_person(edit, login, Role::GridWorker, &posted)?;
    }
    let every_queue = PersonChange {
        queues: Some(all_queues(count).into_iter().map(|queue| queue.id).collect()),
        ..PersonChange::default()
    };
    write_person(edit, HANDLER, Role::DepartmentMember, &every_queue)?;
    write_person(edit, TRIAGE_OFFICER, Role::TriageOfficer, &PersonChange::default())?;
    write_person(edit, KEEPER, Role::Administrator, &PersonChange::default())?;
    let every_community = PersonChange {
        communities: Some(communities(count)),
        ..PersonChange::default()
    };
    write_person(edit, SECRETARY, Role::CommunitySecretary, &every_community)?;
    staff_queues(edit)
}

fn communities(grids: usize) -> Vec<CommunityId> {
    let all: BTreeSet<CommunityId> = (0..grids).map(community).collect();
    all.into_iter().collect()
}

/// The default queues, and those of the communities and the estate.
fn all_queues(grids: usize) -> Vec<QueueRow> {
    let communities = communities(grids);
    let local = communities
        .iter()
        .flat_map(|community| [community_queue(community), desk_queue(community)]);
    let more = local.chain([QueueId::from(PROPERTY_QUEUE)]).map(|id| QueueRow {
        label_zh: id.to_string(),
        label_en: id.to_string(),
        id,
        staffed: false,
        may_return: true,
        phone: None,
    });
    queues().iter().map(|queue| queue.row(false)).chain(more).collect()
}

fn write_grid(edit: &Edit<'_>, place: usize) -> Outcome<()> {
    let (south, north, west, east) = (26.0, 26.01, west(place), west(place) + 0.01);
    let row = GridRow {
        id: grid(place),
        name: grid(place).0,
        community: community(place),
        community_name: community(place).0,
        rings: vec![vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]],
        property_queue: Some(PROPERTY_QUEUE.into()),
    };
    grids::put(edit.tx, &edit.street, &row)?;
    edit.touch(RowType::Grid, &row.id);
    (0..DOORS).try_for_each(|door| write_household(edit, place, door))
}

fn write_household(edit: &Edit<'_>, place: usize, door: u128) -> Outcome<()> {
    let id = household(place, door);
    let file = Household {
        id,
        grid: grid(place),
        estate: "一区".to_owned(),
        building: "1号楼".to_owned(),
        unit: String::new(),
        room: format!("10{door}"),
        point: Some(inside(place)),
        tenure: Tenure::Owner,
        door_note: String::new(),
        phone: None,
    };
    households::put(edit.tx, &edit.street, &file)?;
    let resident = Resident {
        id: ResidentId(Uuid::from_u128(id.0.as_u128() + 0x1000)),
        household: id,
        name: format!("住户{door}"),
        sex: None,
        birth_year: Some(1940),
        relation: "户主".to_owned(),
        phone: None,
        tags: vec![Tag::LivingAlone, Tag::LowIncome],
    };
    households::put_resident(edit.tx, &edit.street, &resident)?;
    edit.touch(RowType::Resident, resident.id);
    edit.touch(RowType::Household, id);
    Ok(())
}

fn write_person(edit: &Edit<'_>, login: &str, role: Role, posted: &PersonChange) -> Outcome<()> {
    let record = PersonRecord {
        street: street(),
        id: user(login),
        login: login.to_owned(),
        name: login.to_owned(),
        password_hash: None,
        roles: vec![role],
        language: "zh-CN".to_owned(),
        active: true,
    };
    people::insert(edit.tx, &record, edit.now)?;
    post(edit, record.id, posted)
}
