//! Drafts: on disk from the first moment, changed whole, gone only when saved or thrown away.

use domain::protocol::WireError;
use domain::{
    CapturedAt, Channel, ErrorCode, PhotoManifest, PhotoRole, ReportId, Sha256Hex, Source, UserId, VisitOutcome,
    VisitReason,
};

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::store::draft;
use crate::view::{Draft, DraftEdit, DraftKind, DraftPhoto, NewDraft, NoteDraft, ReportDraft, VisitDraft};

impl Device {
    /// Opens a draft; it is on disk before this returns. A report has one open note and one open withdrawal at a time: asked
    /// again, it is the same one.
    ///
    /// # Errors
    /// `bad_request` for a visit without a household, and for a note or withdrawal without its report; what the phone's storage refuses.
    pub fn open_draft(&self, new: NewDraft) -> std::result::Result<Draft, WireError> {
        let on_a_report = matches!(new.kind, DraftKind::Note | DraftKind::Withdrawal);
        if (new.kind == DraftKind::Visit && new.household.is_none()) || (on_a_report && new.about.is_none()) {
            return Err(ErrorCode::BadRequest.into());
        }
        if on_a_report && let Some(begun) = self.about(new.kind, new.about)? {
            return Ok(begun);
        }
        let now = self.now();
        let draft = Draft {
            id: self.ports.ids.time_ordered(now.millis()).to_string(),
            kind: new.kind,
            author: self.me()?,
            replaces: None,
            household: new.household,
            about: new.about,
            updated_at: now,
            report: (new.kind == DraftKind::Report).then(empty_report),
            visit: (new.kind == DraftKind::Visit).then(|| empty_visit(now)),
            note: on_a_report.then(NoteDraft::default),
            photos: Vec::new(),
        };
        self.keep_draft(&draft)?;
        Ok(draft)
    }

    /// The open note or withdrawal of a report.
    pub(crate) fn about(&self, kind: DraftKind, report: Option<ReportId>) -> Result<Option<Draft>> {
        let mut own = self.own_drafts()?.into_iter();
        Ok(own.find(|draft| draft.kind == kind && draft.about == report))
    }

    /// One draft of the person signed in.
    ///
    /// # Errors
    /// `not_found`; `households_locked` for a visit's.
    pub fn get_draft(&self, id: &str) -> std::result::Result<Draft, WireError> {
        let draft = self.draft(id)?;
        if draft.kind == DraftKind::Visit {
            self.households_open()?;
        }
        Ok(draft)
    }

    pub(crate) fn draft(&self, id: &str) -> Result<Draft> {
        let me = self.me()?;
        self.store
            .outbox(|outbox| draft::get(outbox, id))?
            .filter(|draft| belongs(draft, me))
            .ok_or_else(not_found)
    }

    /// The person signed in here, if anybody is.
    pub(crate) fn me(&self) -> Result<Option<UserId>> {
        Ok(self.identity()?.map(|identity| identity.profile.user))
    }

