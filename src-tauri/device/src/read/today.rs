//! What needs the worker today.

use domain::protocol::WireError;
use domain::view::CaseRow;
use domain::{CapturedAt, CaseState, HouseholdId, ReceivedAt, ReportId, UserId};

use super::cases::place_label;
use super::households::{Home, promises};
use super::sync_sheet::{door, item_kind};
use crate::capture::is_written;
use crate::device::Device;
use crate::failure::Result;
use crate::store::mutation::{self, MutationState, Stored};
use crate::store::{household_search, photo_file};
use crate::view::{
    Draft, DraftKind, ReasonCode, ReportSummary, SyncItemKind, TitleParts, Today, TodayItem, TodayKind, Word,
};

const DAY: i64 = 86_400_000;
/// News and photos nobody can look at stay this long, in milliseconds. A refusal stays until it is dealt with.
const NEWS_MS: i64 = 7 * DAY;
const ODD_PHOTO_MS: i64 = 14 * DAY;
/// Promises are shown this long before their day.
const SOON_MS: i64 = 2 * DAY;
/// At most this many visits due.
const MAX_VISITS: usize = 50;

impl Device {
    /// What needs the worker, most pressing first.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn get_today(&self) -> std::result::Result<Today, WireError> {
        Ok(self.today()?)
    }

    fn today(&self) -> Result<Today> {
        let now = self.now();
        let me = self.me()?;
        let drafts = self.shown_drafts()?;
        let (unsettled, unsent, (photos_unsent, _)) = self.store.outbox(|outbox| {
            let waiting = photo_file::waiting(outbox)?;
            Ok((
                mutation::unsettled(outbox)?,
                mutation::unsent_of(outbox, me)?.own,
                waiting,
            ))
        })?;
        let refused = unsettled
            .iter()
            .any(|row| Some(row.author) == me && row.state == MutationState::Rejected);
        let reports = self.report_summaries()?;
        let mut items = Vec::new();
        for row in unsettled.iter().filter(|row| Some(row.author) == me) {
            items.extend(self.unsettled_item(row, &reports)?);
        }
        items.extend(
            reports
                .iter()
                .filter(|report| odd_photo(report, now))
                .map(odd_photo_item),
        );
        items.extend(self.news_items(me, now)?);
        items.extend(self.visit_items(now)?);
        items.extend(drafts.iter().filter(|draft| is_unfinished(draft)).map(draft_item));
        items.sort_by_key(|item| (item.kind, item.due_at.unwrap_or(CapturedAt(i64::MAX)), item.id.clone()));
        Ok(Today {
            items,
            unsent,
            photos_unsent,
            all_delivered: unsent == 0 && photos_unsent == 0 && !refused,
        })
    }

    fn unsettled_item(&self, row: &Stored, reports: &[ReportSummary]) -> Result<Option<TodayItem>> {
        let kind = match row.state {
            MutationState::Pending => TodayKind::Unsent,
            MutationState::Rejected | MutationState::Parked => TodayKind::NeedsYou,
            MutationState::Final => return Ok(None),
        };
        let at_home = matches!(item_kind(row), SyncItemKind::Visit | SyncItemKind::Household);
        let about = (!at_home).then_some(ReportId(row.entity));
        let report = about.and_then(|id| reports.iter().find(|report| report.id == id));
        let place = if at_home {
            Some(self.door(row)?)
        } else {
            report.map(|report| report.place_label.clone())
        };
        Ok(Some(TodayItem {
            kind,
            id: row.id.to_string(),
            report: report.map(|report| report.id),
            refused: row.is_refused().then_some(row.id),
            title_parts: TitleParts {
                category: report.map(|report| report.category.clone()),
                place,
                error: row.error(),
                ..TitleParts::default()
            },
            due_at: None,
            overdue: false,
        }))
    }

    fn news_items(&self, me: Option<UserId>, now: CapturedAt) -> Result<Vec<TodayItem>> {
        let identity = self.identity()?;
        let own_grids = identity.map(|identity| identity.profile.grids).unwrap_or_default();
        let offset = self.server_now()?.millis() - now.millis();
        let cases = self.cases()?;
        let own = |case: &CaseRow| case.reporter.is_some() && case.reporter == me;
        let near = |case: &CaseRow| case.place.grid.as_ref().is_some_and(|grid| own_grids.contains(grid));
        let items = cases.iter().filter_map(|case| {
            let last = case.timeline.last();
            let fresh = last.is_none_or(|entry| now.millis() + offset - entry.at.millis() <= NEWS_MS);
            let kind = kind_of(case.state)?;
            let wanted = match kind {
                TodayKind::CheckAsked => own(case) || near(case),
                TodayKind::Returned => own(case),
                TodayKind::Rejected => own(case) && fresh,
                TodayKind::Resolved => own(case) && fresh && !taken_back(case),
                TodayKind::NeedsYou
                | TodayKind::PromiseDue
                | TodayKind::VisitDue
                | TodayKind::Unsent
                | TodayKind::Draft => false,
            };
            wanted.then(|| case_item(kind, case, offset, now))
        });
        Ok(items.collect())
    }

    fn visit_items(&self, now: CapturedAt) -> Result<Vec<TodayItem>> {
        if self.lock()?.is_some() {
            return Ok(Vec::new());
        }
        let (own, me) = self.own_work()?;
        let ids = self
            .store
            .cache(|cache| household_search::due(cache, now.millis() + DAY))?;
        let mut items = Vec::new();
        for id in ids.iter().take(MAX_VISITS) {
            if let Some(home) = self.home(id, &own, me)?.filter(|home| still_due(home, now)) {
                items.push(visit_item(&home, now));
            }
        }
        let mut promised: Vec<HouseholdId> = own.visits.keys().copied().collect();
        promised.sort_unstable();
        for household in promised {
            let Some(home) = self.home(&household.to_string(), &own, me)? else {
                continue;
            };
            let mine: Vec<_> = home
                .visits
                .iter()
                .filter(|row| Some(row.author) == me)
                .cloned()
                .collect();
            let soon = promises(&mine, now)
                .into_iter()
                .filter(|promise| promise.by.millis() <= now.millis() + SOON_MS);
            items.extend(soon.map(|promise| TodayItem {
                kind: TodayKind::PromiseDue,
                id: household.to_string(),
                report: None,
                refused: None,
                title_parts: TitleParts {
                    text: Some(promise.what),
                    ..home_parts(&home)
                },
                due_at: Some(promise.by),
                overdue: promise.overdue,
            }));
        }
        Ok(items)
    }
}

