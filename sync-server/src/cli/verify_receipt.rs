//! `verify-receipt`: whether this server really confirmed what a phone says it did, and still holds it.

use std::path::Path;

use domain::protocol::Evidence;

use super::start::{failed, refused};
use super::{Stop, say};
use crate::clock::RandomIds;
use crate::config::Config;
use crate::store::{Store, blobs, receipts, server, streets};

/// What was found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    confirmed: usize,
    held: usize,
    forged: usize,
}

/// Checks a phone's evidence.
pub(super) fn verify(config: &Config, file: &Path) -> Result<(), Stop> {
    let unreadable = || Stop::new("file_unreadable", "文件无法读取", "the file cannot be read");
    let text = std::fs::read_to_string(file).or(Err(unreadable()))?;
    let evidence: Evidence = serde_json::from_str(&text).or(Err(unreadable()))?;
    let changed = evidence.unproved();
    let store = Store::open(&config.places.database, 1).map_err(|error| refused(&config.places, &error))?;
    let found = store.write_blocking(move |tx| {
        let key = server::key(tx, &RandomIds)?.public();
        let streets = streets::all(tx)?;
        let mut found = Found::default();
        for proof in &evidence.proofs {
            let shown = proof.receipts.len() + proof.photos.len();
            if !proof.holds(&key) {
                found.forged += shown;
                continue;
            }
            found.confirmed += shown;
            for street in &streets {
                for receipt in &proof.receipts {
                    let stored = receipts::get(tx, &street.id, receipt.id)?;
                    found.held += usize::from(stored.is_some_and(|stored| stored.body_hash == receipt.body_hash));
                }
                for photo in &proof.photos {
                    found.held += usize::from(blobs::stored(tx, &street.id, photo)?.is_some());
                }
            }
        }
        Ok(found)
    });
    let found = found.map_err(|failure| failed(&failure))?;
    say(&format!(
        "本服务器签收 confirmed by this server: {}; 现仍保存 still held: {}; 签名不符 not signed by it: {}",
        found.confirmed, found.held, found.forged
    ));
    if changed > 0 {
        return Err(Stop::new(
            "record_changed",
            "有内容与签收时不同",
            "some of it is not what was confirmed",
        ));
    }
    if found.forged > 0 {
        return Err(Stop::new(
            "not_signed",
            "有内容不是本服务器签收的",
            "some of it was not signed by this server",
        ));
    }
    Ok(())
}
