//! Opening the data folder, with an error that a person understands when it cannot be opened.

use std::sync::Arc;

use domain::StreetId;
use domain::view::StreetRow;

use super::Stop;
use crate::Failure;
use crate::clock::{Clock as _, RandomIds, SystemClock};
use crate::config::Config;
use crate::office::Office;
use crate::places::{Hold, Places};
use crate::server::Server;
use crate::store::{StoreError, streets};

/// The street of a deployment that has none yet.
const FIRST_STREET: &str = "street";

/// Opens the data folder.
pub(super) fn open(config: &Config, office: Office) -> Result<Server, Stop> {
    let server = Server::open_at(&config.places, office, Arc::new(SystemClock), Arc::new(RandomIds));
    server.map_err(|error| refused(&config.places, &error))
}

/// Takes the database for this process.
pub(super) fn hold(places: &Places) -> Result<Hold, Stop> {
    places.hold().map_err(|error| {
        if error.kind() == std::io::ErrorKind::WouldBlock {
            return Stop(format!(
                "[in_use] {}: 另一个程序正在使用该数据库 / another program uses this database",
                places.database
            ));
        }
        refused(places, &error.into())
    })
}

/// Why database or photos cannot be used.
pub(super) fn refused(places: &Places, error: &StoreError) -> Stop {
    let database = &places.database;
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
        StoreError::Postgres(_) => (
            "database_unusable",
            "数据库无法使用，请检查地址、用户和服务器是否运行",
            "the database cannot be used; check its address, its user and whether it runs",
        ),
        StoreError::File(_) => (
            "data_unusable",
            "数据库或照片的位置无法使用",
            "the place of database or photos cannot be used",
        ),
        StoreError::Moved => (
            "street_moved",
            "数据已迁移到另一个数据库，请用 --database 指向它",
            "the street was moved to another database; name that one with --database",
        ),
        StoreError::NotEmpty => (
            "target_not_empty",
            "目标数据库不是空的，未作任何改动",
            "the target database is not empty; nothing was changed",
        ),
        StoreError::NotEqual(_) => (
            "target_differs",
            "复制后核对不一致，已撤销，原数据未改动",
            "what was copied did not compare equal and was undone; the source is as it was",
        ),
        StoreError::Engine(_)
        | StoreError::Migration(_)
        | StoreError::Column(_)
        | StoreError::Parameter
        | StoreError::Json(_)
        | StoreError::ReadOnly
        | StoreError::NotCommitted(_)
        | StoreError::Closed => ("data_unusable", "数据目录无法使用", "the data folder cannot be used"),
    };
    Stop(format!("[{code}] {database}: {zh} / {en} ({error})"))
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
