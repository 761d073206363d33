//! A revoked phone removes everything, as the office ordered. A power cut in between is made good at the next start.

use domain::protocol::{PROTO, RevokeOrder, WipedRequest};

use super::exchange::{Call, Fault};
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::{Method, Topic};
use crate::store::setting;

/// Stands in the settings from the begin of the removal to its end.
pub(crate) const WIPING: &str = "wiping";
/// Stands in the settings once everything was removed: the worker is told.
pub(crate) const WIPED: &str = "wiped";
/// Folders whose files are personal.
const FOLDERS: [&str; 4] = ["photos", "fetched", "uploads", "maps"];

impl Device {
    /// Says so to the office, and removes everything. A phone that is to go at once does not wait for the answer.
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
        if let Err(Fault::Transport(_) | Fault::Foreign) = &told
            && identity.order == Some(RevokeOrder::UploadThenWipe)
        {
            return told.map(drop);
        }
        tracing::info!("everything on this phone is removed, as the office ordered");
        self.store.write_outbox(|tx| setting::put(tx, WIPING, &true))?;
        self.finish_wiping()?;
        Ok(())
    }

    /// Removes everything that lies here.
    pub(crate) fn finish_wiping(&self) -> Result<()> {
        self.uploads().clear();
        for folder in FOLDERS.map(|name| self.dir.join(name)) {
            for file in self.ports.files.list(&folder)? {
                self.ports.files.remove(&folder.join(file.name))?;
            }
            self.ports.files.sync_dir(&folder)?;
        }
        for file in self.ports.files.list(&self.dir)? {
            if file.name.starts_with("cache.db.damaged") {
                self.ports.files.remove(&self.dir.join(file.name))?;
            }
        }
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
