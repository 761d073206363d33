//! One street with its server, its office and its workers' phones.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::catalog::TRIAGE;
use domain::protocol::RevokeOrder;
use serde_json::json;

use crate::clock::WorldClock;
use crate::office::{Browser, CaseLine};
use crate::phone::Phone;
use crate::promises::Ledger;
use crate::server::StreetServer;
use crate::street;

/// Where data folders lie: in memory where the system offers that, because these tests are about order, not about disks.
#[must_use]
pub fn fast_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// A street at nine on a Monday morning. Make it inside a runtime whose clock is paused.
pub struct World {
    /// The true time.
    pub clock: WorldClock,
    /// The server.
    pub server: Arc<StreetServer>,
    folder: tempfile::TempDir,
    seed: u64,
    made: Cell<u64>,
}

impl World {
    /// With the first seed.
    #[must_use]
    pub fn new() -> Self {
        Self::seeded(1)
    }

    /// With another one: other names, other jitter.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let (folder, clock) = (fast_folder(), WorldClock::start());
        let server = StreetServer::start_in(&folder.path().join("server"), clock, seed);
        street::write(&server.handle());
        Self {
            clock,
            server: Arc::new(server),
            folder,
            seed,
            made: Cell::new(0),
        }
    }

    /// A fresh folder of this world.
    #[must_use]
    pub fn new_folder(&self, name: &str) -> PathBuf {
        self.made.set(self.made.get() + 1);
        self.folder.path().join(format!("{name}-{}", self.made.get()))
    }

    /// A worker's new phone: enrolled, and filled with what concerns the worker.
    pub async fn worker(&self, login: &str) -> Phone {
        let phone = self.new_phone(login);
        phone.enrol(&self.code_for(login)).await;
        phone.sync().await;
        phone
    }

    /// The same with a phone whose disk is not encrypted: as before its worker has chosen a PIN.
    pub async fn bare_worker(&self, login: &str) -> Phone {
        let mut phone = self.new_phone(login);
        phone.become_bare(self.new_folder(login));
        phone.enrol(&self.code_for(login)).await;
        phone.sync().await;
        phone
    }

    /// A phone that nobody has enrolled.
    #[must_use]
    pub fn new_phone(&self, login: &str) -> Phone {
        let folder = self.new_folder(login);
        let seed = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.made.get();
        Phone::in_folder(login, folder, &self.server, self.clock, seed)
    }

    /// A fresh enrolment code.
    ///
    /// # Panics
    /// When the database fails.
    #[must_use]
    pub fn code_for(&self, login: &str) -> String {
        street::code_for(&self.server.handle(), login)
    }

    /// The cases that a queue leads.
    #[must_use]
    pub fn led_by(&self, queue: &str) -> Vec<CaseLine> {
        let mut cases = self.queue(queue);
        cases.retain(|case| case.lead_queue.as_str() == queue);
        cases
    }

    /// A browser in which this person is signed in.
    #[must_use]
    pub fn office(&self, login: &str) -> Browser<'_> {
        Browser::signed_in(&self.server, login)
    }

    /// What a queue holds, as those who work it see it.
    #[must_use]
    pub fn queue(&self, queue: &str) -> Vec<CaseLine> {
        let login = if queue == TRIAGE {
            street::TRIAGE_OFFICER
        } else {
            street::HANDLER
        };
        self.office(login).queue(queue)
    }

    /// From now on the worker works in another worker's grid instead of the own one.
    pub fn move_worker(&self, login: &str, to_grid_of: &str) {
        street::move_worker(&self.server.handle(), login, street::place(to_grid_of));
    }

    /// The office takes a phone back.
    ///
    /// # Panics
    /// When the server does not know it.
    pub fn revoke(&self, phone: &Phone, order: RevokeOrder) {
        let path = format!("/v1/devices/{}/revoke", phone.credentials().0);
        let (status, answer) = self.office(street::KEEPER).post(&path, &json!({ "order": order }));
        assert_eq!((status, &answer["order"]), (200, &json!(order)));
    }

    /// Lets time pass while nothing happens.
    pub async fn hours_pass(&self, hours: u64) {
        tokio::time::sleep(Duration::from_secs(hours * 3_600)).await;
    }

    /// Everything that these phones and the server do not keep of what they promise. The phones have sent all.
    #[must_use]
    pub fn breaches(&self, phones: &[&Phone]) -> Vec<String> {
        let mut ledger = Ledger::default();
        phones.iter().for_each(|phone| ledger.note(phone));
        ledger.breaches(&self.server, phones)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
