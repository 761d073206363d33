//! Which engine a street lies on.

use std::path::Path;

use cluster::Cluster;
use sync_server::places::Places;
use sync_server::store::{Database, Store, fingerprint};

/// An engine of the server's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A database of a PostgreSQL that the tests start.
    Postgres,
}

impl Engine {
    /// Its name in a line of the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Where a server of a test keeps its things. Dropped after the server.
pub struct Ground {
    /// Database and photos.
    pub places: Places,
    database: Option<cluster::Database>,
}

impl Ground {
    /// An empty database with its tables, and photos in the folder.
    ///
    /// # Panics
    /// When PostgreSQL is not installed.
    #[must_use]
    pub fn new(engine: Engine, folder: &Path) -> Self {
        let mut ground = Self {
            places: Places::in_folder(folder),
            database: None,
        };
        if engine == Engine::Postgres {
            let upgrade = |url: &str| drop(Store::open(&at(url), 1).unwrap());
            let database = Cluster::prepared(&fingerprint(), upgrade);
            ground.places.database = at(database.url());
            ground.database = Some(database);
        }
        ground
    }

    /// The address of the database, where it is PostgreSQL.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.database.as_ref().map(cluster::Database::url)
    }
}

fn at(url: &str) -> Database {
    Database::Postgres(url.parse().expect("an address"))
}
