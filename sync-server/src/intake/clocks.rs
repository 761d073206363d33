//! The clocks of a case, as an act changes them.

use domain::case::machine::ClockChange;
use domain::catalog;
use domain::clock::{Limits, Stage, WorkingTime, stage_limit};
use domain::view::StreetRow;
use domain::{ReceivedAt, StreetId};

use crate::store::cases::CaseRecord;
use crate::store::clocks::{self, ClockRecord};
use crate::store::{StoreError, Tx};

/// The clocks of one case while an act is applied to it.
pub(super) struct Clocks<'s> {
    times: WorkingTime<'s>,
    limits: Limits,
    now: ReceivedAt,
    stored: Vec<ClockRecord>,
    all: Vec<ClockRecord>,
}

impl<'s> Clocks<'s> {
    pub(super) fn load(
        tx: &Tx<'_>,
        street: &'s StreetRow,
        case: &CaseRecord,
        now: ReceivedAt,
    ) -> Result<Self, StoreError> {
        let stored = clocks::of_case(tx, &street.id, case.id)?;
        Ok(Self {
            all: stored.clone(),
            stored,
            ..Self::none(street, case, now)
        })
    }

    /// The clocks of a case that has none yet.
    pub(super) fn none(street: &'s StreetRow, case: &CaseRecord, now: ReceivedAt) -> Self {
        let limits = catalog::category(&case.category)
            .map(|category| category.limits(case.facts.answer.as_deref()))
            .unwrap_or_default();
        Self {
            times: WorkingTime::of_street(street),
            limits,
            now,
            stored: Vec::new(),
            all: Vec::new(),
        }
    }

    /// Applies the changes and what follows from them for the case's due times.
    pub(super) fn change(&mut self, changes: &[ClockChange], case: &mut CaseRecord) {
        for change in changes {
            self.one(*change, case);
        }
        let open = |stage: Stage| {
            self.all
                .iter()
                .rfind(move |clock| clock.stage == stage && clock.is_open())
        };
        case.due_at = open(Stage::Resolve).map(|clock| clock.due_at).or(case.due_at);
        case.stage_due = self
            .all
            .iter()
            .filter(|clock| clock.is_running() && clock.stage != Stage::Resolve && clock.stage != Stage::CallBack)
            .map(|clock| clock.due_at)
            .min();
    }

    pub(super) fn save(&self, tx: &Tx<'_>, street: &StreetId, case: &CaseRecord) -> Result<(), StoreError> {
        self.all
            .iter()
            .filter(|clock| !self.stored.contains(clock))
            .try_for_each(|clock| clocks::put(tx, street, case.id, clock))
    }

    fn one(&mut self, change: ClockChange, case: &mut CaseRecord) {
        let now = self.now;
        match change {
            ClockChange::Start(stage) => self.start(stage, case),
            ClockChange::Done(stage) => self.open(stage, |clock| clock.done_at = Some(now)),
            ClockChange::Cancel(stage) => self.open(stage, |clock| clock.ended_at = Some(now)),
            ClockChange::CancelAll => {
                self.all
                    .iter_mut()
                    .filter(|clock| clock.is_open())
                    .for_each(|clock| clock.ended_at = Some(now));
            }
            ClockChange::Pause(stage) => self.open(stage, |clock| clock.paused_at = Some(now)),
            ClockChange::Resume(stage) => self.resume(stage, case.urgency),
            ClockChange::Move(stage, until) => {
                self.open(stage, |clock| clock.due_at = until);
                case.facts.extend_until = self.limits.resolve.map(|limit| self.times.add(until, limit));
            }
        }
    }

    fn open(&mut self, stage: Stage, work: impl Fn(&mut ClockRecord)) {
        self.all
            .iter_mut()
            .filter(|clock| clock.stage == stage && clock.is_open())
            .for_each(work);
    }

    fn start(&mut self, stage: Stage, case: &mut CaseRecord) {
        let now = self.now;
        self.open(stage, |clock| clock.ended_at = Some(now));
        if stage == Stage::Accept {
            case.facts.return_until = Some(self.times.return_until(case.urgency, now));
        }
        let Some(due_at) = self.due(stage, case) else { return };
        if stage == Stage::Resolve {
            case.facts.extend_until = self.limits.resolve.map(|limit| self.times.add(due_at, limit));
        }
        let n = self.all.last().map_or(1, |clock| clock.n + 1);
        let (started_at, open) = (now, None);
        self.all.push(ClockRecord {
            n,
            stage,
            started_at,
            due_at,
            done_at: open,
            ended_at: open,
            paused_at: open,
        });
    }

    /// A promise to a resident runs from the moment in the field; everything else from now. Begun again, as after
    /// rework, it is no longer that promise.
    fn due(&self, stage: Stage, case: &CaseRecord) -> Option<ReceivedAt> {
        let first = self.all.iter().all(|clock| clock.stage != Stage::Resolve);
        let promised = catalog::category(&case.category).is_some_and(|category| category.from_capture);
        if let (Stage::Resolve, true, true, Some(limit)) = (stage, first, promised, self.limits.resolve) {
            return Some(self.times.promise_due(case.captured_at, case.received_at, limit));
        }
        self.times.stage_due(stage, case.urgency, self.limits, self.now)
    }

    fn resume(&mut self, stage: Stage, urgency: u8) {
        let Some(unit) = stage_limit(stage, urgency, self.limits).map(|limit| limit.unit) else {
            return;
        };
        let (times, now) = (&self.times, self.now);
        for clock in self
            .all
            .iter_mut()
            .filter(|clock| clock.stage == stage && clock.is_open())
        {
            if let Some(paused) = clock.paused_at.take() {
                clock.due_at = times.due_after_suspension(clock.due_at, paused, now, unit);
            }
        }
    }
}
