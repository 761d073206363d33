use crate::CaseState::{
    self, Accepted, Closed, ClosureCheck, Dispatched, InRuling, Merged, Opened, PrefileCheck, Rejected, Resolved,
    Returned, Rework, Submitted, Suspended, Void,
};
use crate::case::ActionName;
use crate::protocol::ErrorCode;

/// States in which the danger can be contained, and queues can be asked to help.
const AT_WORK: &[CaseState] = &[Dispatched, Accepted, Rework];
/// States in which a helping queue can work.
const ASSIST_AT_WORK: &[CaseState] = &[Dispatched, Accepted, Suspended, Rework];

/// The complete table: where an act leads from a state, or the code it is refused with.
///
/// Four targets depend on the case as well ([`super::act`]): a second return goes to `in_ruling`, the answer "no" to
/// a closure check to `rework`, an undone merge to the state before it, and a case reopened that no queue ever had
/// to `opened`.
///
/// # Errors
/// `state_refuses_action`.
pub fn target(state: CaseState, action: ActionName) -> Result<CaseState, ErrorCode> {
    let (sources, to) = row(action);
    if sources.contains(&state) {
        Ok(to.unwrap_or(state))
    } else {
        Err(ErrorCode::StateRefusesAction)
    }
}

/// The same for the acts of a helping queue on its own order: the case's state stays.
pub(super) fn assist_target(state: CaseState, action: ActionName) -> Result<CaseState, ErrorCode> {
    let known = matches!(
        action,
        ActionName::Accept | ActionName::Return | ActionName::Progress | ActionName::Resolve
    );
    if known && ASSIST_AT_WORK.contains(&state) {
        Ok(state)
    } else {
        Err(ErrorCode::StateRefusesAction)
    }
}

/// From where, and where to; no target means that the state stays.
fn row(action: ActionName) -> (&'static [CaseState], Option<CaseState>) {
    match action {
        ActionName::AskCheck => (&[Submitted], Some(PrefileCheck)),
        ActionName::AnswerCheck | ActionName::CheckExpired => (&[PrefileCheck], Some(Submitted)),
        ActionName::Open => (&[Submitted], Some(Opened)),
        ActionName::Reject => (&[Submitted], Some(Rejected)),
        ActionName::Merge => (&[Submitted, Opened], Some(Merged)),
        ActionName::Unmerge => (&[Merged], Some(Submitted)),
        ActionName::Dispatch => (&[Opened], Some(Dispatched)),
        ActionName::SelfHandle => (&[Submitted, PrefileCheck, Opened, Dispatched, Accepted], Some(Resolved)),
        ActionName::Accept => (&[Dispatched], Some(Accepted)),
        ActionName::Return => (&[Dispatched, Accepted], Some(Returned)),
        ActionName::MakeSafe | ActionName::AddAssist => (AT_WORK, None),
        ActionName::ReleaseAssist => (ASSIST_AT_WORK, None),
        ActionName::Transfer => (&[Returned], Some(Dispatched)),
        ActionName::Refer => (
            &[
                Submitted,
                PrefileCheck,
                Opened,
                Dispatched,
                Accepted,
                Returned,
                Suspended,
                Resolved,
                ClosureCheck,
                Rework,
            ],
            Some(InRuling),
        ),
        ActionName::FinalDispatch => (&[InRuling], Some(Dispatched)),
        ActionName::Progress | ActionName::Extend => (&[Accepted, Rework], None),
        ActionName::Suspend => (&[Accepted], Some(Suspended)),
        ActionName::Wake => (&[Suspended], Some(Accepted)),
        ActionName::Resolve => (&[Accepted, Rework], Some(Resolved)),
        ActionName::AskClosureCheck => (&[Resolved], Some(ClosureCheck)),
        ActionName::AnswerClosureCheck => (&[ClosureCheck], Some(Resolved)),
        ActionName::Rework => (&[Resolved], Some(Rework)),
        ActionName::Close => (&[Resolved], Some(Closed)),
        ActionName::Reopen => (&[Closed], Some(Dispatched)),
        ActionName::Void => (
            &[
                Submitted,
                PrefileCheck,
                Opened,
                Dispatched,
                Accepted,
                Returned,
                InRuling,
                Suspended,
            ],
            Some(Void),
        ),
        ActionName::Comment => (CaseState::ALL, None),
    }
}
