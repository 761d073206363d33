//! How things stand: the word of each record and photo, from the outbox and what the engine knows.

use std::collections::HashMap;

use domain::protocol::ErrorCode;
use domain::{CapturedAt, PhotoCopy, PhotoManifest, Sha256Hex};

use crate::device::Device;
use crate::failure::Result;
use crate::store::mutation::{MutationState, Stored};
use crate::store::photo_file::{FileState, Kept};
use crate::sync::{Allowance, Lane, Lanes, lane_of};
use crate::view::{NetworkKind, PhotoView, Word, WordReason};
use crate::words::{Answer, Standing, Traffic, word};

/// What keeps things from travelling at this moment.
pub(crate) struct Outlook {
    blocked: Option<Traffic>,
    allowance: Allowance,
    lanes: Lanes,
    pauses: HashMap<Sha256Hex, i64>,
    last_error: Option<ErrorCode>,
    mono: i64,
    wall: i64,
}

impl Device {
    pub(crate) fn outlook(&self) -> Result<Outlook> {
        let allowance = self.allowance()?;
        let identity = self.identity()?;
        let memory = self.engine.memory();
        let blocked = if identity.is_none() {
            Some(Traffic::NotEnrolled)
        } else if identity.is_some_and(|identity| identity.revoked) {
            Some(Traffic::Revoked)
        } else if !allowance.switched_on {
            Some(Traffic::SwitchedOff)
        } else if allowance.network.kind == NetworkKind::None && !memory.reachable {
            Some(Traffic::NoNetwork)
        } else {
            None
        };
        Ok(Outlook {
            blocked,
            allowance,
            lanes: memory.lanes.clone(),
            pauses: memory
                .pauses
                .iter()
                .map(|(hash, pause)| (hash.clone(), pause.not_before))
                .collect(),
            last_error: memory.last_error,
            mono: self.ports.clock.mono_ms(),
            wall: self.ports.clock.wall_ms(),
        })
    }

    /// A photo of a record of this phone.
    pub(crate) fn own_photo(
        &self,
        outlook: &Outlook,
        row: &Stored,
        files: &[Kept],
        manifest: &PhotoManifest,
    ) -> PhotoView {
        let (word, why) = outlook.of_photos(row, files, std::slice::from_ref(manifest));
        self.photo_view(manifest, word, why)
    }

    pub(crate) fn photo_view(&self, manifest: &PhotoManifest, word: Word, why: WordReason) -> PhotoView {
        PhotoView {
            role: manifest.role,
            word,
            why,
            preview_url: self.photo_url(manifest.preview.as_ref()),
            url: self.photo_url(manifest.upright.as_ref()),
            manifest: manifest.clone(),
        }
    }
}

impl Outlook {
    /// The word of a record with all its photos.
    pub(crate) fn of_record(&self, row: &Stored, files: &[Kept], photos: &[PhotoManifest]) -> (Word, WordReason) {
        self.of_photos(row, files, photos)
    }

    fn of_photos(&self, row: &Stored, files: &[Kept], photos: &[PhotoManifest]) -> (Word, WordReason) {
        let uprights = photos.iter().filter_map(|manifest| manifest.upright.as_ref());
        let of = |hash: &Sha256Hex| {
            files
                .iter()
                .find(|file| file.sha256 == *hash && file.copy == PhotoCopy::Upright)
        };
        let waiting: Vec<&Kept> = uprights
            .filter_map(|file| of(&file.sha256))
            .filter(|file| file.state != FileState::Stored)
            .collect();
        word(&Standing {
            answer: answer(row),
            undecodable: photos.iter().any(|manifest| manifest.upright.is_none()),
            photos_waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            facts: self.facts(),
            photos: self.photos(&waiting),
        })
    }

    /// What keeps records.
    pub(crate) fn facts(&self) -> Traffic {
        self.blocked
            .unwrap_or_else(|| self.retry(self.lanes.get(Lane::Facts).not_before))
    }

    /// What keeps photos. The best of them counts: one that moves makes the record move.
    fn photos(&self, waiting: &[&Kept]) -> Traffic {
        if let Some(blocked) = self.blocked {
            return blocked;
        }
        let allowed: Vec<_> = waiting.iter().filter(|file| self.allowance.lets(file)).collect();
        let due = |file: &&&Kept| {
            let lane = if file.state == FileState::Local {
                Lane::Previews
            } else {
                lane_of(file.copy)
            };
            self.lanes
                .get(lane)
                .not_before
                .max(self.pauses.get(&file.sha256).copied().unwrap_or(0))
        };
        allowed
            .iter()
            .map(due)
            .min()
            .map_or(Traffic::WaitingForWifi, |at| self.retry(at))
    }

    fn retry(&self, not_before: i64) -> Traffic {
        if not_before <= self.mono {
            return Traffic::Moving;
        }
        Traffic::Retry {
            at: CapturedAt(self.wall + not_before - self.mono),
            error: self.last_error,
        }
    }
}

fn answer(row: &Stored) -> Answer {
    let code = row.error().unwrap_or(ErrorCode::Internal);
    match row.state {
        MutationState::Pending => Answer::None,
        MutationState::Final => Answer::Final,
        MutationState::Rejected => Answer::Rejected(code),
        MutationState::Parked => Answer::Parked(code),
    }
}

/// The word of something that is on the server.
pub(crate) fn arrived() -> (Word, WordReason) {
    word(&Standing {
        answer: Answer::Final,
        undecodable: false,
        photos_waiting: 0,
        facts: Traffic::Moving,
        photos: Traffic::Moving,
    })
}
