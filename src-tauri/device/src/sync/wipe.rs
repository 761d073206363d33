//! A revoked phone removes everything, as the office ordered: first the key, then what it opens. A power cut in between is made
//! good at the next start.

use domain::Epoch;
use domain::protocol::{EPOCH_HEADER, PROTO, RevokeOrder, WipedRequest};
use rusqlite::Connection;
use uuid::Uuid;

use super::exchange::{Call, Fault};
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::{Method, Response, Topic};
use crate::rest::gone;
use crate::store::identity::Identity;
use crate::store::{identity, mutation, photo_file, setting};

/// Stands in the settings from the begin of the removal to its end.
const WIPING: &str = "wiping";
/// Stands in the settings once everything was removed: the worker is told.
pub(crate) const WIPED: &str = "wiped";

/// True while everything is being removed.
pub(crate) fn is_wiping(outbox: &Connection) -> Result<bool> {
    setting::get(outbox, WIPING)
}

/// True while records or photos of anybody lie here that no server holds.
pub(super) fn is_left(outbox: &Connection) -> Result<bool> {
    Ok(mutation::held_here_alone(outbox)? > 0 || photo_file::held_here_alone(outbox)? > 0)
}

/// True where everything is to go from this phone now: at once, or as all is sent. One with another name to ask for says
/// farewell under that.
pub(crate) fn is_to_go(outbox: &Connection, identity: &Identity) -> Result<bool> {
    Ok(match identity.order {
        Some(RevokeOrder::Wipe) => identity.fork.is_none(),
        Some(RevokeOrder::UploadThenWipe) => identity.fork.is_none() && !is_left(outbox)?,
        Some(RevokeOrder::Lock) | None => false,
    })
}

/// The server's history, where an answer tells it.
fn epoch_of(response: &Response) -> Option<Epoch> {
    Uuid::parse_str(response.header(EPOCH_HEADER)?).ok().map(Epoch)
}

impl Device {
    /// Says so to the office, and removes everything. A phone that is to send first waits for an answer, and removes nothing
    /// when that is of another history than the one that has all it sent; one that is to go at once does not wait.
    pub(crate) async fn wipe_as_ordered(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let question = WipedRequest {
            proto: PROTO,
            device: identity.device,
        };
        let call = Call {
            server: &identity.server,
            token: Some(&identity.token),
            method: Method::Post,
            path: "/v1/wiped",
            headers: vec![("content-type", "application/json".to_owned())],
            body: serde_json::to_vec(&question).map_err(Failure::from)?,
        };
        let told = self.call(call).await;
        let sends_first = identity.order == Some(RevokeOrder::UploadThenWipe);
        if sends_first {
            let response = told.or_else(|fault| {
                self.note_refusal(&identity, &fault)?;
                Err(fault)
            })?;
            // A server that was set back since may have lost what this phone sent: that goes again first.
            if let Some(epoch) = epoch_of(&response)
                && self.note_history(identity.device, epoch)?
            {
                return Ok(());
            }
        }
        if self.begin_wiping(&identity)? {
            self.finish_wiping()?;
        }
        Ok(())
    }

    /// Destroys the key. False where the order is another by now, or the worker saved something while the office was told, and
    /// that goes first. In one transaction, after which nothing is saved any more: nobody is told "saved" of what goes.
    fn begin_wiping(&self, asked_as: &Identity) -> Result<bool> {
        let disk = self.disk.as_ref().unwrap_or(&self.ports.files);
        self.store.write_outbox(|tx| {
            let Some(now) = identity::get(tx)?.filter(|now| now.is(asked_as)) else {
                return Ok(false);
            };
            if !is_to_go(tx, &now)? {
                return Ok(false);
            }
            tracing::info!("everything on this phone is removed, as the office ordered");
            // First: whatever the rest comes to, nothing of it can be read any more.
            let destroyed = gone::destroy_key(&self.dir, disk.as_ref(), self.ports.key_store.as_deref());
            if let Err(failure) = destroyed {
                if !gone::is_begun(&self.dir, disk.as_ref()) {
                    return Err(failure);
                }
                // There is no way back from its first step: nothing is saved any more, and the next start does the rest.
                tracing::warn!(code = ?failure.code(), "the key is not destroyed yet");
            }
            self.end();
            setting::put(tx, WIPING, &true)?;
            Ok(true)
        })
    }

    /// Everything was removed: the worker is told.
    pub(crate) fn note_wiped(&self) -> Result<()> {
        self.store.write_outbox(|tx| setting::put(tx, WIPED, &true))
    }

    /// Removes everything that lies here.
    pub(crate) fn finish_wiping(&self) -> Result<()> {
        self.uploads().clear();
        gone::remove_folders(&self.dir, self.ports.files.as_ref())?;
        self.remove_set_aside()?;
        self.store.erase(WIPING, WIPED)?;
        self.saved(&[
            Topic::Session,
            Topic::Reports,
            Topic::Households,
            Topic::Today,
            Topic::Sync,
            Topic::Map,
            Topic::Reference,
        ]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, jpeg};

    #[test]
    fn a_removal_that_the_power_ended_is_finished_at_the_next_start() {
        let mut world = World::enrolled();
        world.save_report_with("tree-fallen", "t", &jpeg(1));
        world.restart();
        assert_eq!(
            world.device.list_reports().unwrap().len(),
            1,
            "a start alone removes nothing"
        );
        world
            .device
            .store
            .write_outbox(|tx| setting::put(tx, WIPING, &true))
            .unwrap();
        world.restart();
        let session = world.device.get_session().unwrap();
        assert_eq!((session.enrolled, session.wiped), (false, true));
        assert!(world.device.list_reports().unwrap().is_empty());
        assert!(
            world
                .device
                .ports
                .files
                .list(&world.device.dir.join("photos"))
                .unwrap()
                .is_empty()
        );
        world.enrol();
        world.restart();
        assert!(world.device.get_session().unwrap().enrolled, "it is removed once");
    }
}
