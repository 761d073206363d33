//! A phone as the server knows it: its name, its token and what it pushes.

use domain::protocol::{Announcement, Mutation, PROTO, PushRequest, kind};
use domain::{DeviceId, Epoch, GridId, MutationId, Report, UserId};

use crate::fault::Fault;
use crate::reports::{Ids, Texts};

/// When the first report was captured: an instant long after the app was built.
const FIRST_MS: i64 = 1_784_326_200_000;

/// A phone that has reports to push.
#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) token: String,
    pub(crate) grid: GridId,
    pub(crate) epoch: Option<Epoch>,
    ids: Ids,
    pushed: usize,
}

impl Phone {
    /// The `n`th phone of the street, whose worker has `grid`.
    pub(crate) fn new(n: u64, grid: GridId) -> Self {
        let mut ids = Ids::from(n + 1);
        let token: String = ids.bytes(43).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
        Self {
            device: DeviceId(ids.time_ordered(FIRST_MS)),
            user: UserId(ids.time_ordered(FIRST_MS)),
            token,
            grid,
            epoch: None,
            ids,
            pushed: 0,
        }
    }

    /// The next `count` reports, as they stand in the outbox; all of them leave with [`Phone::push_of`].
    pub(crate) fn capture(&mut self, texts: &Texts, count: usize) -> Vec<Report> {
        let numbers = self.pushed..self.pushed + count;
        numbers
            .filter_map(|n| {
                let at_ms = FIRST_MS + i64::try_from(n).unwrap_or(0) * 61_813;
                texts.report(n, &self.grid, at_ms, &mut self.ids)
            })
            .collect()
    }

    /// The push of these reports, numbered after the last.
    pub(crate) fn push_of(&mut self, reports: &[Report]) -> Result<PushRequest, Fault> {
        let mut mutations = Vec::with_capacity(reports.len());
        for report in reports {
            self.pushed += 1;
            let wall_ms = report.captured_at.millis();
            mutations.push(Mutation {
                id: MutationId(self.ids.time_ordered(wall_ms)),
                seq: self.pushed as u64,
                kind: kind::REPORT_CREATE.to_owned(),
                v: 1,
                entity: report.id.0,
                author: self.user,
                wall_ms,
                server_est_ms: Some(wall_ms + 311),
                body: serde_json::to_value(report)?,
            });
        }
        Ok(PushRequest {
            proto: PROTO,
            epoch: self.epoch,
            device: self.device,
            seen: None,
            announce: Some(announcement(reports.len())),
            mutations,
        })
    }

    /// Leaves out `count` reports, as if they had been pushed before.
    pub(crate) fn skip(&mut self, count: usize) {
        self.pushed += count;
    }

    /// The next push of `count` reports, as its bytes on the wire.
    pub(crate) fn next_push(&mut self, texts: &Texts, count: usize) -> Result<Vec<u8>, Fault> {
        let reports = self.capture(texts, count);
        packed(&serde_json::to_vec(&self.push_of(&reports)?)?)
    }
}

/// A body as the phone compresses it once it has met the server.
pub(crate) fn packed(json: &[u8]) -> Result<Vec<u8>, Fault> {
    device::packing::pack(json, true)?.ok_or(Fault::Client)
}

/// What a phone says of itself with every request.
pub(crate) fn announcement(unsent: usize) -> Announcement {
    Announcement {
        signed_in: None,
        unsent: u32::try_from(unsent).unwrap_or(u32::MAX),
        photos_unsent: u32::try_from(unsent * 2).unwrap_or(u32::MAX),
        oldest_unsent_ms: (unsent > 0).then_some(48_211),
        free_bytes: Some(21_474_836_480),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Announcement::default()
    }
}
