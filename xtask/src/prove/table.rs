//! The table: each promise, what tried to break it, how often, and whether a known-bad variant was noticed.

use std::fmt;

use super::lines::Line;

/// What is promised, in order.
const PROMISES: [&str; 14] = [
    "what the phone called saved survives kill, power cut and full disk",
    "a saved report is on the server once, in one queue",
    "a pull skips nothing that was committed",
    "phone and server agree, and can prove it",
    "one bad mutation never blocks the rest",
    "sync always resumes by itself",
    "a server restored from a back-up loses nothing a phone still holds",
    "restored and cloned phones neither lose nor double",
    "a photo shown as delivered is byte-identical on the server",
    "concurrent household edits lose nothing silently",
    "a moved or revoked phone sees its own buckets only; strays are kept",
    "a full disk is said, damages nothing, and work goes on",
    "clock jumps change nothing but displayed times",
    "old apps keep working",
];

/// What all tests said, one row for each thing tried.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Line>,
}

impl Table {
    pub(crate) fn of(lines: Vec<Line>) -> Self {
        let mut rows: Vec<Line> = Vec::new();
        for line in lines {
            let same = |row: &&mut Line| row.promise == line.promise && row.name == line.name;
            match rows.iter_mut().find(same) {
                Some(row) => row.add(&line),
                None => rows.push(line),
            }
        }
        rows.sort_by(|one, two| (one.promise, &one.name).cmp(&(two.promise, &two.name)));
        Self { rows }
    }

    fn about(&self, promise: usize) -> impl Iterator<Item = &Line> {
        self.rows.iter().filter(move |row| row.promise == promise)
    }

    /// Promises that nothing tried to break, or whose tests would notice no breach as far as anybody has shown.
    pub(crate) fn not_proved(&self) -> Vec<String> {
        let shown = |promise: usize| {
            self.about(promise).any(|row| row.runs.is_some_and(|runs| runs > 0))
                && self.about(promise).any(|row| row.control == Some(true))
        };
        let missing = (1..=PROMISES.len()).filter(|promise| !shown(*promise));
        missing.map(|promise| format!("P{promise}")).collect()
    }

    /// Promises that were broken, and controls that were missed.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for row in &self.rows {
            if row.violations.is_some_and(|count| count > 0) {
                faults.push(format!("P{} was broken in {}", row.promise, row.name));
            }
            if row.control == Some(false) {
                faults.push(format!("P{}: the control of {} was missed", row.promise, row.name));
            }
        }
        faults
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "     {:44} {:>10} {:>11}  control",
            "promise, and what tried to break it", "runs", "violations"
        )?;
        for (at, promise) in PROMISES.iter().enumerate() {
            let number = format!("P{}", at + 1);
            writeln!(f, "{number:4} {promise}")?;
            if self.about(at + 1).next().is_none() {
                writeln!(f, "       not proved yet")?;
            }
            for row in self.about(at + 1) {
                let count = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
                let control = match row.control {
                    Some(true) => "caught",
                    Some(false) => "MISSED",
                    None => "-",
                };
                writeln!(
                    f,
                    "       {:42} {:>10} {:>11}  {control}",
                    row.name,
                    count(row.runs),
                    count(row.violations)
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(lines: &[&str]) -> Table {
        Table::of(lines.iter().filter_map(|line| Line::read(line)).collect())
    }

    #[test]
    fn a_promise_without_runs_or_without_a_control_is_not_proved() {
        let all = (1..=14).map(|number| format!("PROVE P{number} x runs=1 violations=0 control=caught"));
        let mut lines: Vec<String> = all.collect();
        let of = |lines: &[String]| table(&lines.iter().map(String::as_str).collect::<Vec<_>>()).not_proved();
        assert_eq!(of(&lines), [""; 0]);
        lines[3] = "PROVE P4 x control=caught".to_owned();
        lines[6] = "PROVE P7 x runs=9 violations=0".to_owned();
        assert_eq!(of(&lines), ["P4", "P7"]);
        assert!(table(&[]).to_string().contains("not proved yet"));
    }

    #[test]
    fn violations_and_missed_controls_are_faults() {
        let faults = table(&[
            "PROVE P1 cuts runs=9 violations=1",
            "PROVE P1 cuts control=missed",
            "PROVE P2 fine runs=9 violations=0 control=caught",
        ])
        .faults();
        assert_eq!(faults, ["P1 was broken in cuts", "P1: the control of cuts was missed"]);
    }
}
