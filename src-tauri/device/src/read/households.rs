//! Households: the server's rows with own visits on top that it has not told of yet.

use std::collections::HashMap;

use domain::clock::WorkingTime;
use domain::household::HEAD;
use domain::protocol::{RowType, WireError};
use domain::view::{CaseRow, HouseholdRow, NeedCase, Reflection, ResidentRow, StreetRow, VisitRow};
use domain::visits::{free_repair, last_counted, next_due};
use domain::{
    CapturedAt, Condition, HouseholdId, ReceivedAt, Resident, Tag, UserId, Visit, VisitId, VisitOutcome, scope,
};

use super::edits::{self, OwnEdits};
use super::own::{self, Own};
use super::standing::{Outlook, told};
use crate::device::{Device, not_found};
use crate::failure::Result;
use crate::store::household_search::{self, Search};
use crate::store::{cursor, row};
use crate::view::{FieldMark, HouseholdPage, HouseholdQuery, HouseholdSummary, HouseholdView, PromiseView, VisitView};

/// At most this many rows in a page.
const MAX_PAGE: u32 = 500;
/// Promises stay on the card this long after their day, in milliseconds.
pub(crate) const PROMISE_MS: i64 = 30 * 86_400_000;

/// One household as this phone knows it.
pub(crate) struct Home {
    pub(crate) row: HouseholdRow,
    pub(crate) residents: Vec<ResidentRow>,
    pub(crate) visits: Vec<VisitRow>,
    /// When somebody was last met, when the next visit is due, and how the person was.
    pub(crate) last_visit: Option<CapturedAt>,
    pub(crate) next_due: Option<CapturedAt>,
    pub(crate) last_condition: Option<Condition>,
    /// What there is to say of single fields.
    pub(crate) marks: Vec<FieldMark>,
}

impl Home {
    pub(crate) fn tags(&self) -> Vec<Tag> {
        let mut tags: Vec<Tag> = self
            .residents
            .iter()
            .flat_map(|row| row.resident.tags.iter().copied())
            .collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// Name of the head, or of the first resident.
    pub(crate) fn head(&self) -> Option<&Resident> {
        let head = self.residents.iter().find(|row| row.resident.relation == HEAD);
        head.or_else(|| self.residents.first()).map(|row| &row.resident)
    }

    pub(crate) fn is_overdue(&self, now: CapturedAt) -> bool {
        self.next_due.is_some_and(|due| due <= now)
    }
}

/// What the person signed in wrote about households on this phone.
#[derive(Default)]
pub(crate) struct OwnWork {
    /// Visits, by household.
    pub(crate) visits: HashMap<HouseholdId, Vec<Own<Visit>>>,
    /// Edits, by household.
    pub(crate) edits: OwnEdits,
}

impl Device {
    /// A page of the households of the person's grid.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn list_households(&self, query: &HouseholdQuery) -> std::result::Result<HouseholdPage, WireError> {
        Ok(self.household_page(query)?)
    }

