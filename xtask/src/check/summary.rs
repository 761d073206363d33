//! What a run of the checks comes to.

use std::time::Duration;

use super::Outcome;
use crate::command::{Done, Stop};

/// The outcomes so far.
#[derive(Debug, Default)]
pub(super) struct Summary {
    rows: Vec<(&'static str, Outcome, Duration)>,
}

impl Summary {
    pub(super) fn add(&mut self, name: &'static str, outcome: Outcome, took: Duration) {
        match &outcome {
            Outcome::Passed => {}
            // The rest of it stands at the end.
            Outcome::Failed(why) => println!("failed: {}", first_line(why)),
            Outcome::NotRun(why) => println!("not run: {why}"),
        }
        self.rows.push((name, outcome, took));
    }

    /// The first of `names` that failed.
    pub(super) fn first_failed(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| {
            self.rows
                .iter()
                .any(|(row, outcome, _)| row == name && matches!(outcome, Outcome::Failed(_)))
        })
    }

    fn count(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.rows.iter().filter(|(_, outcome, _)| wanted(outcome)).count()
    }

    pub(super) fn print(&self) {
        println!("\n{:18} {:>8}  outcome", "step", "seconds");
        for (name, outcome, took) in &self.rows {
            let outcome = match outcome {
                Outcome::Passed => "passed".to_owned(),
                Outcome::Failed(why) => format!("FAILED   {}", first_line(why)),
                Outcome::NotRun(why) => format!("not run  {}", first_line(why)),
            };
            println!("{name:18} {:>8.1}  {outcome}", took.as_secs_f64());
        }
        for (name, outcome, _) in &self.rows {
            if let Outcome::Failed(why) = outcome {
                println!("\n{name} failed: {why}");
            }
        }
        println!("\n{}", self.totals());
    }

    fn totals(&self) -> String {
        let seconds: f64 = self.rows.iter().map(|(.., took)| took.as_secs_f64()).sum();
        format!(
            "{} passed, {} failed, {} not run, in {seconds:.0} s",
            self.count(|outcome| *outcome == Outcome::Passed),
            self.count(|outcome| matches!(outcome, Outcome::Failed(_))),
            self.count(|outcome| matches!(outcome, Outcome::NotRun(_))),
        )
    }

    /// An error unless something ran and nothing failed.
    pub(super) fn verdict(&self) -> Done {
        match self.count(|outcome| matches!(outcome, Outcome::Failed(_))) {
            0 if self.rows.is_empty() => Err(Stop("No step was left to run.".to_owned())),
            0 => Ok(()),
            failed => Err(Stop(format!("{failed} of {} steps failed.", self.rows.len()))),
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(outcomes: Vec<Outcome>) -> Summary {
        let mut summary = Summary::default();
        for (name, outcome) in ["one", "two", "three"].into_iter().zip(outcomes) {
            summary.add(name, outcome, Duration::from_secs(1));
        }
        summary
    }

    #[test]
    fn one_failed_step_fails_the_run() {
        let summary = summary(vec![Outcome::Passed, Outcome::Failed("why".to_owned())]);
        assert!(summary.verdict().is_err());
        assert_eq!(summary.totals(), "1 passed, 1 failed, 0 not run, in 2 s");
    }

    #[test]
    fn a_run_of_no_steps_is_no_success() {
        assert!(Summary::default().verdict().is_err());
    }

    #[test]
    fn a_step_is_held_back_by_a_failed_one_it_needs_and_by_no_other() {
        let summary = summary(vec![
            Outcome::Failed("why".to_owned()),
            Outcome::NotRun("why".to_owned()),
        ]);
        assert_eq!(summary.first_failed(&["two", "one"]), Some("one"));
        assert_eq!(summary.first_failed(&["two", "absent"]), None);
    }
}
