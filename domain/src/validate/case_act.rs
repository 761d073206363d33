use super::{MAX_PHOTOS, MAX_TEXT, Problems, manifests, optional_text, required_text};
use crate::case::{Action, MAX_ASSISTS};
use crate::{Problem, ProblemKind, QueueId};

/// What is wrong with an act whatever the case: missing words, impossible photos, a queue named twice.
/// What depends on the case (rights, windows, proof by photo) is [`crate::case::machine::act`]'s.
#[must_use]
pub fn act(action: &Action) -> Vec<Problem> {
    let mut problems = Problems::default();
    words(&mut problems, action);
    manifests(&mut problems, "photos", action.photos(), MAX_PHOTOS);
    match action {
        Action::Dispatch { lead, assists, .. } | Action::Transfer { lead, assists, .. } => {
            queues(&mut problems, lead, assists);
        }
        Action::FinalDispatch {
            lead,
            assists,
            mandatory,
            ..
        } => {
            queues(&mut problems, lead, assists);
            for (at, queue) in mandatory.iter().enumerate() {
                let helps = assists.contains(queue);
                problems.add_if(!helps, &format!("mandatory.{at}"), ProblemKind::Contradiction);
            }
        }
        Action::Return { suggested: queue, .. } => named(&mut problems, "suggested", queue),
        Action::AddAssist { queue, .. } | Action::ReleaseAssist { queue, .. } => named(&mut problems, "queue", queue),
        Action::AskCheck { .. }
        | Action::AnswerCheck { .. }
        | Action::CheckExpired
        | Action::Open
        | Action::Reject { .. }
        | Action::Merge { .. }
        | Action::Unmerge
        | Action::SelfHandle { .. }
        | Action::Accept
        | Action::MakeSafe { .. }
        | Action::Refer { .. }
        | Action::Progress { .. }
        | Action::Extend { .. }
        | Action::Suspend { .. }
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
    problems.into_list()
}

/// Every act's words: those a person will be told or judged by are required.
fn words(problems: &mut Problems, action: &Action) {
    match action {
        Action::CheckExpired
        | Action::Open
        | Action::Merge { .. }
        | Action::Unmerge
        | Action::Accept
        | Action::Wake => {}
        Action::AskCheck { question } | Action::AskClosureCheck { question } => {
            required_text(problems, "question", question, MAX_TEXT);
        }
        Action::Reject { text, .. }
        | Action::SelfHandle { text, .. }
        | Action::Return { text, .. }
        | Action::MakeSafe { text, .. }
        | Action::Transfer { text, .. }
        | Action::Refer { text }
        | Action::Rework { text }
        | Action::Close { text, .. }
        | Action::Reopen { text }
        | Action::Void { text } => required_text(problems, "text", text, MAX_TEXT),
        Action::Resolve {
            text, no_photo_reason, ..
        } => {
            required_text(problems, "text", text, MAX_TEXT);
            if let Some(reason) = no_photo_reason {
                required_text(problems, "no_photo_reason", reason, MAX_TEXT);
            }
        }
        Action::FinalDispatch { ruling, .. } => required_text(problems, "ruling", ruling, MAX_TEXT),
        Action::Extend { reason, .. } | Action::Suspend { reason, .. } => {
            required_text(problems, "reason", reason, MAX_TEXT);
        }
        Action::Dispatch { note, .. } => optional_text(problems, "note", note, MAX_TEXT),
        Action::AnswerCheck { text, .. }
        | Action::AnswerClosureCheck { text, .. }
        | Action::AddAssist { text, .. }
        | Action::ReleaseAssist { text, .. } => optional_text(problems, "text", text, MAX_TEXT),
        Action::Progress { text, photos } | Action::Comment { text, photos } => {
            problems.add_if(
                text.trim().is_empty() && photos.is_empty(),
                "text",
                ProblemKind::Missing,
            );
            optional_text(problems, "text", text, MAX_TEXT);
        }
    }
}

fn queues(problems: &mut Problems, lead: &QueueId, assists: &[QueueId]) {
    named(problems, "lead", lead);
    problems.add_if(assists.len() > MAX_ASSISTS, "assists", ProblemKind::TooMany);
    for (at, assist) in assists.iter().enumerate() {
        let field = format!("assists.{at}");
        named(problems, &field, assist);
        let twice = assist == lead || assists[..at].contains(assist);
        problems.add_if(twice, &field, ProblemKind::Contradiction);
    }
}

fn named(problems: &mut Problems, field: &str, queue: &QueueId) {
    problems.add_if(queue.as_str().is_empty(), field, ProblemKind::Missing);
}
