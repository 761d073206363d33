//! A photo shown as delivered is byte-identical on the server.

use sync_server::hash;
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
            let here = rest::file(&phone.folder().join("photos").join(name.as_str()));
            if here.is_none() && !file.freed {
                breaches.push(format!("photo {name} of {} is not on its phone", file.captured_with));
                continue;
            }
            let there = handle.files.read(&street(), name).ok();
            // What the phone let go of is known by its hash alone.
            let there = there.filter(|there| match &here {
                Some(here) => here == there,
                None => hash::of(there) == name.as_str(),
            });
            if let Some(there) = there {
                let row = server.read(|tx| Ok(blobs::stored(tx, &street(), name)?));
                if row != Some(there.len() as u64) {
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
