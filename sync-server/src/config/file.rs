//! The configuration file: flat TOML with the settings' names as keys.

use toml::Table;

use super::problem::{ConfigCode, ConfigProblem};

/// Names a file may hold.
const KNOWN: &[&str] = &[
    "listen",
    "data_dir",
    "database",
    "database_ca",
    "photos",
    "public_url",
    "office_dir",
    "behind_proxy",
    "demo",
    "backup_to",
    "backup_minutes",
    "backup_carried_off",
    "backup_by",
    "log_format",
    "log",
];

/// A file as read, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) table: Table,
    pub(super) problems: Vec<ConfigProblem>,
}

pub(super) fn read(path: &str, read: impl Fn(&str) -> std::io::Result<String>) -> Loaded {
    let problem = |code, detail: String| ConfigProblem {
        code,
        place: path.to_owned(),
        detail,
    };
    let text = match read(path) {
        Ok(text) => text,
        Err(error) => {
            let problems = vec![problem(ConfigCode::FileUnreadable, error.kind().to_string())];
            return Loaded {
                problems,
                ..Loaded::default()
            };
        }
    };
    match text.parse::<Table>() {
        Ok(table) => {
            let unknown = table.keys().filter(|key| !KNOWN.contains(&key.as_str()));
            let problems = unknown.map(|key| problem(ConfigCode::Unknown, key.clone())).collect();
            Loaded { table, problems }
        }
        Err(error) => {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Loaded {
                problems: vec![problem(ConfigCode::FileMalformed, format!("{line}"))],
                ..Loaded::default()
            }
        }
    }
}
