//! Measures, their spread, and how they are shown and kept.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::fault::Fault;

/// How often each measure is taken.
pub(crate) const RUNS: usize = 5;

/// A spread larger than this part of the median makes a measure doubtful.
const DOUBTFUL: f64 = 0.2;

/// One comparison.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measure {
    /// What was measured.
    pub(crate) name: String,
    /// Our median.
    pub(crate) value: f64,
    /// Unit of `value` and `baseline`.
    pub(crate) unit: &'static str,
    /// The peer's or the limit's median.
    pub(crate) baseline: f64,
    /// `value` / `baseline`.
    pub(crate) ratio: f64,
    /// Largest spread of the two, as a part of its median.
    #[serde(skip)]
    pub(crate) spread: f64,
    /// What the baseline is.
    #[serde(skip)]
    pub(crate) against: &'static str,
}

impl Measure {
    /// From the runs of both sides.
    pub(crate) fn new(name: &str, unit: &'static str, ours: &[f64], against: &'static str, theirs: &[f64]) -> Self {
        let (value, baseline) = (median(ours), median(theirs));
        let spread = spread(ours).max(spread(theirs));
        Self {
            name: name.to_owned(),
            value,
            unit,
            baseline,
            ratio: value / baseline,
            spread,
            against,
        }
    }
}

impl Measure {
    /// Against the figure that the design aims at, where there is no peer in the same run.
    pub(crate) fn aimed(name: &str, unit: &'static str, ours: &[f64], aim: f64) -> Self {
        Self::new(name, unit, ours, "what the design aims at", &[aim])
    }
}

fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn spread(runs: &[f64]) -> f64 {
    let least = runs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = runs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (most - least) / median(runs)
}

/// For the terminal.
pub(crate) fn table(measures: &[Measure]) -> String {
    let mut table = format!(
        "{:<54} {:>10} {:>10} {:>6} {:>7}\n",
        "measure", "ours", "baseline", "ratio", "spread"
    );
    for measure in measures {
        let Measure {
            name,
            value,
            unit,
            baseline,
            ratio,
            spread,
            against,
        } = measure;
        let mark = if *spread > DOUBTFUL {
            " doubtful: the runs differ too much"
        } else {
            ""
        };
        let line = format!(
            "{name:<54} {value:>10.2} {baseline:>10.2} {ratio:>6.2} {:>6.0}%  {unit}; baseline: {against}{mark}",
            spread * 100.0
        );
        writeln!(table, "{line}").unwrap_or_default();
    }
    table
}

/// Writes `bench/results.json` in the target folder and returns its path.
pub(crate) fn write(target: &Path, measures: &[Measure]) -> Result<PathBuf, Fault> {
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("results.json");
    std::fs::write(&path, serde_json::to_vec_pretty(measures)?)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_counts_and_a_wide_spread_is_marked() {
        let measure = Measure::new("a", "ms", &[10.0, 11.0, 90.0, 10.0, 12.0], "b", &[22.0; 5]);
        assert_eq!((measure.value, measure.ratio), (11.0, 0.5));
        assert!(table(&[measure]).contains("doubtful"));
        assert!(!table(&[Measure::new("a", "ms", &[10.0; 5], "b", &[20.0; 5])]).contains("doubtful"));
    }

    #[test]
    fn the_file_holds_the_five_agreed_fields_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), &[Measure::new("a", "ms", &[1.0], "b", &[2.0])]).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let due = serde_json::json!([{"name": "a", "value": 1.0, "unit": "ms", "baseline": 2.0, "ratio": 0.5}]);
        assert_eq!(value, due);
    }
}
