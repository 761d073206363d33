//! Cases: one row each, with state and lead queue as columns.

use chrono::{DateTime, Utc};
use domain::view::{CaseOutline, RoutingReason};
use domain::{
    CapturedAt, CaseId, CaseState, CategoryId, CloseReason, CommunityId, HouseholdId, LatLon, NeedId, Place, QueueId,
    ReceivedAt, StreetId, UserId,
};

use super::case_memory::CaseMemory;
use super::{Row, StoreError, Tx, Value, code, json, opt_code};
use crate::{args, row};

/// A case as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRecord {
    /// Name.
    pub id: CaseId,
    /// Number for people; absent until its first transaction is sealed.
    pub number: Option<String>,
    /// State.
    pub state: CaseState,
    /// Counts changes of state.
    pub state_rev: u32,
    /// How it ended.
    pub close_reason: Option<CloseReason>,
    /// Category of its first report or need.
    pub category: CategoryId,
    /// 0 to 3.
    pub urgency: u8,
    /// The queue that leads.
    pub lead_queue: QueueId,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// Why it went there.
    pub routing: RoutingReason,
    /// Where.
    pub place: Place,
    /// The community it lies in.
    pub community: Option<CommunityId>,
    /// Text of the first report or need.
    pub text: String,
    /// Who reported first.
    pub reporter: Option<UserId>,
    /// The need it came from.
    pub need: Option<NeedId>,
    /// The household of the need.
    pub household: Option<HouseholdId>,
    /// The main case, once merged.
    pub merged_into: Option<CaseId>,
    /// Captured, by the device's clock.
    pub captured_at: CapturedAt,
    /// Received, by the server's clock.
    pub received_at: ReceivedAt,
    /// When the current stage is due.
    pub stage_due: Option<ReceivedAt>,
    /// When it is due to be resolved.
    pub due_at: Option<ReceivedAt>,
    /// When it was resolved.
    pub resolved_at: Option<ReceivedAt>,
    /// When it was closed.
    pub closed_at: Option<ReceivedAt>,
    /// When a suspended case wakes by itself.
    pub suspended_until: Option<ReceivedAt>,
    /// What the state machine remembers beyond these columns.
    pub facts: CaseMemory,
}

const COLUMNS: &str =
    "id, number, state, state_rev, close_reason, category, urgency, lead_queue, assists, routing, place,
    community_id, text, reporter_id, need_id, household_id, merged_into, captured_at, received_at, stage_due, due_at,
    resolved_at, closed_at, suspended_until, facts";

fn read(row: &Row<'_>) -> Result<CaseRecord, StoreError> {
    Ok(CaseRecord {
        id: row.get("id")?,
        number: row.get("number")?,
        state: row.code("state")?,
        state_rev: row.get("state_rev")?,
        close_reason: row.opt_code("close_reason")?,
        category: row.get("category")?,
        urgency: row.get("urgency")?,
        lead_queue: row.get("lead_queue")?,
        assists: row.json("assists")?,
        routing: row.json::<RoutingReason>("routing")?,
        place: row.json("place")?,
        community: row.get("community_id")?,
        text: row.get("text")?,
        reporter: row.get("reporter_id")?,
        need: row.get("need_id")?,
        household: row.get("household_id")?,
        merged_into: row.get("merged_into")?,
        captured_at: row.get("captured_at")?,
        received_at: row.get("received_at")?,
        stage_due: row.get("stage_due")?,
        due_at: row.get("due_at")?,
        resolved_at: row.get("resolved_at")?,
        closed_at: row.get("closed_at")?,
        suspended_until: row.get("suspended_until")?,
        facts: row.json("facts")?,
    })
}

fn columns(street: &StreetId, case: &CaseRecord) -> Result<Vec<Value>, StoreError> {
    let point = case.place.chosen.as_ref().map(|claim| claim.point);
    Ok(row![
        street,
        case.id,
        case.number.clone(),
        code(&case.state)?,
        case.state_rev,
        opt_code(case.close_reason.as_ref())?,
        &case.category,
        case.urgency,
        &case.lead_queue,
        json(&case.assists)?,
        json(&case.routing)?,
        json(&case.place)?,
        case.place.grid.clone(),
        case.place.other_grid.clone(),
        case.community.clone(),
        point.map(|point| point.lat),
        point.map(|point| point.lon),
        &case.text,
        case.reporter,
        case.need,
        case.household,
        case.merged_into,
        case.captured_at,
        case.received_at,
        case.stage_due,
        case.due_at,
        case.resolved_at,
        case.closed_at,
        case.suspended_until,
        json(&case.facts)?,
    ])
}