    fn household_page(&self, query: &HouseholdQuery) -> Result<HouseholdPage> {
        self.households_open()?;
        let search = Search::new(&query.query, query.building.as_deref());
        let limit = query.limit.min(MAX_PAGE);
        let (total, ids) = self
            .store
            .cache(|cache| household_search::find(cache, &search, limit, query.offset))?;
        let buildings = self.store.cache(household_search::buildings)?;
        let (own, me) = self.own_work()?;
        let street = self.street()?.row;
        let now = self.now();
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(home) = self.home(&id, &own, me)? {
                rows.push(summary(&home, street.as_ref(), now));
            }
        }
        Ok(HouseholdPage { total, rows, buildings })
    }

    /// One household.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get_household(&self, id: HouseholdId) -> std::result::Result<HouseholdView, WireError> {
        Ok(self.household_view(id)?)
    }

    fn household_view(&self, id: HouseholdId) -> Result<HouseholdView> {
        self.households_open()?;
        let (own, me) = self.own_work()?;
        let home = self.home(&id.to_string(), &own, me)?.ok_or_else(not_found)?;
        let none = Vec::new();
        let mine = own.visits.get(&id).unwrap_or(&none);
        let outlook = self.outlook()?;
        let mut visits = Vec::new();
        for visit in &home.visits {
            visits.push(self.visit_view(&outlook, visit, mine, me)?);
        }
        visits.sort_by_key(|view| std::cmp::Reverse(view.visit.ended_at));
        let now = self.now();
        let tags = home.tags();
        Ok(HouseholdView {
            needs: visits.iter().flat_map(|view| view.need_cases.iter().cloned()).collect(),
            promises: promises(&home.visits, now),
            visits,
            next_due: home.next_due,
            free_repair: free_repair(&tags),
            household: home.row.household,
            residents: home.residents.into_iter().map(|row| row.resident).collect(),
            marks: home.marks,
        })
    }

    pub(crate) fn own_work(&self) -> Result<(OwnWork, Option<UserId>)> {
        let me = self.identity()?.map(|identity| identity.profile.user);
        let mut own = OwnWork {
            edits: self.store.outbox(|outbox| edits::all(outbox, me))?,
            ..OwnWork::default()
        };
        for visit in self.store.outbox(|outbox| own::visits(outbox, me))? {
            own.visits.entry(visit.body.household).or_default().push(visit);
        }
        Ok((own, me))
    }

    /// One household with the visits and edits the server does not know of yet.
    pub(crate) fn home(&self, id: &str, own: &OwnWork, me: Option<UserId>) -> Result<Option<Home>> {
        let found = self.store.cache(|cache| {
            let Some(home) = row::get::<HouseholdRow>(cache, RowType::Household, id)? else {
                return Ok(None);
            };
            let residents: Vec<ResidentRow> = row::of_household(cache, RowType::Resident, id)?;
            let visits: Vec<VisitRow> = row::of_household(cache, RowType::Visit, id)?;
            let pulled = cursor::all(cache)?.get(&scope::home(&home.household.grid)).copied();
            Ok(Some((home, residents, visits, pulled.unwrap_or_default())))
        })?;
        let Some((home, residents, mut visits, pulled)) = found else {
            return Ok(None);
        };
        let known: Vec<VisitId> = visits.iter().map(|visit| visit.visit.id).collect();
        let mine = own
            .visits
            .get(&home.household.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let fresh: Vec<&Visit> = mine
            .iter()
            .map(|own| &own.body)
            .filter(|visit| !known.contains(&visit.id))
            .collect();
        let overlaid = !fresh.is_empty();
        visits.extend(
            me.into_iter()
                .flat_map(|author| fresh.iter().map(move |visit| (author, *visit)))
                .map(|(author, visit)| VisitRow {
                    visit: visit.clone(),
                    author,
                    author_label: String::new(),
                    need_cases: Vec::new(),
                    stored: Vec::new(),
                }),
        );
        let mut made = Home {
            last_visit: home.last_visit,
            next_due: home.next_due,
            last_condition: home.last_condition,
            row: home,
            residents,
            visits,
            marks: Vec::new(),
        };
        let edits = own
            .edits
            .get(&made.row.household.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        made.marks = made.marks(edits, pulled);
        let edited = made.lay(edits, pulled);
        if overlaid || edited {
            made.count_own_work(edited);
        }
        Ok(Some(made))
    }

    fn visit_view(
        &self,
        outlook: &Outlook,
        visit: &VisitRow,
        mine: &[Own<Visit>],
        me: Option<UserId>,
    ) -> Result<VisitView> {
        let own = mine.iter().find(|own| own.body.id == visit.visit.id);
        let (word, why) = own.map_or_else(
            || told(&visit.visit.photos, &visit.stored),
            |own| outlook.of_record(&own.row, &own.files, &own.body.photos),
        );
        let mut shown = visit.visit.clone();
        shown.reflection = match own {
            Some(own) => own.body.reflection.clone(),
            None => self.reflection(visit.visit.id)?,
        };
        Ok(VisitView {
            visit: shown,
            author_label: visit.author_label.clone(),
            mine: Some(visit.author) == me,
            word,
            why,
            refused: own.filter(|own| own.row.is_refused()).map(|own| own.row.id),
            need_cases: self.fresh_need_cases(&visit.need_cases)?,
        })
    }

    fn reflection(&self, visit: VisitId) -> Result<Option<String>> {
        let found: Option<Reflection> = self
            .store
            .cache(|cache| row::get(cache, RowType::Reflection, &visit.to_string()))?;
        Ok(found.map(|reflection| reflection.text))
    }

    /// A need's case may have moved on since the visit's row was written.
    fn fresh_need_cases(&self, needs: &[NeedCase]) -> Result<Vec<NeedCase>> {
        let mut fresh = Vec::new();
        for need in needs {
            let case: Option<CaseRow> = self
                .store
                .cache(|cache| row::get(cache, RowType::Case, &need.case.to_string()))?;
            fresh.push(case.map_or_else(
                || need.clone(),
                |case| NeedCase {
                    state: case.state,
                    queue: case.lead_queue,
                    due_at: case.due_at,
                    ..need.clone()
                },
            ));
        }
        Ok(fresh)
    }
}

impl Home {
    fn count_own_work(&mut self, edited: bool) {
        let tags = self.tags();
        // The server's row knows visits that no longer travel to phones.
        let last = last_counted(&tags, &self.visits).max(self.row.last_visit);
        if edited {
            // Tags decide how often.
            self.next_due = next_due(&tags, last);
        }
        if last > self.row.last_visit {
            self.last_visit = last;
            self.next_due = next_due(&tags, last);
            let met = self.visits.iter().filter(|row| row.visit.outcome == VisitOutcome::Met);
            self.last_condition = met
                .max_by_key(|row| row.visit.ended_at)
                .and_then(|row| row.visit.condition)
                .or(self.last_condition);
        }
    }
}

fn summary(home: &Home, street: Option<&StreetRow>, now: CapturedAt) -> HouseholdSummary {
    let file = &home.row.household;
    let phone = home
        .head()
        .and_then(|head| head.phone.as_deref())
        .or(file.phone.as_deref());
    let digits: Option<String> = phone.map(|phone| phone.chars().filter(char::is_ascii_digit).collect());
    HouseholdSummary {
        id: file.id,
        name: home.head().map(|head| head.name.clone()),
        estate: file.estate.clone(),
        building: file.building.clone(),
        unit: file.unit.clone(),
        room: file.room.clone(),
        tags: home.tags(),
        last_visit: home.last_visit,
        next_due: home.next_due,
        last_condition: home.last_condition,
        overdue: home.is_overdue(now),
        visited_this_period: home.last_visit.is_some_and(|last| same_month(street, last, now)),
        phone_tail: digits.and_then(|digits| Some(digits.get(digits.len().checked_sub(4)?..)?.to_owned())),
    }
}

/// True when both lie in one calendar month of the street.
fn same_month(street: Option<&StreetRow>, a: CapturedAt, b: CapturedAt) -> bool {
    use chrono::Datelike as _;
    let calendar = domain::clock::Calendar::default();
    let time = street.map_or_else(
        || WorkingTime::new(chrono_tz::Tz::Asia__Shanghai, &calendar),
        WorkingTime::of_street,
    );
    let (a, b) = (
        time.local_day(ReceivedAt(a.millis())),
        time.local_day(ReceivedAt(b.millis())),
    );
    (a.year(), a.month()) == (b.year(), b.month())
}

/// Promises still to keep, soonest first.
pub(crate) fn promises(visits: &[VisitRow], now: CapturedAt) -> Vec<PromiseView> {
    let all = visits
        .iter()
        .flat_map(|row| row.visit.promises.iter().map(move |promise| (row.visit.id, promise)));
    let mut open: Vec<PromiseView> = all
        .filter(|(_, promise)| promise.by.millis() >= now.millis() - PROMISE_MS)
        .map(|(visit, promise)| PromiseView {
            visit,
            what: promise.what.clone(),
            by: promise.by,
            overdue: promise.by < now,
        })
        .collect();
    open.sort_by_key(|promise| promise.by);
    open
}

#[cfg(test)]
mod tests {
    use domain::Channel;

    use super::*;
    use crate::test_support::{HOUSEHOLD, World};

    fn page(world: &World, query: &str) -> HouseholdPage {
        let query = HouseholdQuery {
            query: query.to_owned(),
            building: None,
            limit: 10,
            offset: 0,
        };
        world.device.list_households(&query).unwrap()
    }

    #[test]
    fn a_household_is_listed_with_its_head_tags_and_phone_tail() {
        let world = World::enrolled();
        let found = page(&world, "1234");
        let row = &found.rows[0];
        assert_eq!(
            (row.name.as_deref(), row.phone_tail.as_deref()),
            (Some("R"), Some("1234"))
        );
        assert_eq!(row.tags, [Tag::LivingAlone, Tag::LowIncome]);
        assert!(row.overdue);
        assert_eq!(found.buildings, ["E 1号楼"]);
    }

    #[test]
    fn an_own_visit_counts_in_the_list_before_it_is_sent() {
        let world = World::enrolled();
        world
            .device
            .quick_visit(HOUSEHOLD, VisitOutcome::Met, Channel::Home)
            .unwrap();
        let row = page(&world, "").rows.remove(0);
        assert!(!row.overdue && row.visited_this_period);
        assert_eq!(row.last_visit, Some(world.device.now()));
    }

    #[test]
    fn a_low_income_household_gets_small_repairs_for_nothing() {
        let world = World::enrolled();
        assert!(world.device.get_household(HOUSEHOLD).unwrap().free_repair);
    }

    #[test]
    fn a_household_nobody_knows_is_not_found() {
        let world = World::enrolled();
        let unknown = HouseholdId(uuid::Uuid::from_u128(404));
        assert_eq!(
            world.device.get_household(unknown).unwrap_err().code,
            domain::ErrorCode::NotFound
        );
    }

    #[test]
    fn months_are_those_of_the_street() {
        let at = |ms| CapturedAt(ms);
        // 2026-02-28 15:59 and 16:01 UTC are 23:59 on the last of February and 00:01 on the first of March there.
        assert!(!same_month(None, at(1_772_294_340_000), at(1_772_294_460_000)));
        assert!(same_month(None, at(1_772_294_460_000), at(1_772_294_520_000)));
    }
}
