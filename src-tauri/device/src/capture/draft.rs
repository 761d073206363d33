//! Drafts: on disk from the first moment, changed whole, gone only when saved or thrown away.

use domain::protocol::WireError;
use domain::{CapturedAt, Channel, ErrorCode, PhotoManifest, PhotoRole, Sha256Hex, Source, VisitOutcome, VisitReason};

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::draft;
use crate::view::{Draft, DraftEdit, DraftKind, DraftPhoto, NewDraft, ReportDraft, VisitDraft};

impl Device {
    /// Opens a draft; it is on disk before this returns.
    ///
    /// # Errors
    /// `bad_request` for a visit without a household; what the phone's storage refuses.
    pub fn open_draft(&self, new: NewDraft) -> std::result::Result<Draft, WireError> {
        if new.kind == DraftKind::Visit && new.household.is_none() {
            return Err(ErrorCode::BadRequest.into());
        }
        let now = self.now();
        let draft = Draft {
            id: self.ports.ids.time_ordered(now.millis()).to_string(),
            kind: new.kind,
            household: new.household,
            updated_at: now,
            report: (new.kind == DraftKind::Report).then(empty_report),
            visit: (new.kind == DraftKind::Visit).then(|| empty_visit(now)),
            photos: Vec::new(),
        };
        self.keep_draft(&draft)?;
        Ok(draft)
    }

    /// One draft.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get_draft(&self, id: &str) -> std::result::Result<Draft, WireError> {
        Ok(self.draft(id)?)
    }

    pub(crate) fn draft(&self, id: &str) -> Result<Draft> {
        self.store
            .outbox(|outbox| draft::get(outbox, id))?
            .ok_or_else(not_found)
    }

    /// Every draft, last changed first.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn list_drafts(&self) -> std::result::Result<Vec<Draft>, WireError> {
        Ok(self.store.outbox(draft::list)?)
    }

    /// Throws a draft away. Its photo files are removed a day later. One that is not there is no error.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn discard_draft(&self, id: &str) -> std::result::Result<(), WireError> {
        self.store.write_outbox(|tx| draft::remove(tx, id))?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(())
    }

    /// Keeps a change. Photos are added and removed by their own commands and stay as they are.
    ///
    /// # Errors
    /// `not_found`; `bad_request` when a report's body comes for a visit.
    pub fn save_draft(&self, edit: DraftEdit) -> std::result::Result<Draft, WireError> {
        Ok(self.change_draft(&edit.id, |draft| {
            match (draft.kind, edit.report, edit.visit) {
                (DraftKind::Report, Some(report), None) => draft.report = Some(report),
                (DraftKind::Visit, None, Some(visit)) => draft.visit = Some(visit),
                (DraftKind::Report | DraftKind::Visit, _, _) => return Err(Failure::from(ErrorCode::BadRequest)),
            }
            Ok(())
        })?)
    }

    /// Takes an uploaded picture as a photo of the draft. Its copies are made and everything is on disk when this
    /// returns. A picture that cannot be decoded here is kept as its original and flagged.
    ///
    /// # Errors
    /// `not_found`, `photo_empty`, `photo_not_an_image`, `photo_too_many_pixels`, `photo_damaged`, `too_large`,
    /// `phone_full`, `phone_write`. The draft stays as it was.
    pub fn add_photo(&self, id: &str, upload: &str, role: PhotoRole) -> std::result::Result<Draft, WireError> {
        self.draft(id)?;
        let (upload, bytes) = self.take_picture(upload)?;
        let manifest = self.keep_photo(&upload.name, &bytes, role)?;
        let added = self.draft_photo(manifest)?;
        Ok(self.change_draft(id, |draft| {
            draft.photos.retain(|photo| photo.id != added.id);
            draft.photos.push(added);
            Ok(())
        })?)
    }

    /// Takes a photo away from the draft.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove_photo(&self, id: &str, photo: &Sha256Hex) -> std::result::Result<Draft, WireError> {
        Ok(self.change_draft(id, |draft| {
            draft.photos.retain(|kept| kept.id != *photo);
            Ok(())
        })?)
    }

    fn change_draft(&self, id: &str, change: impl FnOnce(&mut Draft) -> Result<()>) -> Result<Draft> {
        let now = self.now();
        let changed = self.store.write_outbox(|tx| {
            let mut found = draft::get(tx, id)?.ok_or_else(not_found)?;
            change(&mut found)?;
            found.updated_at = now;
            draft::put(tx, &found)?;
            Ok(found)
        })?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(changed)
    }

    fn keep_draft(&self, new: &Draft) -> Result<()> {
        self.store.write_outbox(|tx| draft::put(tx, new))?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(())
    }

    fn draft_photo(&self, manifest: PhotoManifest) -> Result<DraftPhoto> {
        let named = manifest.upright.as_ref().or(manifest.original.as_ref());
        let id = named
            .ok_or_else(|| Failure::from(ErrorCode::PhotoDamaged))?
            .sha256
            .clone();
        Ok(DraftPhoto {
            id,
            role: manifest.role,
            url: self.photo_url(manifest.upright.as_ref()),
            manifest,
        })
    }
}

