//! Where a person works, and what a phone may therefore see.

use std::collections::{BTreeSet, HashMap};

use domain::scope::{Member, buckets_for, is_office};
use domain::{Bucket, CommunityId, GridId, QueueId, ReceivedAt, StreetId, UserId};

use super::{Row, StoreError, Tx, json};
use crate::args;

/// What kind of area a posting is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// A grid, with its households.
    Grid,
    /// A whole community.
    Community,
    /// A queue.
    Queue,
}

impl AreaKind {
    fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Community => "community",
            Self::Queue => "queue",
        }
    }
}

/// A person's posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Kind of area.
    pub kind: AreaKind,
    /// The area's id.
    pub area: String,
    /// From when, by the server's clock.
    pub from: ReceivedAt,
    /// Until when; absent for a posting without an end.
    pub to: Option<ReceivedAt>,
}

impl Posting {
    /// True when it holds at `now`.
    #[must_use]
    pub fn holds(&self, now: ReceivedAt) -> bool {
        self.from <= now && self.to.is_none_or(|to| now < to)
    }
}

fn read(row: &Row<'_>) -> Result<Posting, StoreError> {
    Ok(Posting {
        kind: row.code("kind")?,
        area: row.get("area_id")?,
        from: row.get("from_ms")?,
        to: row.get("to_ms")?,
    })
}

/// Every posting of a person, past ones too, own area first.
///
/// # Errors
/// What the engine reports.
pub fn of_person(tx: &Tx<'_>, street: &StreetId, user: UserId) -> Result<Vec<Posting>, StoreError> {
    let sql = "SELECT kind, area_id, from_ms, to_ms FROM person_areas WHERE street_id = $1 AND user_id = $2
         ORDER BY position, from_ms";
    tx.query(sql, args![street, user], read)
}

/// Adds a posting.
///
/// # Errors
/// What the engine reports.
pub fn insert(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
    posting: &Posting,
    position: usize,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO person_areas (street_id, user_id, kind, area_id, position, from_ms, to_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (street_id, user_id, kind, area_id, from_ms)
         DO UPDATE SET to_ms = excluded.to_ms, position = excluded.position",
        args![
            street,
            user,
            posting.kind.name(),
            &posting.area,
            position,
            posting.from,
            posting.to
        ],
    )?;
    Ok(())
}

/// Makes `areas` the person's postings of one kind from `now` on; the ones left out end now.
///
/// # Errors
/// What the engine reports.
pub fn replace(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
    kind: AreaKind,
    areas: &[String],
    now: ReceivedAt,
) -> Result<(), StoreError> {
    let held: Vec<Posting> = of_person(tx, street, user)?
        .into_iter()
        .filter(|posting| posting.kind == kind && posting.holds(now))
        .collect();
    for posting in held.iter().filter(|posting| !areas.contains(&posting.area)) {
        insert(
            tx,
            street,
            user,
            &Posting {
                to: Some(now),
                ..posting.clone()
            },
            areas.len(),
        )?;
    }
    for (position, area) in areas.iter().enumerate() {
        let from = held
            .iter()
            .find(|posting| posting.area == *area)
            .map_or(now, |posting| posting.from);
        insert(
            tx,
            street,
            user,
            &Posting {
                kind,
                area: area.clone(),
                from,
                to: None,
            },
            position,
        )?;
    }
    Ok(())
}

/// The areas of one kind a person has now, own area first.
///
/// # Errors
/// What the engine reports.
pub fn held(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
    kind: AreaKind,
    now: ReceivedAt,
) -> Result<Vec<String>, StoreError> {
    let postings = of_person(tx, street, user)?;
    Ok(held_of(&postings, kind, now).collect())
}

fn held_of(postings: &[Posting], kind: AreaKind, now: ReceivedAt) -> impl Iterator<Item = String> {
    postings
        .iter()
        .filter(move |posting| posting.kind == kind && posting.holds(now))
        .map(|posting| posting.area.clone())
}

