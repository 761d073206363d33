//! A street whose server is a process of its own, and phones that reach it over a real network.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sync_server::routes::enrolments::issue;

use crate::clock::WorldClock;
use crate::ground::{Engine, Ground};
use crate::phone::Phone;
use crate::process::ServerProcess;
use crate::promises::Ledger;
use crate::server::StreetServer;
use crate::street;
use crate::way::Way;

/// The street, before and after its server processes run.
pub struct RealStreet {
    /// The machine's time.
    pub clock: WorldClock,
    ground: Ground,
    folder: tempfile::TempDir,
    codes: BTreeMap<String, String>,
}

impl RealStreet {
    /// A street of so many grids; each of its workers has a code to enrol with.
    ///
    /// # Panics
    /// When the database fails.
    #[must_use]
    pub fn new(engine: Engine, grids: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground::new(engine, &folder.path().join("server"));
        let mut street = Self {
            clock: WorldClock::of_machine(),
            ground,
            folder,
            codes: BTreeMap::new(),
        };
        let server = street.open();
        street::write_grids(&server.handle(), grids);
        for login in street::workers(grids) {
            let (handle, user) = (server.handle(), street::user(&login));
            let (ids, now) = (Arc::clone(&handle.ids), handle.now());
            let issued = handle
                .store
                .write_blocking(move |tx| issue(tx, &*ids, &street::street(), user, None, now));
            street.codes.insert(login, issued.unwrap().0);
        }
        street
    }

    /// The server in this process, to look at what is there. Not while a process serves a file of SQLite.
    #[must_use]
    pub fn open(&self) -> StreetServer {
        StreetServer::start_at(self.ground.places.clone(), self.clock, 1)
    }

    /// One server process.
    #[must_use]
    pub fn serve(&self) -> ServerProcess {
        ServerProcess::start(&self.ground, &self.folder.path().join("server"))
    }

    /// Where the server keeps its photos.
    #[must_use]
    pub fn photos(&self) -> PathBuf {
        self.folder.path().join("server/blobs")
    }

    /// Where the phone of a worker keeps its things.
    #[must_use]
    pub fn folder_of(&self, login: &str) -> PathBuf {
        self.folder.path().join(login)
    }

    /// What a worker enrols with.
    #[must_use]
    pub fn code_for(&self, login: &str) -> &str {
        &self.codes[login]
    }

    /// A worker's phone that reaches the server at an address.
    #[must_use]
    pub fn phone(&self, login: &str, address: &str) -> Phone {
        let seed = street::place(login) as u64 + 1;
        Phone::on_way(login, self.folder_of(login), Way::to(address), self.clock, seed)
    }

    /// Everything that these phones and the server do not keep of what they promise. No process serves any more.
    #[must_use]
    pub fn breaches(&self, ledger: &Ledger, phones: &[&Phone]) -> Vec<String> {
        ledger.breaches(&self.open(), phones)
    }
}