fn empty_report() -> ReportDraft {
    ReportDraft {
        category: None,
        answer: None,
        text: String::new(),
        pin: None,
        fix: None,
        grid: None,
        address: None,
        no_photo_reason: None,
        source: Source::Patrol,
        photos_on_mobile: false,
    }
}

fn empty_visit(now: CapturedAt) -> VisitDraft {
    VisitDraft {
        channel: Channel::Home,
        reason: VisitReason::Routine,
        started_at: now,
        outcome: VisitOutcome::Met,
        condition: None,
        facts: String::new(),
        needs: Vec::new(),
        promises: Vec::new(),
        reflection: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, jpeg};

    #[test]
    fn a_draft_survives_a_kill_after_every_change() {
        let mut world = World::new();
        let draft = world.open_report();
        let text = ReportDraft {
            text: "wire on the pavement".to_owned(),
            ..empty_report()
        };
        world
            .device
            .save_draft(DraftEdit {
                id: draft.id.clone(),
                report: Some(text.clone()),
                visit: None,
            })
            .unwrap();
        world.restart();
        assert_eq!(world.device.get_draft(&draft.id).unwrap().report, Some(text));
    }

    #[test]
    fn a_photo_is_on_disk_with_its_copies_when_adding_returns() {
        let mut world = World::new();
        let draft = world.open_report();
        let with = world.add_photo(&draft.id, "a.jpg", &jpeg(1));
        world.restart();
        let kept = world.device.get_draft(&draft.id).unwrap();
        assert_eq!(kept.photos, with.photos);
        for (_, file) in kept.photos[0].manifest.files() {
            let (bytes, _) = world.device.photo_file(&file.sha256).unwrap();
            assert_eq!(bytes.len() as u64, file.size);
        }
    }

    #[test]
    fn a_picture_that_cannot_be_decoded_is_kept_and_flagged() {
        let world = World::new();
        let draft = world.open_report();
        let heic = [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 64]].concat();
        let with = world.add_photo(&draft.id, "a.heic", &heic);
        let manifest = &with.photos[0].manifest;
        assert!(manifest.upright.is_none() && manifest.flags.contains(&domain::PhotoFlag::Undecodable));
        let original = manifest.original.as_ref().unwrap();
        assert_eq!(world.device.photo_file(&original.sha256).unwrap().0, heic);
        assert_eq!(with.photos[0].url, None);
    }

    #[test]
    fn a_full_phone_keeps_the_draft_as_it_was() {
        let world = World::new();
        let draft = world.open_report();
        let upload = world.upload("a.jpg", &jpeg(1));
        world.files.fill_disk(true);
        let error = world.device.add_photo(&draft.id, &upload, PhotoRole::Wide).unwrap_err();
        assert_eq!(error.code, ErrorCode::PhoneFull);
        world.files.fill_disk(false);
        assert_eq!(world.device.get_draft(&draft.id).unwrap().photos, []);
        assert_eq!(world.add_photo(&draft.id, "a.jpg", &jpeg(1)).photos.len(), 1);
    }

    #[test]
    fn a_file_that_is_no_picture_is_refused_and_the_draft_stays() {
        let world = World::new();
        let draft = world.open_report();
        let upload = world.upload("a.jpg", b"this is text");
        let error = world.device.add_photo(&draft.id, &upload, PhotoRole::Wide).unwrap_err();
        assert_eq!(error.code, ErrorCode::PhotoNotAnImage);
        assert!(world.device.get_draft(&draft.id).is_ok());
    }

    #[test]
    fn the_same_photo_twice_is_one_photo() {
        let world = World::new();
        let draft = world.open_report();
        world.add_photo(&draft.id, "a.jpg", &jpeg(1));
        assert_eq!(world.add_photo(&draft.id, "b.jpg", &jpeg(1)).photos.len(), 1);
    }

    #[test]
    fn a_body_of_the_other_kind_is_refused() {
        let world = World::new();
        let draft = world.open_report();
        let edit = DraftEdit {
            id: draft.id,
            report: None,
            visit: Some(empty_visit(CapturedAt(0))),
        };
        assert_eq!(world.device.save_draft(edit).unwrap_err().code, ErrorCode::BadRequest);
    }
}
