//! The checker: what phones and server promise of everything that was saved on a phone, read from their own databases.
//! It is told what was saved, never what was sent.

mod cases;
mod homes;
pub(crate) mod outbox;
mod photos;
mod receipts;
mod records;
mod revisions;
mod rows;
mod wiped;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::MutationId;
use uuid::Uuid;

pub use outbox::{Held, HeldState};
use wiped::Parting;

use crate::phone::Phone;
use crate::server::StreetServer;

/// Every mutation that was ever saved on a phone.
#[derive(Debug, Default)]
pub struct Ledger {
    made: BTreeMap<MutationId, Held>,
    /// Those that each phone held, by its folder.
    on: BTreeMap<PathBuf, BTreeSet<MutationId>>,
    /// What phones said was saved.
    said: Vec<Said>,
    /// The phone that held these was set back behind them, and no other phone had them.
    set_back: BTreeSet<MutationId>,
    /// Nobody holds these any more: a phone or the server was set back behind them, and there was no other copy.
    gone: BTreeSet<MutationId>,
    /// Phones that had said they would remove everything when their server was set back, by their folders.
    parting: BTreeMap<PathBuf, Parting>,
}

/// Something a phone said was saved.
#[derive(Debug)]
struct Said {
    kind: &'static str,
    entity: Uuid,
    /// Its words, or the value of a field, where one entity has several of the kind.
    text: Option<String>,
}

impl Said {
    fn is(&self, held: &Held) -> bool {
        let says = |text: &String| {
            let mut fields = held.body["fields"].as_object().into_iter().flat_map(|all| all.values());
            held.body["text"] == text.as_str() || fields.any(|field| field["value"] == text.as_str())
        };
        held.kind == self.kind && held.entity == self.entity && self.text.as_ref().is_none_or(says)
    }
}

impl Ledger {
    /// Takes note of what a phone holds.
    pub fn note(&mut self, phone: &Phone) {
        let on = self.on.entry(phone.folder().to_owned()).or_default();
        for held in outbox::mutations(phone.folder()) {
            on.insert(held.id);
            self.made.insert(held.id, held);
        }
    }

    /// Takes note of what a phone said was saved, which is not yet proof that it was.
    pub fn said_saved(&mut self, kind: &'static str, entity: Uuid, text: Option<String>) {
        self.said.push(Said { kind, entity, text });
    }

    /// A phone is about to be set back to a copy of its folder, and `others` go on.
    pub fn note_set_back<'p>(&mut self, phone: &Phone, copy: &Path, others: impl Iterator<Item = &'p Phone>) {
        self.note(phone);
        let mut kept: BTreeSet<MutationId> = others.flat_map(|other| names(other.folder())).collect();
        kept.extend(names(copy));
        self.set_back
            .extend(names(phone.folder()).into_iter().filter(|id| !kept.contains(id)));
        let on = names(copy).into_iter().collect();
        self.on.insert(phone.folder().to_owned(), on);
    }

    /// How many records these phones let go of, as safe elsewhere.
    #[must_use]
    pub fn let_go(&self, phones: &[&Phone]) -> usize {
        let held: BTreeSet<MutationId> = phones.iter().flat_map(|phone| names(phone.folder())).collect();
        let lost = |id: &&MutationId| !held.contains(*id) && !self.set_back.contains(*id);
        self.made.keys().filter(lost).count()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.made.len() as u64
    }

    /// The server or a phone was set back: what a phone was set back behind, and is neither on the server nor on another
    /// phone, has no copy left. What a phone let go of is not excused: it must have been safe.
    pub fn note_losses(&mut self, server: &StreetServer, phones: &[&Phone]) {
        let held: BTreeSet<MutationId> = phones.iter().flat_map(|phone| names(phone.folder())).collect();
        let answered = receipts::of_server(server);
        for id in &self.set_back {
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
        breaches.extend(self.unkept());
        breaches.extend(records::check(self, &answered, server));
        breaches.extend(cases::check(server));
        breaches.extend(homes::check(self, &answered, server, phones));
        breaches.extend(revisions::check(server));
        breaches.extend(photos::check(server, phones));
        breaches.extend(phones.iter().flat_map(|phone| rows::check(server, phone)));
        breaches
    }

    /// What was said to be saved and is not what some phone held, once.
    fn unkept(&self) -> Vec<String> {
        let times = |said: &Said| self.made.values().filter(|held| said.is(held)).count();
        let wrong = self
            .said
            .iter()
            .map(|said| (said, times(said)))
            .filter(|(_, times)| *times != 1);
        wrong
            .map(|(said, times)| {
                format!(
                    "{} {} was said to be saved and was {times} times",
                    said.kind, said.entity
                )
            })
            .collect()
    }
}

/// What a phone's folder holds.
fn names(folder: &Path) -> Vec<MutationId> {
    outbox::mutations(folder).into_iter().map(|held| held.id).collect()
}
