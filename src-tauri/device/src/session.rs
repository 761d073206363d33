//! Who is signed in here, and how the app is set.

use domain::protocol::{ErrorCode, RowType, WireError};
use domain::view::GridRow;
use serde_json::json;

use crate::capture::{belongs, is_written};
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::{draft, forgetting, identity, mutation, photo_file, row, setting};
use crate::sync::{SETTINGS, WIPED, is_to_go};
use crate::view::{Draft, EnrolmentQr, Session, Settings};

/// Smallest and largest text size, in percent.
const TEXT_SIZE: (u16, u16) = (100, 160);

impl Device {
    /// The phone's enrolment and settings.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn get_session(&self) -> std::result::Result<Session, WireError> {
        Ok(self.session()?)
    }

    fn session(&self) -> Result<Session> {
        let (identity, settings, wiped) = self.store.outbox(|outbox| {
            let wiped = setting::get(outbox, WIPED)?;
            Ok((identity::get(outbox)?, setting::get(outbox, SETTINGS)?, wiped))
        })?;
        let own_grid = identity.as_ref().and_then(|identity| identity.profile.grids.first());
        let grid: Option<GridRow> = match own_grid {
            Some(grid) => self
                .store
                .cache(|cache| row::get(cache, RowType::Grid, grid.as_str()))?,
            None => None,
        };
        Ok(Session {
            enrolled: identity.is_some(),
            revoked: identity.as_ref().is_some_and(|identity| identity.revoked),
            order: identity.as_ref().and_then(|identity| identity.order),
            wiped: identity.is_none() && wiped,
            locked: self.lock()?,
            grid_name: grid.map(|grid| grid.name),
            settings,
            app_version: self.ports.app_version.clone(),
            platform: self.ports.platform,
            server: identity.as_ref().map(|identity| identity.server.clone()),
            profile: identity.map(|identity| identity.profile),
        })
    }

    /// Keeps the settings. A text size out of range is brought into it.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn save_settings(&self, settings: Settings) -> std::result::Result<Session, WireError> {
        let text_size = settings.text_size.clamp(TEXT_SIZE.0, TEXT_SIZE.1);
        let settings = Settings { text_size, ..settings };
        self.store.write_outbox(|tx| setting::put(tx, SETTINGS, &settings))?;
        self.saved(&[Topic::Session, Topic::Sync, Topic::Reports]);
        self.get_session()
    }

    /// Reads an enrolment from a photo of its QR code.
    ///
    /// # Errors
    /// `qr_not_found`, `qr_foreign`, or what the picture file is refused for.
    pub fn read_enrolment_qr(&self, upload: &str) -> std::result::Result<EnrolmentQr, WireError> {
        let (_, bytes) = self.take_picture(upload)?;
        let text = photo::qr::decode(&bytes)?;
        enrolment_in(&text).ok_or_else(|| ErrorCode::QrForeign.into())
    }

    /// Ends the enrolment. What the server sent is forgotten; settings and what was captured here stay.
    ///
    /// # Errors
    /// `unsent_work` with `{unsent, photos, drafts}` while anything has not arrived; `device_revoked` where everything
    /// is about to go from this phone, as the office ordered: that would be forgotten.
    pub fn sign_out(&self) -> std::result::Result<Session, WireError> {
        self.end_enrolment()?;
        self.saved(&[
            Topic::Lock,
            Topic::Session,
            Topic::Reports,
            Topic::Households,
            Topic::Today,
            Topic::Sync,
            Topic::Map,
        ]);
        self.get_session()
    }

    fn end_enrolment(&self) -> Result<()> {
        let me = self.me()?;
        self.store.write_outbox(|tx| {
            if let Some(identity) = identity::get(tx)?
                && is_to_go(tx, &identity)?
            {
                return Err(ErrorCode::DeviceRevoked.into());
            }
            // What others left here that is not this device's to send stays, whoever signs out.
            let unsent = mutation::before_sign_out(tx, me)?;
            let (photos, _) = photo_file::waiting(tx)?;
            let own = draft::list(tx)?.into_iter().filter(|draft| belongs(draft, me));
            let (written, empty): (Vec<Draft>, Vec<Draft>) = own.partition(is_written);
            let drafts = written.len();
            if unsent > 0 || photos > 0 || drafts > 0 {
                let details = json!({ "unsent": unsent, "photos": photos, "drafts": drafts });
                return Err(Failure::Coded(ErrorCode::UnsentWork, details));
            }
            // Opened and left as they were: nobody misses them.
            empty.iter().try_for_each(|draft| draft::remove(tx, &draft.id))?;
            identity::forget_authors(tx)?;
            forgetting::begin(tx)?;
            identity::remove(tx)
        })?;
        self.try_to_forget();
        Ok(())
    }
}

