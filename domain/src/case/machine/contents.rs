use super::rights::Seat;
use super::{CaseFacts, windows};
use crate::case::Action;
use crate::catalog;
use crate::validate::{self, Problems};
use crate::{PhotoManifest, PhotoRole, Problem, ProblemKind, QueueId, ReceivedAt};

/// Everything wrong with what an act contains, given the case.
pub(super) fn problems(facts: &CaseFacts, action: &Action, seat: &Seat, now: ReceivedAt) -> Vec<Problem> {
    let mut problems = Problems::default();
    proof(&mut problems, facts, action, seat);
    match action {
        Action::Return { suggested, .. } => {
            let own = match seat {
                Seat::Assist(queue) => queue,
                Seat::Rule | Seat::Office | Seat::Lead | Seat::Field | Seat::Reporter | Seat::Onlooker => &facts.lead,
            };
            problems.add_if(suggested == own, "suggested", ProblemKind::Contradiction);
        }
        Action::Extend { until, .. } => extension(&mut problems, facts, *until),
        Action::Suspend { until, .. } => {
            let possible = *until > now && until.0.saturating_sub(now.0) <= windows::SUSPEND_MS;
            problems.add_if(!possible, "until", ProblemKind::OutOfRange);
        }
        Action::AddAssist { queue, .. } => new_assist(&mut problems, facts, queue),
        Action::ReleaseAssist { queue, .. } => {
            let known = facts.assists.iter().any(|assist| assist.queue == *queue);
            problems.add_if(!known, "queue", ProblemKind::Unknown);
        }
        Action::AskCheck { .. }
        | Action::AnswerCheck { .. }
        | Action::CheckExpired
        | Action::Open
        | Action::Reject { .. }
        | Action::Merge { .. }
        | Action::Unmerge
        | Action::Dispatch { .. }
        | Action::SelfHandle { .. }
        | Action::Accept
        | Action::MakeSafe { .. }
        | Action::Transfer { .. }
        | Action::Refer { .. }
        | Action::FinalDispatch { .. }
        | Action::Progress { .. }
        | Action::Wake
        | Action::Resolve { .. }
        | Action::AskClosureCheck { .. }
        | Action::AnswerClosureCheck { .. }
        | Action::Rework { .. }
        | Action::Close { .. }
        | Action::Reopen { .. }
        | Action::Void { .. }
        | Action::Comment { .. } => {}
    }
    [validate::act(action), problems.into_list()].concat()
}

/// Proof by photo, for categories in which a photo makes sense.
fn proof(problems: &mut Problems, facts: &CaseFacts, action: &Action, seat: &Seat) {
    if catalog::category(&facts.category).is_some_and(|category| category.photos.is_empty()) {
        return;
    }
    let photos = action.photos();
    let has = |role| photos.iter().any(|photo: &PhotoManifest| photo.role == role);
    let proved = match action {
        Action::AnswerCheck { .. } | Action::AnswerClosureCheck { .. } | Action::MakeSafe { .. } => !photos.is_empty(),
        Action::SelfHandle { .. } => has(PhotoRole::Before) && has(PhotoRole::After),
        Action::Resolve { no_photo_reason, .. } => {
            has(PhotoRole::After) || no_photo_reason.is_some() || matches!(seat, Seat::Assist(_))
        }
        Action::AskCheck { .. }
        | Action::CheckExpired
        | Action::Open
        | Action::Reject { .. }
        | Action::Merge { .. }
        | Action::Unmerge
        | Action::Dispatch { .. }
        | Action::Accept
        | Action::Return { .. }
        | Action::Transfer { .. }
        | Action::Refer { .. }
        | Action::FinalDispatch { .. }
        | Action::Progress { .. }
        | Action::Extend { .. }
        | Action::Suspend { .. }
        | Action::Wake
        | Action::AskClosureCheck { .. }
        | Action::Rework { .. }
        | Action::Close { .. }
        | Action::Reopen { .. }
        | Action::Void { .. }
        | Action::Comment { .. }
        | Action::AddAssist { .. }
        | Action::ReleaseAssist { .. } => true,
    };
    problems.add_if(!proved, "photos", ProblemKind::TooFew);
}

/// An extension is later than the due time, and by no more than one original limit.
fn extension(problems: &mut Problems, facts: &CaseFacts, until: ReceivedAt) {
    let Some(due) = facts.due_at else {
        problems.add("until", ProblemKind::Contradiction);
        return;
    };
    let too_late = facts.extend_until.is_some_and(|latest| until > latest);
    problems.add_if(until <= due || too_late, "until", ProblemKind::OutOfRange);
}

fn new_assist(problems: &mut Problems, facts: &CaseFacts, queue: &QueueId) {
    let there = *queue == facts.lead || facts.open_assist(queue);
    problems.add_if(there, "queue", ProblemKind::Contradiction);
}
