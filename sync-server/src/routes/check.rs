//! Collects everything wrong with what a person entered, so that one answer names it all.

use domain::{ErrorCode, Problem, ProblemKind};
use serde_json::json;

use crate::{Failure, Outcome};

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Check(Vec<Problem>);

impl Check {
    /// Notes a problem when `ok` is false.
    pub fn that(&mut self, ok: bool, field: &str, problem: ProblemKind) {
        if !ok {
            self.0.push(Problem {
                field: field.to_owned(),
                problem,
            });
        }
    }

    /// Text between `min` and `max` characters; blanks around it do not count.
    pub fn text(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let length = text.trim().chars().count();
        self.that(length >= min, field, ProblemKind::Missing);
        self.that(text.chars().count() <= max, field, ProblemKind::TooLong);
    }

    /// At most `max` entries.
    pub fn count(&mut self, field: &str, count: usize, max: usize) {
        self.that(count <= max, field, ProblemKind::TooMany);
    }

    /// A whole number within a range; absent is fine.
    pub fn range(&mut self, field: &str, number: Option<u32>, min: u32, max: u32) {
        self.that(
            number.is_none_or(|number| (min..=max).contains(&number)),
            field,
            ProblemKind::OutOfRange,
        );
    }

    /// Adds problems found elsewhere.
    pub fn extend(&mut self, problems: Vec<Problem>) {
        self.0.extend(problems);
    }

    /// Ends the check.
    ///
    /// # Errors
    /// [`ErrorCode::Invalid`] with every problem, when there is one.
    pub fn done(self) -> Outcome<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Failure::refused(ErrorCode::Invalid, json!({ "problems": self.0 })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_at_once() {
        let mut check = Check::default();
        check.text("name", "  ", 1, 60);
        check.text("text", &"字".repeat(61), 1, 60);
        check.range("limit", Some(0), 1, 200);
        let refusal = check.done().unwrap_err().wire();
        assert_eq!(refusal.code, ErrorCode::Invalid);
        assert_eq!(refusal.details["problems"].as_array().unwrap().len(), 3);
    }
}
