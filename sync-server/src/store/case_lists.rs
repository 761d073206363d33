//! Lists of cases for the office: what a person may see, filters, counts and pages, as SQL over `cases`.

use domain::role::Permission;
use domain::{CaseId, CaseState, CommunityId, QueueId, ReceivedAt, StreetId};

use super::cases::{self, CaseRecord};
use super::{StoreError, Tx, Value, code};
use crate::auth::Person;
use crate::routes::cases::view::{QueueCount, StateCount};

/// States in which nobody has to do anything any more.
const ENDED: &str = "('closed', 'rejected', 'merged', 'void')";

/// A condition with its parameters.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    sql: String,
    args: Vec<Value>,
}

impl Condition {
    /// Adds a parameter and returns its name in SQL.
    fn arg(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    fn list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let names: Vec<String> = values.into_iter().map(|value| self.arg(value)).collect();
        if names.is_empty() {
            "(NULL)".to_owned()
        } else {
            format!("({})", names.join(", "))
        }
    }

    fn and(&mut self, sql: &str) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(sql);
    }

    /// Adds: has an order in one of these queues.
    fn has_order(&mut self, queues: &[QueueId]) -> String {
        let list = self.list(queues);
        format!(
            "(lead_queue IN {list} OR EXISTS (SELECT 1 FROM orders WHERE orders.street_id = cases.street_id
                AND orders.case_id = cases.id AND orders.queue_id IN {list}))"
        )
    }
}

/// Which cases a person may see.
#[derive(Debug, Clone)]
pub struct Sight {
    street: StreetId,
    all: bool,
    communities: Vec<CommunityId>,
    /// Communities whose cases about households are seen too.
    homes: Vec<CommunityId>,
    queues: Vec<QueueId>,
    /// Now, for counting what is overdue.
    pub now: ReceivedAt,
}

impl Sight {
    /// What this person may see.
    #[must_use]
    pub fn of(person: &Person, now: ReceivedAt) -> Self {
        let having = |permission| {
            if person.may(permission) {
                person.communities.clone()
            } else {
                Vec::new()
            }
        };
        Self {
            street: person.street.clone(),
            all: person.may(Permission::SeeAllCases),
            communities: having(Permission::SeeCommunityCases),
            homes: having(Permission::SeeCommunityHouseholds),
            queues: if person.may(Permission::WorkOrders) {
                person.queues.clone()
            } else {
                Vec::new()
            },
            now,
        }
    }

    /// The condition on `cases` for what may be seen at all; [`domain::privacy::case_access`] says the same of one case.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let mut condition = Condition::default();
        let street = condition.arg(&self.street);
        let communities = condition.list(&self.communities);
        let homes = condition.list(&self.homes);
        let queues = condition.list(&self.queues);
        let all = if self.all { "1 = 1" } else { "1 = 0" };
        condition.and(&format!(
            "cases.street_id = {street} AND (
                (need_id IS NULL AND ({all} OR community_id IN {communities}))
                OR community_id IN {homes} OR lead_queue IN {queues}
                OR EXISTS (SELECT 1 FROM orders WHERE orders.street_id = cases.street_id AND orders.case_id = cases.id
                    AND orders.queue_id IN {queues} AND orders.closed_at IS NULL))"
        ));
        condition
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// An order in this queue; `triage` also means without an order.
    pub queue: Option<QueueId>,
    /// One of these states.
    pub states: Vec<CaseState>,
    /// This community.
    pub community: Option<CommunityId>,
    /// This grid.
    pub grid: Option<domain::GridId>,
    /// This category.
    pub category: Option<domain::CategoryId>,
    /// Words in number, text or address.
    pub words: Vec<String>,
    /// Only the person's own queues.
    pub mine: bool,
    /// Open and due before this instant; with the second, not before that one.
    pub due: Option<(ReceivedAt, Option<ReceivedAt>)>,
    /// Only rows before this one.
    pub before: Option<(ReceivedAt, CaseId)>,
    /// At most this many rows.
    pub limit: u32,
}

impl Filter {
    fn apply(&self, sight: &Sight, condition: &mut Condition) -> Result<(), StoreError> {
        if let Some(queue) = &self.queue {
            let sql = condition.has_order(std::slice::from_ref(queue));
            condition.and(&sql);
        }
        if !self.states.is_empty() {
            let codes = self.states.iter().map(code).collect::<Result<Vec<_>, _>>()?;
            let list = condition.list(codes);
            condition.and(&format!("state IN {list}"));
        }
        let columns = [
            ("community_id", self.community.as_ref().map(Value::from)),
            ("category", self.category.as_ref().map(Value::from)),
        ];
        for (column, value) in columns {
            if let Some(value) = value {
                let name = condition.arg(value);
                condition.and(&format!("{column} = {name}"));
            }
        }
        if let Some(grid) = &self.grid {
            let name = condition.arg(grid);
            condition.and(&format!("(grid_id = {name} OR other_grid_id = {name})"));
        }
        if self.mine {
            let sql = condition.has_order(&sight.queues);
            condition.and(&sql);
        }
        self.words(condition);
        self.due(condition);
        Ok(())
    }

