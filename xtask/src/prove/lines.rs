//! What a test says of a promise.

/// One line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The promise, from 1.
    pub(crate) promise: usize,
    /// What was tried.
    pub(crate) name: String,
    /// Runs, seeds or cuts.
    pub(crate) runs: Option<u64>,
    /// Breaches found in them.
    pub(crate) violations: Option<u64>,
    /// Whether the known-bad variant was noticed.
    pub(crate) control: Option<bool>,
}

impl Line {
    /// Reads a line of a test's output; none when it is about something else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut words = text.trim().strip_prefix("PROVE P")?.split_whitespace();
        let mut line = Self {
            promise: words.next()?.parse().ok()?,
            name: words.next()?.to_owned(),
            runs: None,
            violations: None,
            control: None,
        };
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            match key {
                "runs" => line.runs = Some(value.parse().ok()?),
                "violations" => line.violations = Some(value.parse().ok()?),
                "control" => line.control = Some(value == "caught"),
                _more => {}
            }
        }
        Some(line)
    }

    /// Takes up what another line says of the same.
    pub(crate) fn add(&mut self, other: &Self) {
        let sum = |one: Option<u64>, two: Option<u64>| match (one, two) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or(0) + two.unwrap_or(0)),
        };
        self.runs = sum(self.runs, other.runs);
        self.violations = sum(self.violations, other.violations);
        self.control = match (self.control, other.control) {
            (None, control) | (control, None) => control,
            (Some(one), Some(two)) => Some(one && two),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_wherever_it_stands_in_the_output() {
        let line = Line::read("    PROVE P12 phone_full runs=201 violations=0 refused=44 control=caught").unwrap();
        assert_eq!((line.promise, line.name.as_str()), (12, "phone_full"));
        assert_eq!(
            (line.runs, line.violations, line.control),
            (Some(201), Some(0), Some(true))
        );
    }

    #[test]
    fn what_is_no_line_or_no_number_is_not_taken_for_one() {
        assert_eq!(Line::read("test PROVE P1 x runs=1"), None);
        assert_eq!(Line::read("PROVE P1 x runs=many"), None);
        assert_eq!(Line::read("PROVE Px x runs=1"), None);
    }

    #[test]
    fn one_missed_control_is_a_missed_control() {
        let mut line = Line::read("PROVE P2 x runs=1 violations=0 control=caught").unwrap();
        line.add(&Line::read("PROVE P2 x control=missed").unwrap());
        assert_eq!((line.runs, line.control), (Some(1), Some(false)));
    }
}