/// The grids a person works in now, own grid first.
///
/// # Errors
/// What the engine reports.
pub fn grids(tx: &Tx<'_>, street: &StreetId, user: UserId, now: ReceivedAt) -> Result<Vec<GridId>, StoreError> {
    Ok(held(tx, street, user, AreaKind::Grid, now)?
        .into_iter()
        .map(GridId)
        .collect())
}

/// The communities a person works in now.
///
/// # Errors
/// What the engine reports.
pub fn communities(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
    now: ReceivedAt,
) -> Result<Vec<CommunityId>, StoreError> {
    Ok(held(tx, street, user, AreaKind::Community, now)?
        .into_iter()
        .map(CommunityId)
        .collect())
}

/// The queues a person works for now.
///
/// # Errors
/// What the engine reports.
pub fn queues(tx: &Tx<'_>, street: &StreetId, user: UserId, now: ReceivedAt) -> Result<Vec<QueueId>, StoreError> {
    Ok(held(tx, street, user, AreaKind::Queue, now)?
        .into_iter()
        .map(QueueId)
        .collect())
}

/// Every bucket a person's phone may see now, by priority of filling. A phone carries field work only: the office's
/// buckets `street` and `dept:` never go to one. Somebody who was switched off keeps what was theirs alone: an original that the
/// office asks for lies on their phone and nowhere else.
///
/// # Errors
/// What the engine reports.
pub fn phone_scope(tx: &Tx<'_>, street: &StreetId, user: UserId, now: ReceivedAt) -> Result<Vec<Bucket>, StoreError> {
    let roles = roles(tx, street, user)?.unwrap_or_default();
    let postings = of_person(tx, street, user)?;
    let grids: Vec<GridId> = held_of(&postings, AreaKind::Grid, now).map(GridId).collect();
    let mut communities: Vec<CommunityId> = held_of(&postings, AreaKind::Community, now).map(CommunityId).collect();
    communities.extend(super::grids::communities(tx, street, &grids)?);
    communities.sort();
    communities.dedup();
    let member = Member {
        user,
        roles: &roles,
        grids: &grids,
        communities: &communities,
        queues: &[],
    };
    Ok(buckets_for(&member)
        .into_iter()
        .filter(|bucket| !is_office(bucket))
        .collect())
}

/// How a person is shown: the name; empty for somebody unknown.
///
/// # Errors
/// What the engine reports.
pub fn label(tx: &Tx<'_>, street: &StreetId, user: UserId) -> Result<String, StoreError> {
    let sql = "SELECT name FROM people WHERE street_id = $1 AND id = $2";
    Ok(tx
        .query_opt(sql, args![street, user], |row| row.get("name"))?
        .unwrap_or_default())
}

/// As [`label`], of many people; who is unknown is left out.
///
/// # Errors
/// What the engine reports.
pub fn labels(tx: &Tx<'_>, street: &StreetId, users: &BTreeSet<UserId>) -> Result<HashMap<UserId, String>, StoreError> {
    let sql = format!(
        "SELECT id, name FROM people WHERE street_id = $1 AND {}",
        tx.among("id", 2)
    );
    let found = tx.query(&sql, args![street, json(users)?], |row| {
        Ok((row.get("id")?, row.get("name")?))
    })?;
    Ok(found.into_iter().collect())
}

/// The roles of a person who may still sign in; nothing for anybody else.
///
/// # Errors
/// What the engine reports.
pub fn roles(tx: &Tx<'_>, street: &StreetId, user: UserId) -> Result<Option<Vec<domain::Role>>, StoreError> {
    let sql = "SELECT roles FROM people WHERE street_id = $1 AND id = $2 AND active = 1";
    tx.query_opt(sql, args![street, user], |row| row.json("roles"))
}

/// [`label`] and [`roles`] of a person.
///
/// # Errors
/// What the engine reports.
pub fn label_and_roles(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
) -> Result<(String, Option<Vec<domain::Role>>), StoreError> {
    let sql = "SELECT name, roles, active FROM people WHERE street_id = $1 AND id = $2";
    let found = tx.query_opt(sql, args![street, user], |row| {
        let active: bool = row.get("active")?;
        Ok((row.get("name")?, active.then(|| row.json("roles")).transpose()?))
    })?;
    Ok(found.unwrap_or_default())
}