/// What [`insert`] runs.
pub(super) const INSERT: &str =
    "INSERT INTO cases (street_id, id, number, state, state_rev, close_reason, category, urgency,
        lead_queue, assists, routing, place, grid_id, other_grid_id, community_id, lat, lon, text, reporter_id, need_id,
        household_id, merged_into, captured_at, received_at, stage_due, due_at, resolved_at, closed_at, suspended_until,
        facts)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29, $30)";
/// Where name and number stand in its row.
const ID: usize = 1;
const NUMBER: usize = 2;

/// Writes a new case.
///
/// # Errors
/// What the engine reports.
pub fn insert(tx: &Tx<'_>, street: &StreetId, case: &CaseRecord) -> Result<(), StoreError> {
    tx.insert(INSERT, columns(street, case)?)
}

/// Writes everything of a case that may change; its number is never among it.
///
/// # Errors
/// What the engine reports.
pub fn update(tx: &Tx<'_>, street: &StreetId, case: &CaseRecord) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE cases SET state = $4, state_rev = $5, close_reason = $6, category = $7, urgency = $8, lead_queue = $9,
            assists = $10, routing = $11, place = $12, grid_id = $13, other_grid_id = $14, community_id = $15, lat = $16,
            lon = $17, merged_into = $22, stage_due = $25, due_at = $26, resolved_at = $27, closed_at = $28, suspended_until = $29,
            facts = $30
         WHERE street_id = $1 AND id = $2",
        &columns(street, case)?,
    )?;
    Ok(())
}

/// One case.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId, case: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM cases WHERE street_id = $1 AND id = $2{}",
            tx.lock()
        ),
        args![street, case],
        read,
    )
}

/// Cases by their names, in any order; those that do not exist are left out.
///
/// # Errors
/// What the engine reports.
pub fn among(tx: &Tx<'_>, street: &StreetId, cases: &[CaseId]) -> Result<Vec<CaseRecord>, StoreError> {
    let condition = format!("street_id = $1 AND {}", tx.among("id", 2));
    find(tx, &condition, args![street, json(cases)?])
}

/// What the rest of the community may know of these cases, in any order; those that do not exist are left out. The columns say
/// the same as the place.
///
/// # Errors
/// What the engine reports.
pub fn outlines(tx: &Tx<'_>, street: &StreetId, cases: &[CaseId]) -> Result<Vec<CaseOutline>, StoreError> {
    let sql = format!(
        "SELECT id, state, category, urgency, lat, lon, grid_id, received_at FROM cases WHERE street_id = $1 AND {}",
        tx.among("id", 2)
    );
    tx.query(&sql, args![street, json(cases)?], |row| {
        let (lat, lon): (Option<f64>, Option<f64>) = (row.get("lat")?, row.get("lon")?);
        Ok(CaseOutline {
            id: row.get("id")?,
            state: row.code("state")?,
            category: row.get("category")?,
            urgency: row.get("urgency")?,
            point: lat.zip(lon).map(|(lat, lon)| LatLon { lat, lon }),
            grid: row.get("grid_id")?,
            received_at: row.get("received_at")?,
        })
    })
}

/// Cases that meet a condition. `condition` is SQL over the columns of `cases`, whose parameters start at `$1`.
///
/// # Errors
/// What the engine reports.
pub fn find(tx: &Tx<'_>, condition: &str, args: &[Value]) -> Result<Vec<CaseRecord>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM cases WHERE {condition}"), args, read)
}

/// Cases of a need category that a household has.
///
/// # Errors
/// What the engine reports.
pub fn of_household(tx: &Tx<'_>, street: &StreetId, household: HouseholdId) -> Result<Vec<CaseRecord>, StoreError> {
    find(
        tx,
        "street_id = $1 AND need_id IN (SELECT id FROM needs WHERE street_id = $1 AND household_id = $2)
        ORDER BY received_at",
        args![street, household],
    )
}

/// Writes the number that a new case was given.
///
/// # Errors
/// What the engine reports.
pub fn set_number(tx: &Tx<'_>, street: &StreetId, case: CaseId, number: &str) -> Result<(), StoreError> {
    let id = Value::from(case);
    if tx.amend(INSERT, |row| {
        let found = row.get(ID) == Some(&id);
        if found {
            row[NUMBER] = number.into();
        }
        found
    }) {
        return Ok(());
    }
    tx.execute(
        "UPDATE cases SET number = $3 WHERE street_id = $1 AND id = $2",
        args![street, case, number],
    )?;
    Ok(())
}

/// The street-local day as `YYYYMMDD`; UTC where the zone is unknown.
pub(super) fn local_day(zone: &str, now: ReceivedAt) -> String {
    let utc: DateTime<Utc> = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
    zone.parse::<chrono_tz::Tz>().map_or_else(
        |_unknown| utc.format("%Y%m%d").to_string(),
        |zone| utc.with_timezone(&zone).format("%Y%m%d").to_string(),
    )
}
