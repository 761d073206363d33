//! Pulling as a phone does: page after page, decompressed and read.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::Bucket;
use domain::protocol::{PROTO, PullRequest, PullResponse};

use crate::client::Connection;
use crate::fault::Fault;
use crate::phone::{Phone, packed};

/// Where a phone stands in each bucket.
pub(crate) type Cursors = BTreeMap<Bucket, u64>;

/// What a pull to the end brought.
pub(crate) struct Pulled {
    pub(crate) rows: usize,
    /// From each request to its whole answer, added up.
    pub(crate) seconds: f64,
    pub(crate) cursors: Cursors,
}

/// The body of one pull.
pub(crate) fn body(phone: &Phone, cursors: &Cursors) -> Result<Vec<u8>, Fault> {
    let request = PullRequest {
        proto: PROTO,
        bundle_key: false,
        epoch: phone.epoch,
        device: phone.device,
        cursors: cursors.clone(),
        max_bytes: None,
        seen: None,
        announce: None,
        check: false,
        profile: None,
    };
    packed(&serde_json::to_vec(&request)?)
}

/// Pulls from `cursors` until nothing is left.
pub(crate) async fn to_the_end(
    connection: &mut Connection,
    phone: &Phone,
    mut cursors: Cursors,
) -> Result<Pulled, Fault> {
    let (mut rows, mut seconds) = (0, 0.0);
    loop {
        let asked = body(phone, &cursors)?;
        let began = Instant::now();
        let answer = connection.post(&phone.token, "/v1/pull", &asked).await?;
        seconds += began.elapsed().as_secs_f64();
        let answer: PullResponse = answer.json()?;
        let more = answer.buckets.iter().any(|page| page.more);
        for page in answer.buckets {
            rows += page.rows.len();
            cursors.insert(page.id, page.to);
        }
        if !more {
            return Ok(Pulled { rows, seconds, cursors });
        }
    }
}
