//! A photo shown as delivered is byte-identical on the server.

use sync_server::store::blobs;

use super::outbox;
use crate::phone::Phone;
use crate::rest;
use crate::server::StreetServer;
use crate::street::street;

pub(super) fn check(server: &StreetServer, phones: &[&Phone]) -> Vec<String> {
    let handle = server.handle();
    let mut breaches = Vec::new();
    for phone in phones {
        for file in outbox::files(phone.folder()).iter().filter(|file| file.travels) {
            let name = &file.sha256;
            if !file.stored {
                breaches.push(format!("photo {name} of {} is still on its phone", file.captured_with));
                continue;
            }
            let Some(here) = rest::file(&phone.folder().join("photos").join(name.as_str())) else {
                breaches.push(format!("photo {name} of {} is not on its phone", file.captured_with));
                continue;
            };
            let there = handle.files.read(&street(), name);
            if there.is_ok_and(|there| there == here) {
                let row = server.read(|tx| Ok(blobs::stored(tx, &street(), name)?));
                if row != Some(here.len() as u64) {
                    breaches.push(format!("photo {name} lies on the server and is not in its books"));
                }
            } else {
                breaches.push(format!(
                    "photo {name} was called delivered and is not on the server as it was"
                ));
            }
        }
    }
    breaches
}
