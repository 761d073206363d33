//! How things stand: the word of each record and photo, from the outbox and what the engine knows.

use std::collections::HashMap;

use domain::protocol::ErrorCode;
use domain::{CapturedAt, PhotoFile, PhotoManifest, Sha256Hex};

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
        self.photo_view(manifest, (word, why), &[])
    }

    /// A photo that the server told of.
    pub(crate) fn told_photo(&self, manifest: &PhotoManifest, stored: &[Sha256Hex]) -> PhotoView {
        let told = told(std::slice::from_ref(manifest), stored);
        self.photo_view(manifest, told, stored)
    }

    fn photo_view(&self, manifest: &PhotoManifest, (word, why): (Word, WordReason), stored: &[Sha256Hex]) -> PhotoView {
        PhotoView {
            role: manifest.role,
            word,
            why,
            preview_url: self.shown_url(manifest.preview.as_ref(), stored),
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
        let of = |hash: &Sha256Hex| files.iter().find(|file| file.sha256 == *hash);
        // What this phone was never told of as stored is not stored.
        let uprights: Vec<&PhotoFile> = photos.iter().filter_map(|manifest| manifest.upright.as_ref()).collect();
        let waiting: Vec<Option<&Kept>> = uprights
            .iter()
            .map(|file| of(&file.sha256))
            .filter(|file| file.is_none_or(|file| file.state != FileState::Stored && !file.lost))
            .collect();
        let kept: Vec<&Kept> = waiting.iter().flatten().copied().collect();
        word(&Standing {
            answer: answer(row),
            undecodable: photos.iter().any(|manifest| manifest.upright.is_none()),
            lost: uprights
                .iter()
                .any(|file| of(&file.sha256).is_some_and(|file| file.lost)),
            photos_waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            copied: row.copied
                && uprights
                    .iter()
                    .all(|file| of(&file.sha256).is_some_and(|file| file.copied)),
            facts: self.facts(),
            photos: self.photos(&kept),
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

/// The word of a record that the server told of, whoever made it: it is there, and its photos are as far as `stored` says.
/// Of a photo without an upright the original counts.
pub(crate) fn told(photos: &[PhotoManifest], stored: &[Sha256Hex]) -> (Word, WordReason) {
    let waiting = photos.iter().filter(|manifest| !is_stored(manifest, stored)).count();
    word(&Standing {
        answer: Answer::Final,
        undecodable: false,
        lost: false,
        photos_waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        copied: false,
        facts: Traffic::Moving,
        photos: Traffic::Elsewhere,
    })
}

fn is_stored(manifest: &PhotoManifest, stored: &[Sha256Hex]) -> bool {
    let shown = manifest.upright.as_ref().or(manifest.original.as_ref());
    shown.is_some_and(|file| stored.contains(&file.sha256))
}

#[cfg(test)]
mod tests {
    use domain::PhotoRole;

    use super::*;
    use crate::view::ReasonCode;

    fn file(letter: &str) -> PhotoFile {
        PhotoFile {
            sha256: Sha256Hex(letter.repeat(64)),
            size: 1,
            width: 1,
            height: 1,
            mime: "image/jpeg".to_owned(),
        }
    }

    fn photo(upright: Option<&str>, original: Option<&str>) -> PhotoManifest {
        PhotoManifest {
            role: PhotoRole::Wide,
            upright: upright.map(file),
            preview: upright.map(|_| file("9")),
            original: original.map(file),
            taken_at: None,
            position: None,
            flags: Vec::new(),
        }
    }

    #[test]
    fn a_colleagues_record_is_delivered_only_when_the_server_holds_every_photo() {
        let photos = [photo(Some("a"), None), photo(None, Some("b"))];
        let hashes = |letters: &[&str]| -> Vec<Sha256Hex> { letters.iter().map(|one| file(one).sha256).collect() };
        let table = [
            (&[][..], Word::OnPhone, 2),
            (&["9"][..], Word::OnPhone, 2),
            (&["a", "9"][..], Word::OnPhone, 1),
            (&["b"][..], Word::OnPhone, 1),
            (&["a", "b"][..], Word::Delivered, 0),
        ];
        for (stored, expected, waiting) in table {
            let (word, why) = told(&photos, &hashes(stored));
            assert_eq!((word, why.photos_waiting), (expected, waiting), "{stored:?}");
            let reason = if waiting == 0 {
                ReasonCode::Arrived
            } else {
                ReasonCode::Elsewhere
            };
            assert!(why.facts_delivered && why.code == reason);
        }
        assert_eq!(told(&[], &[]).0, Word::Delivered);
    }
}
