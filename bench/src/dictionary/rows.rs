//! Trains the dictionary of the rows that lie on a phone, from those of a street that nobody lives in.

use std::collections::BTreeMap;

use domain::protocol::{MAX_MUTATIONS, PullResponse, PushResponse};
use domain::{Report, StreetId};

use super::invented;
use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::packed;
use crate::reports::Ids;
use crate::street::{STREET, Street};
use crate::sync::clients;
use crate::sync::first::settle;
use crate::sync::pull::body;

/// Pushes of invented reports.
const PUSHES: i64 = 40;
/// Time between them, in milliseconds.
const APART_MS: i64 = 40_000_000;
/// Size of the dictionary.
const BYTES: usize = 16 * 1024;
/// Its number.
const NUMBER: u32 = 1;

/// Writes the dictionary to `path`.
pub(crate) fn write(path: &str) -> Result<(), Fault> {
    let mut street = Street::start(1)?;
    street.server.edit_blocking(StreetId::from(STREET), settle)?;
    let samples = clients()?.block_on(rows(&mut street))?;
    let mut trained = zstd::dict::from_samples(&samples, BYTES)?;
    // The number behind the magic: a small one takes one byte in each frame.
    trained[4..8].copy_from_slice(&NUMBER.to_le_bytes());
    Ok(std::fs::write(path, trained)?)
}

/// The text of every row of the street.
async fn rows(street: &mut Street) -> Result<Vec<Vec<u8>>, Fault> {
    let mut ids = Ids::from(20_261_129);
    let mut connection = Connection::open(street.address).await?;
    let phone = &mut street.phones[0];
    for push in 0..PUSHES {
        let at_ms = 1_784_000_000_000 + push * APART_MS;
        let reports: Vec<Report> = (0..MAX_MUTATIONS)
            .filter_map(|_| invented(&mut ids, phone, at_ms))
            .collect();
        let push = packed(&serde_json::to_vec(&phone.push_of(&reports)?)?)?;
        let _: PushResponse = connection.post(&phone.token, "/v1/push", &push).await?.json()?;
    }
    let (mut cursors, mut rows) = (BTreeMap::new(), Vec::new());
    loop {
        let asked = body(phone, &cursors)?;
        let answer: PullResponse = connection.post(&phone.token, "/v1/pull", &asked).await?.json()?;
        let more = answer.buckets.iter().any(|page| page.more);
        for page in answer.buckets {
            for row in page.rows {
                rows.push(serde_json::to_vec(&row.data)?);
            }
            cursors.insert(page.id, page.to);
        }
        if !more {
            return Ok(rows);
        }
    }
}
