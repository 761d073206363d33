//! One check and how it can end.

use crate::command::{Done, Stop};
use crate::tree::Tree;

/// A named check.
pub(crate) struct Step {
    /// What `--only` and `--skip` call it.
    pub(crate) name: &'static str,
    /// What it does, in a few words.
    pub(crate) what: &'static str,
    /// Steps that must not have failed before; one that was not asked for is no hindrance.
    pub(crate) needs: &'static [&'static str],
    /// Does it.
    pub(crate) run: fn(&Tree) -> Outcome,
}

/// How a check ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything held.
    Passed,
    /// Something did not, or could not be looked at.
    Failed(String),
    /// It could not be done on this machine; counted, never taken for a pass.
    NotRun(String),
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        match done {
            Ok(()) => Self::Passed,
            Err(Stop(why)) => Self::Failed(why),
        }
    }
}