/// `xunge://enrol?server=<percent-encoded address>&code=<code>`
fn enrolment_in(text: &str) -> Option<EnrolmentQr> {
    let url = url::Url::parse(text.trim()).ok()?;
    if url.scheme() != "xunge" || url.host_str() != Some("enrol") {
        return None;
    }
    let value = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    Some(EnrolmentQr {
        server: value("server")?,
        code: value("code")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::World;

    #[test]
    fn an_enrolment_code_names_server_and_code() {
        let qr = enrolment_in("xunge://enrol?server=http%3A%2F%2F192.168.1.7%3A8420&code=ABCD-2345").unwrap();
        assert_eq!(
            (qr.server.as_str(), qr.code.as_str()),
            ("http://192.168.1.7:8420", "ABCD-2345")
        );
    }

    #[test]
    fn other_codes_are_foreign() {
        for text in [
            "https://example.com",
            "xunge://other?server=a&code=b",
            "xunge://enrol?server=a",
            "weixin://x",
        ] {
            assert!(enrolment_in(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_phone_before_enrolment_has_the_default_settings() {
        let session = World::new().device.get_session().unwrap();
        assert!(!session.enrolled);
        assert_eq!(session.settings, Settings::default());
    }

    #[test]
    fn settings_survive_a_restart_and_the_text_size_stays_in_range() {
        let mut world = World::new();
        let settings = Settings {
            text_size: 900,
            photos_on_mobile: true,
            ..Settings::default()
        };
        world.device.save_settings(settings).unwrap();
        world.restart();
        let kept = world.device.get_session().unwrap().settings;
        assert_eq!((kept.text_size, kept.photos_on_mobile), (160, true));
    }

    #[test]
    fn signing_out_is_refused_while_anything_is_unsent() {
        let world = World::enrolled();
        world.save_report("tree-fallen");
        let error = world.device.sign_out().unwrap_err();
        assert_eq!(
            (error.code, &error.details["unsent"]),
            (ErrorCode::UnsentWork, &json!(1))
        );
        assert!(world.device.get_session().unwrap().enrolled);
    }

    #[test]
    fn signing_out_is_refused_while_a_draft_holds_no_more_than_a_pin() {
        let world = World::enrolled();
        let draft = world.open_report();
        world.edit(&draft.id, |report| report.pin = Some(crate::test_support::INSIDE));
        let error = world.device.sign_out().unwrap_err();
        assert_eq!(
            (error.code, &error.details["drafts"]),
            (ErrorCode::UnsentWork, &json!(1))
        );
        world.edit(&draft.id, |report| report.pin = None);
        assert!(!world.device.sign_out().unwrap().enrolled);
    }

    #[test]
    fn signing_out_forgets_what_the_server_sent() {
        let world = World::enrolled();
        assert_eq!(
            world
                .device
                .list_households(&crate::view::HouseholdQuery {
                    limit: 9,
                    ..Default::default()
                })
                .unwrap()
                .total,
            1
        );
        world.device.sign_out().unwrap();
        assert_eq!(
            world
                .device
                .list_households(&crate::view::HouseholdQuery {
                    limit: 9,
                    ..Default::default()
                })
                .unwrap()
                .total,
            0
        );
    }
}
