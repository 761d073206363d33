use super::CaseFacts;
use crate::case::Action;
use crate::clock::Stage;
use crate::{CaseState, ReceivedAt};

/// What happens to a stage's clock. A change of a stage that is not running does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// It starts now with a fresh limit; a running one of the same stage is cancelled. A stage that has no limit
    /// ([`crate::clock::stage_limit`]) is not started.
    Start(Stage),
    /// It is done.
    Done(Stage),
    /// It ends without having been done.
    Cancel(Stage),
    /// Every clock of the case ends without having been done.
    CancelAll,
    /// It stops until [`ClockChange::Resume`].
    Pause(Stage),
    /// It runs on with what was left ([`crate::clock::WorkingTime::due_after_suspension`]).
    Resume(Stage),
    /// It has a new due time.
    Move(Stage, ReceivedAt),
}

use ClockChange::{Cancel, CancelAll, Done, Move, Pause, Resume, Start};

/// The clock changes of an act of the office, the lead queue, a worker or a rule.
/// `after` is the case with the act done.
pub(super) fn of(before: &CaseFacts, action: &Action, after: &CaseFacts) -> Vec<ClockChange> {
    match action {
        Action::AskCheck { .. } => vec![Done(Stage::Triage), Start(Stage::PrefileCheck)],
        Action::AnswerCheck { .. } => vec![Done(Stage::PrefileCheck), Start(Stage::Triage)],
        Action::CheckExpired => vec![Cancel(Stage::PrefileCheck), Start(Stage::Triage)],
        Action::Reject { .. } | Action::Merge { .. } | Action::Void { .. } => vec![CancelAll],
        Action::Unmerge => vec![Start(Stage::Triage)],
        Action::Dispatch { .. } | Action::FinalDispatch { .. } => dispatched(before),
        Action::Transfer { .. } => transferred(before, after),
        Action::Accept => vec![Done(Stage::Accept)],
        // The case clock never stops for a return; the wrong queue's is cancelled when triage agrees.
        Action::Return { .. } if after.state == CaseState::Returned => {
            vec![Cancel(Stage::Accept), Start(Stage::Triage)]
        }
        Action::Return { .. } => vec![Cancel(Stage::Accept)],
        Action::Refer { .. } => referred(before),
        Action::MakeSafe { .. } => vec![Done(Stage::MakeSafe)],
        Action::Extend { until, .. } => vec![Move(Stage::Resolve, *until)],
        Action::Suspend { .. } => vec![Pause(Stage::Resolve)],
        Action::Wake => vec![Resume(Stage::Resolve)],
        Action::SelfHandle { .. } | Action::Resolve { .. } => resolved(),
        Action::AnswerClosureCheck { done: true, .. } => vec![Done(Stage::ClosureCheck)],
        Action::AnswerClosureCheck { done: false, .. } => {
            vec![
                Done(Stage::ClosureCheck),
                Cancel(Stage::CallBack),
                Start(Stage::Resolve),
            ]
        }
        Action::Rework { .. } => vec![
            Cancel(Stage::ClosureCheck),
            Cancel(Stage::CallBack),
            Start(Stage::Resolve),
        ],
        Action::Close { .. } => vec![Done(Stage::ClosureCheck), Done(Stage::CallBack)],
        Action::Reopen { .. } if after.state == CaseState::Opened => vec![Start(Stage::Triage)],
        Action::Reopen { .. } => vec![Start(Stage::Accept), Start(Stage::Resolve)],
        Action::Open
        | Action::Progress { .. }
        | Action::AskClosureCheck { .. }
        | Action::Comment { .. }
        | Action::AddAssist { .. }
        | Action::ReleaseAssist { .. } => Vec::new(),
    }
}

fn dispatched(before: &CaseFacts) -> Vec<ClockChange> {
    let mut changes = vec![Done(Stage::Triage), Start(Stage::Accept), Start(Stage::Resolve)];
    if !before.made_safe {
        changes.push(Start(Stage::MakeSafe));
    }
    changes
}

/// The right queue gets a fresh limit; a queue that gets its own order back does not.
fn transferred(before: &CaseFacts, after: &CaseFacts) -> Vec<ClockChange> {
    if before.returned_by.last() == Some(&after.lead) {
        return vec![Done(Stage::Triage), Start(Stage::Accept)];
    }
    dispatched(before)
}

fn referred(before: &CaseFacts) -> Vec<ClockChange> {
    let mut changes: Vec<_> = [
        Stage::Triage,
        Stage::PrefileCheck,
        Stage::Accept,
        Stage::ClosureCheck,
        Stage::CallBack,
    ]
    .map(Cancel)
    .into();
    if before.state == CaseState::Suspended {
        changes.push(Resume(Stage::Resolve));
    }
    changes
}

fn resolved() -> Vec<ClockChange> {
    let mut changes: Vec<_> = [
        Stage::Triage,
        Stage::PrefileCheck,
        Stage::Accept,
        Stage::MakeSafe,
        Stage::Resolve,
    ]
    .map(Done)
    .into();
    changes.extend([Start(Stage::ClosureCheck), Start(Stage::CallBack)]);
    changes
}