    /// Every draft of the person signed in, last changed first. Those of visits wait while households are locked.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn list_drafts(&self) -> std::result::Result<Vec<Draft>, WireError> {
        Ok(self.shown_drafts()?)
    }

    pub(crate) fn shown_drafts(&self) -> Result<Vec<Draft>> {
        let mut drafts = self.own_drafts()?;
        if self.lock()?.is_some() {
            drafts.retain(|draft| draft.kind != DraftKind::Visit);
        }
        Ok(drafts)
    }

    pub(crate) fn own_drafts(&self) -> Result<Vec<Draft>> {
        let me = self.me()?;
        let mut drafts = self.store.outbox(draft::list)?;
        drafts.retain(|draft| belongs(draft, me));
        Ok(drafts)
    }

    /// Throws a draft away. Its photo files are removed a day later. One that is not there is no error.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn discard_draft(&self, id: &str) -> std::result::Result<(), WireError> {
        let me = self.me()?;
        self.store.write_outbox(|tx| {
            let own = draft::get(tx, id)?.is_some_and(|draft| belongs(&draft, me));
            if own { draft::remove(tx, id) } else { Ok(()) }
        })?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(())
    }

    /// Keeps a change. Photos are added and removed by their own commands and stay as they are.
    ///
    /// # Errors
    /// `not_found`; `bad_request` when a report's body comes for a visit.
    pub fn save_draft(&self, edit: DraftEdit) -> std::result::Result<Draft, WireError> {
        Ok(self.change_draft(&edit.id, |draft| {
            match (draft.kind, edit.report, edit.visit, edit.note) {
                (DraftKind::Report, Some(report), None, None) => draft.report = Some(report),
                (DraftKind::Visit, None, Some(visit), None) => draft.visit = Some(visit),
                (DraftKind::Note | DraftKind::Withdrawal, None, None, Some(note)) => draft.note = Some(note),
                _ => return Err(Failure::from(ErrorCode::BadRequest)),
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

    /// Takes what the page drew of a photo that cannot be decoded here: it becomes an ordinary photo, and its original stays.
    ///
    /// # Errors
    /// `not_found`; `bad_request` for a photo that was decoded; what a picture file is refused for. The draft stays as it
    /// was.
    pub fn draw_photo(&self, id: &str, photo: &Sha256Hex, upload: &str) -> std::result::Result<Draft, WireError> {
        let draft = self.draft(id)?;
        let blank = draft
            .photos
            .into_iter()
            .find(|kept| kept.id == *photo)
            .ok_or_else(not_found)?;
        if blank.manifest.upright.is_some() {
            return Err(ErrorCode::BadRequest.into());
        }
        let (_, bytes) = self.take_picture(upload)?;
        let drawn = self.draft_photo(self.keep_drawn(&blank.manifest, &bytes)?)?;
        Ok(self.change_draft(id, |draft| {
            let kept = draft.photos.iter_mut().find(|kept| kept.id == *photo);
            *kept.ok_or_else(not_found)? = drawn;
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
        let (now, me) = (self.now(), self.me()?);
        let changed = self.store.write_outbox(|tx| {
            let own = draft::get(tx, id)?.filter(|draft| belongs(draft, me));
            let mut found = own.ok_or_else(not_found)?;
            change(&mut found)?;
            found.updated_at = now;
            draft::put(tx, &found)?;
            Ok(found)
        })?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(changed)
    }

    pub(crate) fn keep_draft(&self, new: &Draft) -> Result<()> {
        self.store.write_outbox(|tx| draft::put(tx, new))?;
        self.ports.changed.changed(&[Topic::Today]);
        Ok(())
    }

    pub(crate) fn draft_photo(&self, manifest: PhotoManifest) -> Result<DraftPhoto> {
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

/// A draft is its author's alone. One begun before anybody signed in is whoever's comes first.
pub(crate) fn belongs(draft: &Draft, me: Option<UserId>) -> bool {
    draft.author.is_none() || draft.author == me
}

/// True when a person put something into it. A fix that the page asked for by itself is nobody's work.
pub(crate) fn is_written(draft: &Draft) -> bool {
    let report = draft.report.as_ref().is_some_and(|report| {
        *report
            != ReportDraft {
                fix: report.fix.clone(),
                ..empty_report()
            }
    });
    let visit = draft
        .visit
        .as_ref()
        .is_some_and(|visit| *visit != empty_visit(visit.started_at));
    let note = draft.note.as_ref().is_some_and(|note| !note.text.trim().is_empty());
    report || visit || note || !draft.photos.is_empty()
}

fn empty_report() -> ReportDraft {
    ReportDraft {
        category: None,
        answer: None,
        text: String::new(),
        pin: None,
        fix: None,
        confirmed: None,
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
    use crate::test_support::{HOUSEHOLD, INSIDE, World, jpeg};

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
                note: None,
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
    fn a_picture_that_only_the_page_can_draw_becomes_an_ordinary_photo_with_its_original() {
        let world = World::enrolled();
        let draft = world.open_report();
        let heic = [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 64]].concat();
        let blank = world.add_photo(&draft.id, "a.heic", &heic).photos.remove(0);
        let upload = world.upload("drawn.jpg", b"no picture");
        let refused = world.device.draw_photo(&draft.id, &blank.id, &upload).unwrap_err();
        assert_eq!(refused.code, ErrorCode::PhotoNotAnImage);
        let upload = world.upload("drawn.jpg", &jpeg(1));
        let drawn = world.device.draw_photo(&draft.id, &blank.id, &upload).unwrap();
        let [photo] = drawn.photos.as_slice() else {
            panic!("one photo")
        };
        let manifest = &photo.manifest;
        assert!(manifest.upright.is_some() && manifest.preview.is_some() && photo.url.is_some());
        assert!(!manifest.flags.contains(&domain::PhotoFlag::Undecodable));
        assert_eq!(manifest.original, blank.manifest.original);
        let upload = world.upload("drawn.jpg", &jpeg(2));
        let again = world.device.draw_photo(&draft.id, &photo.id, &upload).unwrap_err();
        assert_eq!(again.code, ErrorCode::BadRequest);
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
    fn whatever_a_person_put_in_makes_a_draft_written() {
        let world = World::enrolled();
        let written = |change: fn(&mut ReportDraft)| {
            let draft = world.open_report();
            world.edit(&draft.id, change);
            is_written(&world.device.get_draft(&draft.id).unwrap())
        };
        assert!(!written(|_| {}));
        assert!(
            !written(|report| report.fix = Some(world_fix())),
            "the page asked for it"
        );
        assert!(written(|report| report.pin = Some(INSIDE)));
        assert!(written(|report| report.address = Some("1".to_owned())));
        assert!(written(|report| report.answer = Some("wire".to_owned())));
        assert!(written(
            |report| report.no_photo_reason = Some(domain::NoPhotoReason::Unsafe)
        ));
        let new = NewDraft {
            kind: DraftKind::Visit,
            household: Some(HOUSEHOLD),
            about: None,
        };
        let draft = world.device.open_draft(new).unwrap();
        assert!(!is_written(&draft));
        let visit = draft.visit.clone().unwrap();
        let with = |visit| {
            is_written(&Draft {
                visit: Some(visit),
                ..draft.clone()
            })
        };
        assert!(with(VisitDraft {
            outcome: VisitOutcome::Refused,
            ..visit.clone()
        }));
        assert!(with(VisitDraft {
            condition: Some(domain::Condition::Fine),
            ..visit
        }));
    }

    fn world_fix() -> domain::PlaceClaim {
        domain::PlaceClaim {
            source: domain::PlaceSource::Fix,
            point: INSIDE,
            accuracy_m: Some(9.0),
        }
    }

    #[test]
    fn the_next_person_on_this_phone_sees_no_draft_of_the_one_before() {
        let world = World::enrolled();
        let draft = world.open_report();
        world.edit(&draft.id, |report| report.text = "private".to_owned());
        world.become_somebody_else();
        assert_eq!(world.device.list_drafts().unwrap(), []);
        assert_eq!(world.device.get_draft(&draft.id).unwrap_err().code, ErrorCode::NotFound);
        world.device.discard_draft(&draft.id).unwrap();
        world.become_me();
        assert_eq!(
            world.device.get_draft(&draft.id).unwrap().report.unwrap().text,
            "private"
        );
    }

    #[test]
    fn a_draft_begun_before_the_enrolment_is_of_whoever_enrols() {
        let world = World::new();
        let draft = world.open_report();
        world.enrol();
        assert!(world.device.get_draft(&draft.id).is_ok());
    }

    #[test]
    fn a_body_of_the_other_kind_is_refused() {
        let world = World::new();
        let draft = world.open_report();
        let edit = DraftEdit {
            id: draft.id,
            report: None,
            visit: Some(empty_visit(CapturedAt(0))),
            note: None,
        };
        assert_eq!(world.device.save_draft(edit).unwrap_err().code, ErrorCode::BadRequest);
    }
}