/// What a case in this state is in Today, if anything.
const fn kind_of(state: CaseState) -> Option<TodayKind> {
    match state {
        CaseState::PrefileCheck | CaseState::ClosureCheck => Some(TodayKind::CheckAsked),
        CaseState::Returned => Some(TodayKind::Returned),
        CaseState::Rejected => Some(TodayKind::Rejected),
        CaseState::Resolved | CaseState::Closed => Some(TodayKind::Resolved),
        CaseState::Submitted
        | CaseState::Opened
        | CaseState::Dispatched
        | CaseState::Accepted
        | CaseState::InRuling
        | CaseState::Suspended
        | CaseState::Rework
        | CaseState::Merged
        | CaseState::Void => None,
    }
}

/// A household never visited is due at once.
fn still_due(home: &Home, now: CapturedAt) -> bool {
    home.next_due.is_none_or(|due| due.millis() <= now.millis() + DAY)
}

fn home_parts(home: &Home) -> TitleParts {
    TitleParts {
        place: Some(door(&home.row.household)),
        person: home.head().map(|head| head.name.clone()),
        ..TitleParts::default()
    }
}

fn visit_item(home: &Home, now: CapturedAt) -> TodayItem {
    TodayItem {
        kind: TodayKind::VisitDue,
        id: home.row.household.id.to_string(),
        report: None,
        refused: None,
        title_parts: home_parts(home),
        due_at: home.next_due,
        overdue: home.is_overdue(now),
    }
}

fn taken_back(case: &CaseRow) -> bool {
    case.timeline.iter().any(|entry| entry.what == "withdraw")
}