    fn words(&self, condition: &mut Condition) {
        for word in &self.words {
            let word = word.to_lowercase();
            let pattern = condition.arg(format!("%{}%", escape(&word)));
            // The place is a JSON column, and only its address is text that somebody wrote.
            let quoted = serde_json::Value::from(word).to_string();
            let address = condition.arg(format!(
                "%\"address\":\"%{}%\",\"grid\":%",
                escape(quoted.trim_matches('"'))
            ));
            condition.and(&format!(
                "(LOWER(COALESCE(number, '')) LIKE {pattern} ESCAPE '\\' OR LOWER(text) LIKE {pattern} ESCAPE '\\'
                    OR LOWER(place) LIKE {address} ESCAPE '\\')"
            ));
        }
    }

    fn due(&self, condition: &mut Condition) {
        let Some((until, from)) = self.due else { return };
        let until = condition.arg(until);
        condition.and(&format!(
            "state NOT IN {ENDED} AND resolved_at IS NULL AND due_at < {until}"
        ));
        if let Some(from) = from {
            let from = condition.arg(from);
            condition.and(&format!("due_at >= {from}"));
        }
    }
}

/// `%` and `_` mean themselves.
fn escape(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A page of cases, newest first, and how many the filter finds altogether.
///
/// # Errors
/// What the engine reports.
pub fn page(tx: &Tx<'_>, sight: &Sight, filter: &Filter) -> Result<(Vec<CaseRecord>, u32), StoreError> {
    let mut condition = sight.condition();
    filter.apply(sight, &mut condition)?;
    let total = tx.number(
        &format!("SELECT COUNT(*) FROM cases WHERE {}", condition.sql),
        &condition.args,
    )?;
    if let Some((at, id)) = filter.before {
        let (at, id) = (condition.arg(at), condition.arg(id));
        condition.and(&format!("(received_at < {at} OR (received_at = {at} AND id < {id}))"));
    }
    let limit = condition.arg(filter.limit);
    let sql = format!("{} ORDER BY received_at DESC, id DESC LIMIT {limit}", condition.sql);
    Ok((
        cases::find(tx, &sql, &condition.args)?,
        u32::try_from(total).unwrap_or(u32::MAX),
    ))
}

/// One case, when the person may see it.
///
/// # Errors
/// What the engine reports.
pub fn one(tx: &Tx<'_>, sight: &Sight, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    let mut condition = sight.condition();
    let id = condition.arg(id);
    condition.and(&format!("id = {id}"));
    Ok(cases::find(tx, &condition.sql, &condition.args)?.pop())
}

/// Open cases within a box of degrees around a point, without the case itself.
///
/// # Errors
/// What the engine reports.
pub fn around(
    tx: &Tx<'_>,
    sight: &Sight,
    point: domain::LatLon,
    half: (f64, f64),
    without: CaseId,
) -> Result<Vec<CaseRecord>, StoreError> {
    let mut condition = sight.condition();
    let bounds = [
        point.lat - half.0,
        point.lat + half.0,
        point.lon - half.1,
        point.lon + half.1,
    ];
    let names = bounds.map(|bound| condition.arg(bound));
    let without = condition.arg(without);
    condition.and(&format!(
        "lat BETWEEN {} AND {} AND lon BETWEEN {} AND {} AND id <> {without} AND need_id IS NULL AND state NOT IN {ENDED}
         ORDER BY received_at DESC LIMIT 50",
        names[0], names[1], names[2], names[3]
    ));
    cases::find(tx, &condition.sql, &condition.args)
}

/// Cases by state.
///
/// # Errors
/// What the engine reports.
pub fn by_state(tx: &Tx<'_>, sight: &Sight) -> Result<Vec<StateCount>, StoreError> {
    let condition = sight.condition();
    let sql = format!(
        "SELECT state, COUNT(*) AS n FROM cases WHERE {} GROUP BY state ORDER BY state",
        condition.sql
    );
    tx.query(&sql, &condition.args, |row| {
        Ok(StateCount {
            state: row.code("state")?,
            count: row.get("n")?,
        })
    })
}

/// Open cases by the queue that leads, and how many of them are past their due time.
///
/// # Errors
/// What the engine reports.
pub fn by_queue(tx: &Tx<'_>, sight: &Sight) -> Result<Vec<QueueCount>, StoreError> {
    let mut condition = sight.condition();
    let now = condition.arg(sight.now);
    let sql = format!(
        "SELECT lead_queue, COUNT(*) AS n,
            SUM(CASE WHEN resolved_at IS NULL AND due_at < {now} THEN 1 ELSE 0 END) AS overdue
         FROM cases WHERE {} AND state NOT IN {ENDED} GROUP BY lead_queue ORDER BY lead_queue",
        condition.sql
    );
    tx.query(&sql, &condition.args, |row| {
        Ok(QueueCount {
            queue: row.get("lead_queue")?,
            count: row.get("n")?,
            overdue: row.get("overdue")?,
        })
    })
}
