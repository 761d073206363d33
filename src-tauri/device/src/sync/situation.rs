//! Gathers what the plan depends on, from the databases, the settings and the engine's memory.

use domain::{PhotoCopy, Sha256Hex};

use super::backoff::Lane;
use super::plan::{PhotoDue, Situation};
use super::rule::{Allowance, allowance};
use super::switch;
use super::wipe::is_left;
use crate::device::Device;
use crate::failure::Result;
use crate::store::identity::Identity;
use crate::store::{identity, mutation, photo_file, setting};
use crate::view::{NetworkKind, Settings};

pub(crate) const SETTINGS: &str = "settings";

pub(crate) const fn lane_of(copy: PhotoCopy) -> Lane {
    match copy {
        PhotoCopy::Preview => Lane::Previews,
        PhotoCopy::Upright => Lane::Uprights,
        PhotoCopy::Original => Lane::Originals,
    }
}

impl Device {
    /// What may travel on the network in use now.
    pub(crate) fn allowance(&self) -> Result<Allowance> {
        let settings: Settings = self.store.outbox(|outbox| setting::get(outbox, SETTINGS))?;
        Ok(allowance(
            settings.network,
            self.ports.network.network(),
            settings.photos_on_mobile,
        ))
    }

    /// The enrolment, if there is one.
    pub(crate) fn identity(&self) -> Result<Option<Identity>> {
        self.store.outbox(identity::get)
    }

    pub(crate) fn situation(&self) -> Result<Situation> {
        let allowance = self.allowance()?;
        let (wall, mono) = (self.ports.clock.wall_ms(), self.ports.clock.mono_ms());
        self.note_network(&allowance);
        self.store.outbox(|outbox| {
            let identity = identity::get(outbox)?;
            let due = mutation::due(outbox, wall)? > 0;
            let unsent = mutation::sendable(outbox)?;
            let (files, _) = photo_file::waiting(outbox)?;
            let parked = mutation::next_parked_offer(outbox)?;
            let offers = photo_file::to_offer(outbox)?;
            let mut wanted = Vec::new();
            for copy in [PhotoCopy::Preview, PhotoCopy::Upright, PhotoCopy::Original] {
                wanted.extend(photo_file::wanted(outbox, copy)?);
            }
            let switching = match &identity {
                Some(identity) => switch::is_unanswered(outbox, identity)?,
                None => false,
            };
            let memory = self.engine.memory();
            let pause = |sha256: &Sha256Hex| memory.pauses.get(sha256).map_or(0, |pause| pause.not_before);
            Ok(Situation {
                enrolled: identity.is_some(),
                revoked: identity.as_ref().is_some_and(|identity| identity.revoked),
                order: identity.as_ref().and_then(|identity| identity.order),
                left: is_left(outbox)?,
                switched_off: !allowance.switched_on,
                no_network: allowance.network.kind == NetworkKind::None && !memory.reachable,
                front: memory.front,
                switching,
                forking: identity.as_ref().is_some_and(|identity| identity.fork.is_some()),
                facts_due: due,
                offers_due: offers.iter().any(|file| pause(&file.sha256) <= mono),
                pending: unsent > 0 || files > 0,
                // One that is due already is a fact that is due.
                next_parked_at: parked.filter(|then| *then > wall).map(|then| mono + (then - wall)),
                pull_due_at: memory.pull_due_at,
                basemap_due_at: memory.basemap_due_at,
                last_request_at: memory.last_request_at,
                photos: wanted
                    .into_iter()
                    .filter(|file| allowance.lets(file))
                    .map(|file| PhotoDue {
                        not_before: pause(&file.sha256),
                        lane: lane_of(file.copy),
                        sha256: file.sha256,
                    })
                    .collect(),
            })
        })
    }

    /// A change of network ends every wait.
    fn note_network(&self, allowance: &Allowance) {
        let mut memory = self.engine.memory();
        if memory
            .network
            .replace(allowance.network)
            .is_some_and(|before| before != allowance.network)
        {
            memory.try_everything_now();
            memory.reachable = false;
        }
    }
}