fn case_item(kind: TodayKind, case: &CaseRow, offset: i64, now: CapturedAt) -> TodayItem {
    let asks = kind == TodayKind::CheckAsked;
    let due = case
        .stage_due
        .filter(|_| asks)
        .map(|ReceivedAt(due)| CapturedAt(due - offset));
    let text = case
        .timeline
        .last()
        .map(|entry| entry.text.clone())
        .filter(|text| !text.is_empty());
    TodayItem {
        kind,
        id: case.id.to_string(),
        report: case.reports.first().copied(),
        refused: None,
        title_parts: TitleParts {
            category: Some(case.category.clone()),
            place: Some(place_label(&case.place, |_| None)),
            text,
            number: Some(case.number.clone()),
            state: Some(case.state),
            ..TitleParts::default()
        },
        due_at: due,
        overdue: due.is_some_and(|due| due <= now),
    }
}

/// A report that arrived, or will, with a photo nobody can look at.
fn odd_photo(report: &ReportSummary, now: CapturedAt) -> bool {
    report.word == Word::NeedsYou
        && matches!(report.why.code, ReasonCode::PhotoUndecodable | ReasonCode::PhotoLost)
        && now.millis() - report.captured_at.millis() <= ODD_PHOTO_MS
}

fn odd_photo_item(report: &ReportSummary) -> TodayItem {
    TodayItem {
        kind: TodayKind::NeedsYou,
        id: report.id.to_string(),
        report: Some(report.id),
        refused: None,
        title_parts: TitleParts {
            category: Some(report.category.clone()),
            place: Some(report.place_label.clone()),
            error: report.why.error,
            ..TitleParts::default()
        },
        due_at: None,
        overdue: false,
    }
}

/// A note or withdrawal that was opened and left empty is nothing to go on with.
fn is_unfinished(draft: &Draft) -> bool {
    matches!(draft.kind, DraftKind::Report | DraftKind::Visit) || is_written(draft)
}

fn draft_item(draft: &Draft) -> TodayItem {
    let category = draft.report.as_ref().and_then(|report| report.category.clone());
    let place = draft.report.as_ref().and_then(|report| report.address.clone());
    let text = match draft.kind {
        DraftKind::Report => draft.report.as_ref().map(|report| report.text.clone()),
        DraftKind::Visit => draft.visit.as_ref().map(|visit| visit.facts.clone()),
        DraftKind::Note | DraftKind::Withdrawal => draft.note.as_ref().map(|note| note.text.clone()),
    };
    TodayItem {
        kind: TodayKind::Draft,
        id: draft.id.clone(),
        report: None,
        refused: None,
        title_parts: TitleParts {
            category,
            place,
            text: text.filter(|text| !text.is_empty()),
            ..TitleParts::default()
        },
        due_at: None,
        overdue: false,
    }
}

#[cfg(test)]
mod tests {
    use domain::{Channel, VisitOutcome};

    use super::*;
    use crate::test_support::{HOUSEHOLD, World};

    fn kinds(world: &World) -> Vec<TodayKind> {
        world
            .device
            .get_today()
            .unwrap()
            .items
            .into_iter()
            .map(|item| item.kind)
            .collect()
    }

    #[test]
    fn a_visit_that_is_due_is_gone_once_somebody_was_met() {
        let world = World::enrolled();
        assert_eq!(kinds(&world), [TodayKind::VisitDue]);
        world
            .device
            .quick_visit(HOUSEHOLD, VisitOutcome::NoAnswer, Channel::Home)
            .unwrap();
        assert!(kinds(&world).contains(&TodayKind::VisitDue), "nobody was met");
        world
            .device
            .quick_visit(HOUSEHOLD, VisitOutcome::Met, Channel::Home)
            .unwrap();
        assert!(!kinds(&world).contains(&TodayKind::VisitDue));
    }

    #[test]
    fn what_is_unsent_and_what_is_unfinished_stand_in_today() {
        let world = World::enrolled();
        world.open_report();
        world.save_report("tree-fallen");
        let today = world.device.get_today().unwrap();
        assert_eq!(
            kinds(&world),
            [TodayKind::VisitDue, TodayKind::Unsent, TodayKind::Draft]
        );
        assert_eq!((today.unsent, today.photos_unsent, today.all_delivered), (1, 2, false));
    }

    #[test]
    fn a_phone_before_enrolment_has_nothing_to_do() {
        let today = World::new().device.get_today().unwrap();
        assert!(today.items.is_empty() && today.all_delivered);
    }
}
