use crate::{Problem, ProblemKind};

/// Problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, field: &str, problem: ProblemKind) {
        self.0.push(Problem {
            field: field.to_owned(),
            problem,
        });
    }

    pub(crate) fn add_if(&mut self, wrong: bool, field: &str, problem: ProblemKind) {
        if wrong {
            self.add(field, problem);
        }
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.0
    }
}

/// Text that may be empty: only its length can be wrong.
pub(crate) fn optional_text(problems: &mut Problems, field: &str, text: &str, max: usize) {
    problems.add_if(text.chars().count() > max, field, ProblemKind::TooLong);
}

/// Text that must say something.
pub(crate) fn required_text(problems: &mut Problems, field: &str, text: &str, max: usize) {
    problems.add_if(text.trim().is_empty(), field, ProblemKind::Missing);
    optional_text(problems, field, text, max);
}
