//! Phones that remove everything they hold, as the office ordered: what was to be sent first is on the server.

use std::collections::BTreeSet;
use std::iter;

use domain::{DeviceId, MutationId};
use sync_server::store::devices;

use super::{Ledger, names, photos, receipts};
use crate::phone::Phone;
use crate::server::StreetServer;
use crate::street::street;

/// A phone whose server was set back after it had heard that the phone removes everything, while its answer may have been
/// under way. What that server had whole is lost by its being set back, as it is where the phone is quicker.
#[derive(Debug)]
pub(super) struct Parting {
    device: DeviceId,
    whole: BTreeSet<MutationId>,
    /// Every phone that the server had heard it from, and all that are others'.
    known: BTreeSet<DeviceId>,
}

/// The phones that a server has heard from that they remove everything.
fn heard(server: &StreetServer) -> BTreeSet<DeviceId> {
    let known = server.read(|tx| Ok(devices::all(tx, &street())?)).into_iter();
    known
        .filter(|known| known.wiped_at.is_some())
        .map(|known| known.id)
        .collect()
}

impl Parting {
    /// True where the phone may have asked again since, also under a new name: its answer is from a server that must have all.
    fn is_over(&self, server: &StreetServer) -> bool {
        let heard = heard(server);
        heard.contains(&self.device) || !heard.is_subset(&self.known)
    }
}

impl Ledger {
    /// The server is about to be set back.
    pub fn note_parting<'p>(&mut self, phone: &Phone, others: impl Iterator<Item = &'p Phone>, server: &StreetServer) {
        if !phone.is_enrolled() {
            return;
        }
        let device = phone.credentials().0;
        let mut known = heard(server);
        if !known.contains(&device) {
            return;
        }
        let enrolled = others.filter(|other| other.is_enrolled());
        known.extend(enrolled.map(|other| other.credentials().0));
        let (answered, parked) = (receipts::of_server(server), receipts::parked(server));
        let mut whole: BTreeSet<MutationId> = names(phone.folder()).into_iter().collect();
        whole.retain(|id| {
            let there = answered.contains_key(id) || parked.contains(id);
            there && photos::missing(server, iter::once(&self.made[id])).is_empty()
        });
        let parting = Parting { device, whole, known };
        self.parting.insert(phone.folder().to_owned(), parting);
    }

    /// A phone removed everything it held, as the office ordered, and `others` go on. What it alone held and had not sent may
    /// be gone where it was to go `at_once`; otherwise it is returned as what should not be.
    pub fn note_wiped<'p>(
        &mut self,
        phone: &Phone,
        others: impl Iterator<Item = &'p Phone>,
        server: &StreetServer,
        at_once: bool,
    ) -> Vec<String> {
        let kept: BTreeSet<MutationId> = others.flat_map(|other| names(other.folder())).collect();
        let mut removed = self.on.remove(phone.folder()).unwrap_or_default();
        removed.retain(|id| !kept.contains(id));
        let (answered, parked) = (receipts::of_server(server), receipts::parked(server));
        let unsent = removed
            .iter()
            .filter(|id| !answered.contains_key(id) && !parked.contains(id) && !self.gone.contains(id));
        let mut unsent: BTreeSet<MutationId> = unsent.copied().collect();
        self.set_back.extend(&removed);
        let parting = self.parting.remove(phone.folder());
        if at_once {
            self.gone.extend(&unsent);
            return Vec::new();
        }
        if let Some(parting) = parting.filter(|parting| !parting.is_over(server)) {
            self.gone.extend(unsent.intersection(&parting.whole));
            unsent.retain(|id| !parting.whole.contains(id));
            removed.retain(|id| !parting.whole.contains(id));
        }
        let sent = removed
            .iter()
            .filter(|id| !unsent.contains(id))
            .map(|id| &self.made[id]);
        let mut breaches = photos::missing(server, sent);
        breaches.extend(
            unsent
                .iter()
                .map(|id| format!("{id} was removed from its phone before it was sent")),
        );
        breaches
    }
}
