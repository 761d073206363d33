//! The checker: what phones and server promise of everything that was saved on a phone, read from their own databases.
//! It is told what was saved, never what was sent.

mod cases;
pub(crate) mod outbox;
mod photos;
mod receipts;
mod records;
mod revisions;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use domain::MutationId;

pub use outbox::{Held, HeldState};

use crate::phone::Phone;
use crate::server::StreetServer;

/// Every mutation that was ever saved on a phone.
#[derive(Debug, Default)]
pub struct Ledger {
    made: BTreeMap<MutationId, Held>,
    /// Nobody holds these any more: a phone or the server was set back behind them, and there was no other copy.
    gone: BTreeSet<MutationId>,
}

impl Ledger {
    /// Takes note of what a phone holds.
    pub fn note(&mut self, phone: &Phone) {
        for held in outbox::mutations(phone.folder()) {
            self.made.insert(held.id, held);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.made.len() as u64
    }

    /// The server or a phone was set back: what is neither on the server nor on a phone then has no copy left.
    pub fn note_losses(&mut self, server: &StreetServer, phones: &[&Phone]) {
        let held: BTreeSet<MutationId> = phones
            .iter()
            .flat_map(|phone| outbox::mutations(phone.folder()))
            .map(|held| held.id)
            .collect();
        let answered = receipts::of_server(server);
        for id in self.made.keys() {
            if !held.contains(id) && !answered.contains_key(id) {
                self.gone.insert(*id);
            }
        }
    }

    /// Everything that is not as promised, once every phone has sent all.
    #[must_use]
    pub fn breaches(&self, server: &StreetServer, phones: &[&Phone]) -> Vec<String> {
        let answered = receipts::of_server(server);
        let mut breaches = receipts::check(self, &answered, server, phones);
        breaches.extend(records::check(self, &answered, server));
        breaches.extend(cases::check(server));
        breaches.extend(revisions::check(server));
        breaches.extend(photos::check(server, phones));
        breaches.extend(phones.iter().flat_map(|phone| rows::check(server, phone)));
        breaches
    }
}
