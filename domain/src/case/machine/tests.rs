use uuid::Uuid;

use super::*;
use crate::catalog::TRIAGE;
use crate::clock::Stage;
use crate::protocol::ErrorCode;
use crate::{
    CaseId, CaseState, CloseReason, PhotoFile, PhotoManifest, PhotoRole, QueueId, RejectReason, ReturnReason, Role,
    UserId,
};

mod dispute;
mod documented;
mod life;
mod properties;

const NOW: ReceivedAt = ReceivedAt(1_650_000_000_000);
const MINUTE: i64 = 60_000;

fn later(minutes: i64) -> ReceivedAt {
    ReceivedAt(NOW.0 + minutes * MINUTE)
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn triage() -> Actor {
    Actor::person(user(1), &[Role::TriageOfficer])
}

fn head() -> Actor {
    Actor::person(user(2), &[Role::StreetHead])
}

/// A member of one queue.
fn member(queue: &str) -> Actor {
    Actor {
        queues: [queue.into()].into(),
        ..Actor::person(user(10), &[Role::DepartmentMember])
    }
}

/// The worker of grid `g1`.
fn worker() -> Actor {
    Actor {
        grids: ["g1".into()].into(),
        ..Actor::person(user(20), &[Role::GridWorker])
    }
}

fn photo(role: PhotoRole) -> PhotoManifest {
    let file = |digit: &str| PhotoFile {
        sha256: crate::Sha256Hex(digit.repeat(64)),
        size: 1000,
        width: 320,
        height: 240,
        mime: "image/jpeg".to_owned(),
    };
    let digit = if role == PhotoRole::Before { "b" } else { "a" };
    PhotoManifest {
        role,
        upright: Some(file(digit)),
        preview: Some(file("c")),
        original: None,
        taken_at: None,
        position: None,
        flags: vec![],
    }
}

/// A pothole of ordinary urgency in grid `g1`, reported by the worker.
fn pothole() -> CaseFacts {
    CaseFacts {
        reporter: Some(user(20)),
        grid: Some("g1".into()),
        ..CaseFacts::submitted("road-damage".into(), 3, NOW)
    }
}

fn dispatch_to(lead: &str) -> Action {
    Action::Dispatch {
        lead: lead.into(),
        assists: vec![],
        note: String::new(),
    }
}

fn transfer_to(lead: &str) -> Action {
    Action::Transfer {
        lead: lead.into(),
        assists: vec![],
        text: "they are right".to_owned(),
    }
}

fn give_back(suggested: &str) -> Action {
    Action::Return {
        reason: ReturnReason::NotOurs,
        text: "not our road".to_owned(),
        suggested: suggested.into(),
    }
}

fn resolve() -> Action {
    Action::Resolve {
        text: "filled".to_owned(),
        photos: vec![photo(PhotoRole::After)],
        no_photo_reason: None,
    }
}

fn self_handle() -> Action {
    Action::SelfHandle {
        text: "moved it".to_owned(),
        photos: vec![photo(PhotoRole::Before), photo(PhotoRole::After)],
    }
}

fn words() -> String {
    "because".to_owned()
}

/// One complete act of every name.
#[expect(clippy::too_many_lines, reason = "a table: one entry per act")]
fn complete(name: ActionName) -> Action {
    match name {
        ActionName::AskCheck => Action::AskCheck { question: words() },
        ActionName::AnswerCheck => Action::AnswerCheck {
            text: words(),
            photos: vec![photo(PhotoRole::Wide)],
        },
        ActionName::CheckExpired => Action::CheckExpired,
        ActionName::Open => Action::Open,
        ActionName::Reject => Action::Reject {
            reason: RejectReason::NotOurMatter,
            text: words(),
        },
        ActionName::Merge => Action::Merge {
            into: CaseId(Uuid::from_u128(99)),
        },
        ActionName::Unmerge => Action::Unmerge,
        ActionName::Dispatch => dispatch_to("municipal"),
        ActionName::SelfHandle => self_handle(),
        ActionName::Accept => Action::Accept,
        ActionName::Return => give_back("construction"),
        ActionName::MakeSafe => Action::MakeSafe {
            text: words(),
            photos: vec![photo(PhotoRole::After)],
        },
        ActionName::Transfer => transfer_to("construction"),
        ActionName::Refer => Action::Refer { text: words() },
        ActionName::FinalDispatch => Action::FinalDispatch {
            lead: "municipal".into(),
            assists: vec!["gas".into()],
            mandatory: vec![],
            ruling: words(),
        },
        ActionName::Progress => Action::Progress {
            text: words(),
            photos: vec![],
        },
        ActionName::Extend => Action::Extend {
            reason: words(),
            until: later(200),
        },
        ActionName::Suspend => Action::Suspend {
            reason: words(),
            until: later(10_000),
        },
        ActionName::Wake => Action::Wake,
        ActionName::Resolve => resolve(),
        ActionName::AskClosureCheck => Action::AskClosureCheck { question: words() },
        ActionName::AnswerClosureCheck => Action::AnswerClosureCheck {
            done: true,
            text: words(),
            photos: vec![photo(PhotoRole::After)],
        },
        ActionName::Rework => Action::Rework { text: words() },
        ActionName::Close => Action::Close {
            reason: CloseReason::Fixed,
            text: words(),
        },
        ActionName::Reopen => Action::Reopen { text: words() },
        ActionName::Void => Action::Void { text: words() },
        ActionName::Comment => Action::Comment {
            text: words(),
            photos: vec![],
        },
        ActionName::AddAssist => Action::AddAssist {
            queue: "fire".into(),
            mandatory: true,
            text: String::new(),
        },
        ActionName::ReleaseAssist => Action::ReleaseAssist {
            queue: "gas".into(),
            text: String::new(),
        },
    }
}

/// Somebody with every right there is, who is neither the reporter nor the handler.
fn anybody() -> Actor {
    Actor {
        queues: ["municipal".into(), TRIAGE.into()].into(),
        grids: ["g1".into()].into(),
        ..Actor::person(user(50), Role::ALL)
    }
}

fn done(facts: &CaseFacts, action: &Action, actor: &Actor, now: ReceivedAt) -> Effects {
    act(facts, action, actor, now).unwrap_or_else(|error| panic!("{} in {}: {error:?}", action.name(), facts.state))
}

fn refused(facts: &CaseFacts, action: &Action, actor: &Actor, now: ReceivedAt) -> ErrorCode {
    act(facts, action, actor, now).expect_err("must be refused").code
}

/// Opened and dispatched by the rule, as intake does it.
fn dispatched(facts: &CaseFacts, lead: &str) -> CaseFacts {
    let opened = done(facts, &Action::Open, &Actor::rule(), NOW).after;
    let case = done(&opened, &dispatch_to(lead), &Actor::rule(), NOW).after;
    CaseFacts {
        due_at: Some(later(100)),
        extend_until: Some(later(200)),
        return_until: Some(later(600)),
        ..case
    }
}

fn accepted(lead: &str) -> CaseFacts {
    done(&dispatched(&pothole(), lead), &Action::Accept, &member(lead), NOW).after
}

fn resolved(lead: &str) -> CaseFacts {
    done(&accepted(lead), &resolve(), &member(lead), NOW).after
}

fn closed(lead: &str) -> CaseFacts {
    done(&resolved(lead), &complete(ActionName::Close), &triage(), NOW).after
}
