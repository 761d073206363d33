//! What a phone is handed: the latest rows of its buckets, from its cursors, out of one snapshot.

use domain::protocol::{BucketPage, PullRequest, PullResponse, Row, Tombstone, profile_hash};
use domain::{Bucket, Epoch, ReceivedAt};
use serde_json::Value;

use crate::rows;
use crate::store::devices::DeviceRecord;
use crate::store::{StoreError, Tx, areas, bucket_rows, buckets, profiles, streets};

/// At most this many rows in one answer.
pub const MAX_ROWS: usize = 1000;
/// At most this many bytes in one answer, before compression.
pub const MAX_BYTES: usize = 1024 * 1024;

/// What is left of an answer's size.
struct Room {
    rows: usize,
    bytes: usize,
}

/// Puts an answer together.
///
/// # Errors
/// What the engine reports.
pub fn answer(
    tx: &Tx<'_>,
    epoch: Epoch,
    device: &DeviceRecord,
    request: &PullRequest,
    now: ReceivedAt,
) -> Result<PullResponse, StoreError> {
    let street_rev = streets::rev(tx, &device.street)?;
    let scope = areas::phone_scope(tx, &device.street, device.user, now)?;
    let wanted = request
        .max_bytes
        .map_or(MAX_BYTES, |bytes| usize::try_from(bytes).unwrap_or(MAX_BYTES));
    let mut room = Room {
        rows: MAX_ROWS,
        bytes: wanted.min(MAX_BYTES),
    };
    let mut buckets = Vec::with_capacity(scope.len());
    for bucket in &scope {
        let cursor = request
            .cursors
            .get(bucket)
            .copied()
            .filter(|_| request.epoch == Some(epoch))
            .unwrap_or(0);
        buckets.push(page(tx, device, bucket, cursor, street_rev, request.check, &mut room)?);
    }
    let profile = profiles::of(tx, &device.street, device.user, now)?
        .filter(|profile| request.profile.as_ref() != Some(&profile_hash(profile)));
    Ok(PullResponse {
        epoch,
        bundle_key: None,
        sig: None,
        server_ms: now.0,
        street_rev,
        durable_rev: streets::durable_rev(tx, &device.street)?,
        profile,
        scope,
        buckets,
        next_after_ms: None,
    })
}

/// A cursor of 0, from the future, or older than the tombstones that were kept begins again.
fn page(
    tx: &Tx<'_>,
    device: &DeviceRecord,
    bucket: &Bucket,
    cursor: u64,
    street_rev: u64,
    check: bool,
    room: &mut Room,
) -> Result<BucketPage, StoreError> {
    let mut page = BucketPage {
        id: bucket.clone(),
        reset: false,
        to: cursor,
        more: true,
        rows: Vec::new(),
        gone: Vec::new(),
        digest: None,
    };
    if room.rows == 0 || room.bytes == 0 {
        // An unfinished answer says so for every bucket it did not reach; a cursor from the future stays wrong till then.
        return Ok(page);
    }
    let again = cursor == 0 || cursor > street_rev || cursor < buckets::min_rev(tx, &device.street, bucket)?;
    page.reset = again;
    page.to = if again { 0 } else { cursor };
    let members = bucket_rows::after(tx, &device.street, bucket, page.to, again, room.rows + 1)?;
    page.more = false;
    for member in members {
        if room.rows == 0 || room.bytes == 0 {
            page.more = true;
            return Ok(page);
        }
        page.to = member.rev;
        room.rows -= 1;
        room.bytes = room.bytes.saturating_sub(put(tx, device, member, &mut page)?);
    }
    page.to = street_rev;
    if check || page.reset || !page.rows.is_empty() || !page.gone.is_empty() {
        page.digest = Some(buckets::digest(tx, &device.street, bucket)?);
    }
    Ok(page)
}

/// Adds a member to a page; returns about how many bytes it takes.
fn put(
    tx: &Tx<'_>,
    device: &DeviceRecord,
    member: bucket_rows::Member,
    page: &mut BucketPage,
) -> Result<usize, StoreError> {
    let body = if member.gone {
        None
    } else {
        rows::body(tx, &device.street, device.user, member.kind, &member.id)?
    };
    let Some(data) = body else {
        page.gone.push(Tombstone {
            kind: member.kind,
            id: member.id,
            rev: member.rev,
        });
        return Ok(80);
    };
    let size = weight(&data) + 100;
    page.rows.push(Row {
        kind: member.kind,
        id: member.id,
        rev: member.rev,
        data,
    });
    Ok(size)
}

/// About how many bytes a value takes as JSON.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| weight(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields
                .iter()
                .map(|(key, field)| key.len() + 4 + weight(field))
                .sum::<usize>()
                + 2
        }
    }
}
