//! Where the rows of a phone differ from the street's: digests below prefixes, then the rows themselves.

use std::collections::BTreeSet;

use domain::protocol::{CompareRequest, CompareResponse, Parts, Row, parts, row_place};
use domain::{Bucket, Epoch, ErrorCode, ReceivedAt};

use crate::store::devices::DeviceRecord;
use crate::store::{Tx, areas, buckets};
use crate::{Outcome, rows};

/// At most this many rows in one answer; a phone asks on with the prefixes that are left.
pub const MAX_ROWS: usize = 1000;

/// Answers a comparison.
///
/// # Errors
/// [`ErrorCode::NotFound`] for a bucket the phone may not see, [`ErrorCode::BadRequest`] for a prefix that is none,
/// [`ErrorCode::TooLarge`] when more rows lie below the prefixes than one answer holds, or what the engine reports.
pub fn answer(
    tx: &Tx<'_>,
    epoch: Epoch,
    device: &DeviceRecord,
    request: &CompareRequest,
    now: ReceivedAt,
) -> Outcome<CompareResponse> {
    let mut answer = CompareResponse {
        epoch,
        parts: Parts::new(),
        rows: Vec::new(),
    };
    if !request.prefixes.iter().all(|prefix| is_prefix(prefix)) {
        return Err(ErrorCode::BadRequest.into());
    }
    if !areas::phone_scope(tx, &device.street, device.user, now)?.contains(&request.bucket) {
        return Err(ErrorCode::NotFound.into());
    }
    if request.epoch != Some(epoch) {
        return Ok(answer);
    }
    if request.rows {
        answer.rows = below(tx, device, &request.bucket, &request.prefixes)?;
    } else {
        let present = buckets::present(tx, &device.street, &request.bucket)?;
        let prefixes = request.prefixes.iter().map(String::as_str).collect();
        let rows = present.iter().map(|(kind, id, rev)| (*kind, id.as_str(), *rev));
        answer.parts = parts(&prefixes, rows);
    }
    Ok(answer)
}

fn below(tx: &Tx<'_>, device: &DeviceRecord, bucket: &Bucket, prefixes: &[String]) -> Outcome<Vec<Row>> {
    let mut members = buckets::present(tx, &device.street, bucket)?;
    let prefixes: BTreeSet<&str> = prefixes.iter().map(String::as_str).collect();
    members.retain(|(kind, id, _)| {
        let place = row_place(*kind, id);
        [0, 2, 4]
            .into_iter()
            .any(|length| place.get(..length).is_some_and(|above| prefixes.contains(above)))
    });
    if members.len() > MAX_ROWS {
        return Err(ErrorCode::TooLarge.into());
    }
    let named = members.iter().map(|(kind, id, _)| (*kind, id.as_str()));
    let mut bodies = rows::bodies(tx, &device.street, device.user, named)?;
    let found = members.into_iter().filter_map(|(kind, id, rev)| {
        let data = bodies.remove(&(kind, id.clone()))?;
        Some(Row { kind, id, rev, data })
    });
    Ok(found.collect())
}

fn is_prefix(text: &str) -> bool {
    matches!(text.len(), 0 | 2 | 4) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
