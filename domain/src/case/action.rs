//! What every act has, whatever it does: a name, words, a reason code, photos.

use core::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Action;
use crate::PhotoManifest;

macro_rules! action_names {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The name of an [`Action`], without its contents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[ts(export)]
        pub enum ActionName {
            $($(#[$doc])* $name,)+
        }

        impl ActionName {
            /// Every name.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name as it is written in JSON and stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }

        impl Action {
            /// Its name.
            #[must_use]
            pub const fn name(&self) -> ActionName {
                match self { $(Self::$name { .. } => ActionName::$name,)+ }
            }
        }
    };
}

action_names! {
    /// Ask a worker before filing.
    AskCheck = "ask_check",
    /// Answer before filing.
    AnswerCheck = "answer_check",
    /// No answer before filing.
    CheckExpired = "check_expired",
    /// Take on.
    Open = "open",
    /// Do not take on.
    Reject = "reject",
    /// Put under another case.
    Merge = "merge",
    /// Undo a merge.
    Unmerge = "unmerge",
    /// Send to a queue.
    Dispatch = "dispatch",
    /// Fixed on the spot.
    SelfHandle = "self_handle",
    /// Take the order.
    Accept = "accept",
    /// Give the order back.
    Return = "return",
    /// Contain the danger.
    MakeSafe = "make_safe",
    /// Send to another queue.
    Transfer = "transfer",
    /// Hand over for a ruling.
    Refer = "refer",
    /// Rule.
    FinalDispatch = "final_dispatch",
    /// Note progress.
    Progress = "progress",
    /// Grant more time.
    Extend = "extend",
    /// Stop the clock.
    Suspend = "suspend",
    /// Start the clock again.
    Wake = "wake",
    /// Say it is done.
    Resolve = "resolve",
    /// Ask a worker before closing.
    AskClosureCheck = "ask_closure_check",
    /// Answer before closing.
    AnswerClosureCheck = "answer_closure_check",
    /// Send back to the handler.
    Rework = "rework",
    /// End.
    Close = "close",
    /// Make active again.
    Reopen = "reopen",
    /// Entered by mistake.
    Void = "void",
    /// Remark.
    Comment = "comment",
    /// Ask one more queue to help.
    AddAssist = "add_assist",
    /// Let a helping queue go.
    ReleaseAssist = "release_assist",
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Action {
    /// What its author wrote, as the timeline shows it; empty where an act has no words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::AskCheck { question: text }
            | Self::AskClosureCheck { question: text }
            | Self::AnswerCheck { text, .. }
            | Self::Reject { text, .. }
            | Self::Dispatch { note: text, .. }
            | Self::SelfHandle { text, .. }
            | Self::Return { text, .. }
            | Self::MakeSafe { text, .. }
            | Self::Transfer { text, .. }
            | Self::Refer { text }
            | Self::FinalDispatch { ruling: text, .. }
            | Self::Progress { text, .. }
            | Self::Extend { reason: text, .. }
            | Self::Suspend { reason: text, .. }
            | Self::Resolve { text, .. }
            | Self::AnswerClosureCheck { text, .. }
            | Self::Rework { text }
            | Self::Close { text, .. }
            | Self::Reopen { text }
            | Self::Void { text }
            | Self::Comment { text, .. }
            | Self::AddAssist { text, .. }
            | Self::ReleaseAssist { text, .. } => text,
            Self::CheckExpired | Self::Open | Self::Merge { .. } | Self::Unmerge | Self::Accept | Self::Wake => "",
        }
    }

    /// Its photos.
    #[must_use]
    pub fn photos(&self) -> &[PhotoManifest] {
        match self {
            Self::AnswerCheck { photos, .. }
            | Self::SelfHandle { photos, .. }
            | Self::MakeSafe { photos, .. }
            | Self::Progress { photos, .. }
            | Self::Resolve { photos, .. }
            | Self::AnswerClosureCheck { photos, .. }
            | Self::Comment { photos, .. } => photos,
            Self::AskCheck { .. }
            | Self::CheckExpired
            | Self::Open
            | Self::Reject { .. }
            | Self::Merge { .. }
            | Self::Unmerge
            | Self::Dispatch { .. }
            | Self::Accept
            | Self::Return { .. }
            | Self::Transfer { .. }
            | Self::Refer { .. }
            | Self::FinalDispatch { .. }
            | Self::Extend { .. }
            | Self::Suspend { .. }
            | Self::Wake
            | Self::AskClosureCheck { .. }
            | Self::Rework { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::Void { .. }
            | Self::AddAssist { .. }
            | Self::ReleaseAssist { .. } => &[],
        }
    }

    /// The code of the reason it gives, as its enum spells it.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let code = match self {
            Self::Reject { reason, .. } => serde_json::to_value(reason),
            Self::Return { reason, .. } => serde_json::to_value(reason),
            Self::Close { reason, .. } => serde_json::to_value(reason),
            Self::AnswerClosureCheck { done, .. } => serde_json::to_value(if *done { "done" } else { "not_done" }),
            Self::AskCheck { .. }
            | Self::AnswerCheck { .. }
            | Self::CheckExpired
            | Self::Open
            | Self::Merge { .. }
            | Self::Unmerge
            | Self::Dispatch { .. }
            | Self::SelfHandle { .. }
            | Self::Accept
            | Self::MakeSafe { .. }
            | Self::Transfer { .. }
            | Self::Refer { .. }
            | Self::FinalDispatch { .. }
            | Self::Progress { .. }
            | Self::Extend { .. }
            | Self::Suspend { .. }
            | Self::Wake
            | Self::Resolve { .. }
            | Self::AskClosureCheck { .. }
            | Self::Rework { .. }
            | Self::Reopen { .. }
            | Self::Void { .. }
            | Self::Comment { .. }
            | Self::AddAssist { .. }
            | Self::ReleaseAssist { .. } => return None,
        };
        code.ok().and_then(|code| code.as_str().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReturnReason;

    #[test]
    fn an_action_is_named_as_json_names_it() {
        let actions = [
            Action::Accept,
            Action::Merge {
                into: crate::CaseId(uuid::Uuid::nil()),
            },
            Action::AnswerClosureCheck {
                done: true,
                text: String::new(),
                photos: vec![],
            },
            Action::ReleaseAssist {
                queue: "gas".into(),
                text: String::new(),
            },
        ];
        for action in actions {
            assert_eq!(serde_json::to_value(&action).unwrap()["action"], action.name().as_str());
        }
        for name in ActionName::ALL {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }

    #[test]
    fn a_return_gives_its_words_and_its_code() {
        let action = Action::Return {
            reason: ReturnReason::OutsideArea,
            text: "beyond the fence".to_owned(),
            suggested: "construction".into(),
        };
        assert_eq!(
            (action.text(), action.reason().as_deref()),
            ("beyond the fence", Some("outside_area"))
        );
        assert!(action.photos().is_empty());
    }
}
