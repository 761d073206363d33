//! Offering photos by their hash: the server may have them already.

use domain::Sha256Hex;
use domain::protocol::{BlobAnswer, OfferRequest, OfferResponse, PROTO, photo_line};

use super::backoff::{Backoff, Lane};
use super::exchange::Fault;
use super::signed::Signed;
use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::identity::{self, Identity};
use crate::store::photo_file::{self, FileState};

/// At most this many hashes in one offer.
const MAX_OFFERED: usize = 200;

impl Device {
    pub(crate) async fn offer(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let hashes = self.hashes_to_offer()?;
        if hashes.is_empty() {
            return Ok(());
        }
        let news = self.news(&identity)?;
        let request = OfferRequest {
            proto: PROTO,
            epoch: identity.epoch,
            hashes,
            announce: news.announce(),
        };
        let answer: std::result::Result<OfferResponse, Fault> = self
            .call_json(&identity.server, Some(&identity.token), "/v1/blobs/offer", &request)
            .await;
        match answer {
            // A server with another history knows nothing of the mutations these files belong to; they go first.
            Ok(response) if self.note_history(identity.device, response.epoch)? => Ok(()),
            Ok(response) => {
                self.was_told(news, response.epoch);
                let have = response.lines.iter().filter(|line| line.answer == BlobAnswer::Have);
                let lines = have.map(|line| photo_line(&line.sha256)).collect();
                let (rev, sig) = (response.street_rev, response.sig.as_deref());
                let signed = Signed::check(&identity, response.epoch, rev, lines, sig)?;
                Ok(self.write_offer(&identity, &request.hashes, &response, &signed)?)
            }
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                Err(fault)
            }
        }
    }

    fn hashes_to_offer(&self) -> Result<Vec<Sha256Hex>> {
        let files = self.store.outbox(photo_file::to_offer)?;
        let now = self.ports.clock.mono_ms();
        let memory = self.engine.memory();
        let ready = |hash: &Sha256Hex| memory.pauses.get(hash).is_none_or(|pause| pause.ready(now));
        Ok(files
            .into_iter()
            .map(|file| file.sha256)
            .filter(ready)
            .take(MAX_OFFERED)
            .collect())
    }

    fn write_offer(
        &self,
        asked_as: &Identity,
        offered: &[Sha256Hex],
        response: &OfferResponse,
        signed: &Signed,
    ) -> Result<()> {
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| {
            if !identity::is_still(tx, asked_as.device)? {
                return Ok(());
            }
            let proof = signed.keep(tx)?;
            for line in response.lines.iter().filter(|line| offered.contains(&line.sha256)) {
                match line.answer {
                    BlobAnswer::Have => {
                        let at = (response.epoch, response.street_rev);
                        photo_file::set_stored(tx, &line.sha256, at, proof, now)?;
                    }
                    BlobAnswer::Want { offset } => {
                        photo_file::set_progress(tx, &line.sha256, FileState::Wanted, offset)?;
                    }
                    BlobAnswer::NotAsked => photo_file::set_asked(tx, &line.sha256, false)?,
                    BlobAnswer::Unknown => {}
                }
            }
            Ok(())
        })?;
        // Whatever the server does not know, and whatever it said nothing of, is offered again later.
        let settled = |hash: &Sha256Hex| {
            let mut lines = response.lines.iter();
            lines.any(|line| line.sha256 == *hash && line.answer != BlobAnswer::Unknown)
        };
        offered
            .iter()
            .filter(|hash| !settled(hash))
            .for_each(|hash| self.pause(hash));
        *self.engine.memory().lanes.get_mut(Lane::Previews) = Backoff::default();
        self.engine.photos_bell.notify_one();
        self.ports.changed.changed(&[Topic::Reports, Topic::Sync]);
        Ok(())
    }

    /// Gives one file a pause of its own, so that it does not hold up the others.
    pub(crate) fn pause(&self, hash: &Sha256Hex) {
        let now = self.ports.clock.mono_ms();
        let mut memory = self.engine.memory();
        memory
            .pauses
            .entry(hash.clone())
            .or_default()
            .fail(now, |most| self.ports.ids.up_to(most).max(1_000), None);
    }
}
