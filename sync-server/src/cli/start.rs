//! Opening the data folder, with an error that a person understands when it cannot be opened.

use std::sync::Arc;

use domain::StreetId;
use domain::view::StreetRow;

use super::Stop;
use crate::Failure;
use crate::clock::{Clock as _, RandomIds, SystemClock};
use crate::config::Config;
use crate::office::Office;
use crate::server::Server;
use crate::store::{StoreError, streets};

/// The street of a deployment that has none yet.
const FIRST_STREET: &str = "street";

/// Opens the data folder.
pub(super) fn open(config: &Config, office: Office) -> Result<Server, Stop> {
    let server = Server::open(&config.data_dir, office, Arc::new(SystemClock), Arc::new(RandomIds));
    server.map_err(|error| refused(config, &error))
}

fn refused(config: &Config, error: &StoreError) -> Stop {
    let folder = config.data_dir.display();
    let (code, zh, en) = match error {
        StoreError::Newer => (
            "database_newer",
            "数据库属于更新的版本，请使用新版程序打开",
            "the database belongs to a newer version; use that version",
        ),
        StoreError::Corrupt => (
            "database_corrupt",
            "数据库已损坏，请从备份恢复，原文件未改动",
            "the database is damaged; restore a backup, the file was left as it is",
        ),
        StoreError::Engine(_)
        | StoreError::Migration(_)
        | StoreError::Column(_)
        | StoreError::Parameter
        | StoreError::Json(_)
        | StoreError::NotCommitted(_)
        | StoreError::File(_)
        | StoreError::Closed => ("data_unusable", "数据目录无法使用", "the data folder cannot be used"),
    };
    Stop(format!("[{code}] {folder}: {zh} / {en} ({error})"))
}

/// Makes the empty street where there is none, so that the set-up link has something to set up.
pub(super) fn ensure_street(server: &Server) -> Result<(), Stop> {
    let now = SystemClock.now();
    let made = server.store.write_blocking(move |tx| {
        if streets::all(tx)?.is_empty() {
            let street = StreetRow {
                id: StreetId::from(FIRST_STREET),
                name: "街道".to_owned(),
                time_zone: "Asia/Shanghai".to_owned(),
                triage_first: Vec::new(),
                disabled_categories: Vec::new(),
                calendar: domain::clock::Calendar::default(),
            };
            streets::insert(tx, &street, "JD", now)?;
            crate::seed::default_queues(tx, &street.id)?;
        }
        Ok(())
    });
    made.map_err(|failure| failed(&failure))
}

/// A fault of our own, as one line.
pub(super) fn failed(failure: &Failure) -> Stop {
    Stop::new(
        "internal",
        "服务器内部错误",
        &format!("the server met a fault: {failure}"),
    )
}
