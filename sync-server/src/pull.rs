//! What a phone is handed: the latest rows of its buckets, from its cursors, out of one snapshot.

use domain::protocol::{BucketPage, PullRequest, PullResponse, Row, RowBody, Tombstone, profile_hash};
use domain::{Bucket, Epoch, ReceivedAt};

use crate::rows;
use crate::store::bucket_rows::{self, Member};
use crate::store::devices::DeviceRecord;
use crate::store::{StoreError, Tx, areas, buckets, profiles, streets};

/// At most this many rows in one answer.
pub const MAX_ROWS: usize = 1000;
/// At most this many bytes in one answer, before compression.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A row of unknown size is taken for this many bytes.
const TYPICAL_ROW: usize = 2_000;
/// What a row takes beside its body: kind, name, revision. So much is counted for a tombstone, which has nothing else.
const FRAME: usize = 100;

/// What is left of an answer's size.
struct Room {
    rows: usize,
    bytes: usize,
    /// What the rows read last took on average, in bytes.
    row_bytes: usize,
}

impl Room {
    fn is_full(&self) -> bool {
        self.rows == 0 || self.bytes == 0
    }

    /// About how many rows still go in; one at least.
    fn fitting(&self) -> usize {
        self.rows.min(self.bytes / self.row_bytes + 1)
    }

    fn take(&mut self, bytes: usize) {
        self.rows -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
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
        row_bytes: TYPICAL_ROW,
    };
    let standing = buckets::standing(tx, &device.street, &scope)?;
    let mut buckets = Vec::with_capacity(scope.len());
    for bucket in &scope {
        let cursor = request
            .cursors
            .get(bucket)
            .copied()
            .filter(|_| request.epoch == Some(epoch))
            .unwrap_or(0);
        let standing = standing.get(bucket).copied().unwrap_or_default();
        let question = Question {
            bucket,
            standing,
            cursor,
            street_rev,
            check: request.check,
        };
        buckets.push(question.page(tx, device, &mut room)?);
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

/// What a phone asks of one bucket.
struct Question<'q> {
    bucket: &'q Bucket,
    standing: buckets::Standing,
    cursor: u64,
    street_rev: u64,
    check: bool,
}

impl Question<'_> {
    /// True where tombstones after this cursor were forgotten.
    fn may_have_missed(&self) -> bool {
        self.cursor < self.standing.min_rev
    }

    /// A cursor of 0, from the future, or older than the tombstones that were kept begins again. Not one among the rows that
    /// are here: a first fill stops there from page to page, and would never end. What an old phone missed at such a
    /// place, the digest tells.
    fn begins_again(&self, tx: &Tx<'_>, device: &DeviceRecord) -> Result<bool, StoreError> {
        if self.cursor == 0 || self.cursor > self.street_rev {
            return Ok(true);
        }
        if !self.may_have_missed() {
            return Ok(false);
        }
        let oldest = bucket_rows::after(tx, &device.street, self.bucket, 0, true, 1)?;
        Ok(oldest.first().is_none_or(|row| self.cursor < row.rev))
    }

    fn page(&self, tx: &Tx<'_>, device: &DeviceRecord, room: &mut Room) -> Result<BucketPage, StoreError> {
        let mut page = BucketPage {
            id: self.bucket.clone(),
            reset: false,
            to: self.cursor,
            more: true,
            rows: Vec::new(),
            gone: Vec::new(),
            digest: None,
        };
        if room.is_full() {
            // An unfinished answer says so for every bucket it did not reach; a cursor from the future stays wrong till then.
            return Ok(page);
        }
        page.reset = self.begins_again(tx, device)?;
        page.to = if page.reset { 0 } else { self.cursor };
        while page.to < self.standing.newest {
            if room.is_full() {
                return Ok(page);
            }
            let limit = room.fitting();
            let members = bucket_rows::after(tx, &device.street, self.bucket, page.to, page.reset, limit)?;
            let last = members.len() < limit;
            if fill(tx, device, members, &mut page, room)? && last {
                break;
            }
        }
        page.more = false;
        page.to = self.street_rev;
        if self.check || page.reset || self.may_have_missed() || !page.rows.is_empty() || !page.gone.is_empty() {
            page.digest = Some(self.standing.digest(tx, &device.street, self.bucket)?);
        }
        Ok(page)
    }
}

/// Adds members to a page while there is room; returns whether all went in.
fn fill(
    tx: &Tx<'_>,
    device: &DeviceRecord,
    members: Vec<Member>,
    page: &mut BucketPage,
    room: &mut Room,
) -> Result<bool, StoreError> {
    let present = members.iter().filter(|member| !member.gone);
    let named = present.map(|member| (member.kind, member.id.as_str()));
    let mut bodies = rows::bodies(tx, &device.street, device.user, named)?;
    if let Some(bytes) = bodies.values().map(size).sum::<usize>().checked_div(bodies.len()) {
        room.row_bytes = bytes;
    }
    for member in members {
        if room.is_full() {
            return Ok(false);
        }
        page.to = member.rev;
        let Member { kind, id, rev, .. } = member;
        match bodies.remove(&(kind, id.clone())) {
            Some(data) => {
                room.take(size(&data));
                page.rows.push(Row { kind, id, rev, data });
            }
            None => {
                room.take(FRAME);
                page.gone.push(Tombstone { kind, id, rev });
            }
        }
    }
    Ok(true)
}

/// About how many bytes a row takes.
fn size(data: &RowBody) -> usize {
    data.text().len() + FRAME
}
