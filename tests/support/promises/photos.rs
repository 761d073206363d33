//! A photo shown as delivered is byte-identical on the server.

use domain::{PhotoCopy, PhotoManifest};
use sync_server::hash;
use sync_server::store::blobs;

use super::outbox::{self, Held};
use crate::phone::Phone;
use crate::rest;
use crate::server::StreetServer;
use crate::street::street;

/// Photos of what a phone sent before it removed everything that are not on the server.
pub(super) fn missing<'h>(server: &StreetServer, sent: impl Iterator<Item = &'h Held>) -> Vec<String> {
    let mut missing = Vec::new();
    for held in sent {
        let photos = held.body["photos"].as_array().into_iter().flatten();
        let photos = photos.map(|photo| serde_json::from_value::<PhotoManifest>(photo.clone()).unwrap());
        for photo in photos {
            let shown = photo.files().filter(|(copy, _)| *copy != PhotoCopy::Original);
            for (_, file) in shown {
                if server
                    .read(|tx| Ok(blobs::stored(tx, &street(), &file.sha256)?))
                    .is_none()
                {
                    missing.push(format!(
                        "photo {} of {} was removed from its phone before it was sent",
                        file.sha256, held.id
                    ));
                }
            }
        }
    }
    missing
}

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
