//! Which engine the tests run on: SQLite, or PostgreSQL where `XUNGE_TEST_ENGINE` is `postgres`.

use std::path::Path;

use cluster::Cluster;
use sync_server::places::Places;
use sync_server::store::{Database, Store, fingerprint};

/// Where a server of a test keeps its things. Dropped after the server.
pub(crate) struct Ground {
    pub(crate) places: Places,
    database: Option<cluster::Database>,
}

impl Ground {
    /// On the engine that the tests run on.
    pub(crate) fn new(folder: &Path) -> Self {
        if std::env::var("XUNGE_TEST_ENGINE").is_ok_and(|engine| engine == "postgres") {
            Self::on_postgres(folder)
        } else {
            Self::on_sqlite(folder)
        }
    }

    /// In the folder.
    pub(crate) fn on_sqlite(folder: &Path) -> Self {
        Self {
            places: Places::in_folder(folder),
            database: None,
        }
    }

    /// Photos in the folder, and a database of its own.
    pub(crate) fn on_postgres(folder: &Path) -> Self {
        let mut ground = Self::on_sqlite(folder);
        let database = Cluster::prepared(&fingerprint(), upgrade);
        ground.places.database = at(database.url());
        ground.database = Some(database);
        ground
    }

    /// The address of the database, where it has one.
    pub(crate) fn url(&self) -> Option<&str> {
        self.database.as_ref().map(cluster::Database::url)
    }
}

pub(crate) fn at(url: &str) -> Database {
    Database::Postgres(url.parse().expect("an address"))
}

/// Brings an empty database to the newest schema.
pub(crate) fn upgrade(url: &str) {
    drop(Store::open(&at(url), 1).unwrap());
}
