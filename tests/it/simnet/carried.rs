//! What the office takes in or asks for by hand: bundles that somebody carries to it, and untouched photo files.

use device::ports::DiskFiles;
use domain::protocol::ErrorCode;
use serde_json::{Value, json};
use sync_server::hash;
use sync_server::store::devices;
use xunge_tests::office::Browser;
use xunge_tests::street;

use super::history::History;

/// A file that a phone exported.
pub(super) struct Bundle {
    file: Vec<u8>,
    /// Whose phone the server knows by it.
    token: String,
}

impl History {
    /// A worker writes everything unsent into a file, to be carried to the office some time.
    pub(super) fn export_bundle(&mut self, at: usize) {
        let folder = self.new_folder();
        let made = self.by_hand(at, |hand| hand.phone.device().export_bundle(&folder, &DiskFiles));
        match made {
            Some(Ok(made)) => {
                self.trace.tell(&format!("  a bundle of {} records", made.records));
                let file = std::fs::read(folder.join(made.name)).unwrap();
                let (_device, token) = self.hands[at].phone.credentials();
                self.bundles.push(Bundle { file, token });
            }
            Some(Err(refused)) => {
                let reasons = [ErrorCode::NotEnrolled, ErrorCode::DeviceRevoked, ErrorCode::BundleNoKey];
                self.expect(at, &refused, &reasons);
            }
            None => {}
        }
    }

    /// Somebody brings one of the files, perhaps once more, perhaps to a server that does not know its phone any more.
    pub(super) fn carry_bundle(&mut self) {
        let Some(bundle) = self.dice.choice(&self.bundles).filter(|_| self.server.has_room()) else {
            return;
        };
        let (status, answer) = Browser::signed_in(&self.server, street::KEEPER).carry(&bundle.file);
        let meant = match answer["error"]["code"].as_str() {
            None => status == 200,
            Some("bundle_foreign") => !self.knows(&bundle.token),
            Some(code) => ["device_revoked", "read_only", "internal"].contains(&code),
        };
        assert!(meant, "{status} {answer}");
        if status == 200 {
            self.trace.tell(&format!("  a bundle is taken: {}", answer["records"]));
        }
    }

    /// False for the phone of a name that the server forgot when it was set back.
    fn knows(&self, token: &str) -> bool {
        let token = hash::of(token);
        self.server.read(|tx| Ok(devices::by_token(tx, &token)?)).is_some()
    }

    /// The office asks for the untouched file of some photo.
    pub(super) fn ask_original(&mut self) {
        if !self.server.has_room() {
            return;
        }
        let server = std::sync::Arc::clone(&self.server);
        let officer = Browser::signed_in(&server, street::TRIAGE_OFFICER);
        let cases = officer.cases();
        let Some(case) = self.dice.choice(&cases) else { return };
        let shown = officer.get(&format!("/v1/cases/{}", case.id));
        let photos = shown["row"]["photos"].as_array().map_or(&[][..], Vec::as_slice);
        let originals: Vec<&Value> = photos.iter().map(|photo| &photo["original"]["sha256"]).collect();
        let Some(name) = self.dice.choice(&originals).and_then(|name| name.as_str()) else {
            return;
        };
        let (status, answer) = officer.post(&format!("/v1/photos/{name}/request-original"), &json!({}));
        // A street that was restored unnoticed takes nothing from anybody.
        assert!([204, 503].contains(&status), "{status} {answer}");
        self.trace.tell("  the office asks for an original");
    }
}
