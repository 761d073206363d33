//! Street, grids, queues, people and households of the demo.

use std::collections::{BTreeMap, BTreeSet};

use domain::protocol::RowType;
use domain::view::{QueueRow, StreetRow};
use domain::{CapturedAt, Condition, ReceivedAt, UserId};

use super::story::{BASE, HouseholdTold, PersonHead, Story};
use crate::Outcome;
use crate::clock::Ids;
use crate::people::staff_queues;
use crate::seed::default_queues;
use crate::store::areas::{self, AreaKind, Posting};
use crate::store::people::{self, PersonRecord};
use crate::store::{Edit, Tx, basemaps, grids, households, streets};

/// One day in milliseconds.
pub(super) const DAY_MS: i64 = 24 * 3_600_000;
/// Everybody has worked there for this long, so that the past cases fall into it.
const WORKED_MS: i64 = 90 * DAY_MS;

/// People by login.
pub(super) type People = BTreeMap<String, UserId>;

/// Writes everything but the cases.
pub(super) fn write(tx: &Tx<'_>, ids: &dyn Ids, story: &Story, now: ReceivedAt) -> Outcome<People> {
    let head = &story.street;
    let row = StreetRow {
        id: head.id.clone(),
        name: head.name.clone(),
        time_zone: head.time_zone.clone(),
        triage_first: Vec::new(),
        disabled_categories: Vec::new(),
        calendar: domain::clock::Calendar::default(),
    };
    let since = ReceivedAt(now.0 - WORKED_MS);
    streets::insert(tx, &row, &head.number_prefix, since)?;
    default_queues(tx, &head.id)?;
    basemaps::put(tx, &head.id, BASE)?;
    let edit = Edit::new(tx, head.id.clone(), since, ids);
    edit.touch(RowType::Street, &head.id);
    for grid in &story.grids {
        grids::put(tx, &head.id, grid)?;
        edit.touch(RowType::Grid, &grid.id);
    }
    write_queues(&edit, story)?;
    let people = story
        .people
        .iter()
        .map(|person| write_person(&edit, person))
        .collect::<Outcome<People>>()?;
    staff_queues(&edit)?;
    story
        .households
        .iter()
        .try_for_each(|told| write_household(&edit, told, now))?;
    edit.seal()?;
    Ok(people)
}

fn write_queues(edit: &Edit<'_>, story: &Story) -> Outcome<()> {
    let known: BTreeSet<_> = grids::queues(edit.tx, &edit.street)?
        .into_iter()
        .map(|queue| queue.id)
        .collect();
    for (n, queue) in story
        .queues
        .iter()
        .enumerate()
        .filter(|(_, queue)| !known.contains(&queue.id))
    {
        let row = QueueRow {
            id: queue.id.clone(),
            label_zh: queue.label_zh.clone(),
            label_en: queue.label_en.clone(),
            staffed: false,
            may_return: true,
            phone: None,
        };
        grids::put_queue(edit.tx, &edit.street, &row, known.len() + n)?;
    }
    for queue in grids::queues(edit.tx, &edit.street)? {
        edit.touch(RowType::Queue, &queue.id);
    }
    Ok(())
}

fn write_person(edit: &Edit<'_>, told: &PersonHead) -> Outcome<(String, UserId)> {
    let record = PersonRecord {
        street: edit.street.clone(),
        id: UserId(edit.ids.uuid()),
        login: told.login.clone(),
        name: told.name.clone(),
        password_hash: None,
        roles: told.roles.clone(),
        language: "zh-CN".to_owned(),
        active: true,
    };
    people::insert(edit.tx, &record, edit.now)?;
    let kinds = [
        (
            AreaKind::Queue,
            told.queues.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ),
        (
            AreaKind::Community,
            told.communities.iter().map(ToString::to_string).collect(),
        ),
        (AreaKind::Grid, told.grids.iter().map(ToString::to_string).collect()),
    ];
    for (kind, list) in kinds {
        for (position, area) in list.into_iter().enumerate() {
            let posting = Posting {
                kind,
                area,
                from: edit.now,
                to: None,
            };
            areas::insert(edit.tx, &edit.street, record.id, &posting, position)?;
        }
    }
    Ok((told.login.clone(), record.id))
}

fn write_household(edit: &Edit<'_>, told: &HouseholdTold, now: ReceivedAt) -> Outcome<()> {
    households::put(edit.tx, &edit.street, &told.household)?;
    for resident in &told.residents {
        households::put_resident(edit.tx, &edit.street, resident)?;
        edit.touch(RowType::Resident, resident.id);
    }
    let tags: Vec<_> = told
        .residents
        .iter()
        .flat_map(|resident| resident.tags.iter().copied())
        .collect();
    let last = told.last_visit_days_ago.map(|days| CapturedAt(now.0 - days * DAY_MS));
    let due = domain::visits::next_due(&tags, last);
    let condition = last.map(|_| Condition::Fine);
    households::visited(edit.tx, &edit.street, told.household.id, last, condition, due)?;
    edit.touch(RowType::Household, told.household.id);
    Ok(())
}
