//! Adding to a report, and taking one back.

use domain::protocol::{WireError, kind};
use domain::view::CaseRow;
use domain::{ErrorCode, Report, ReportId, ReportNote, ReportWithdrawal};

use super::record::Record;
use super::report::{URGENT, photos_of};
use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::read::urgency;
use crate::store::{mutation, row};
use crate::view::{DraftKind, ReportView};

/// A report may be taken back this long after its capture, by the phone's clock, in milliseconds.
pub(crate) const WITHDRAW_MS: i64 = 600_000;

impl Device {
    /// Makes a note of a draft: words or photos added to a report. When this returns, it survives a power cut. The report may be
    /// gone from this phone meanwhile; the server has it, or keeps the note among what it refused.
    ///
    /// # Errors
    /// `invalid` with every problem; `not_enrolled`, `not_found`, `phone_full`, `phone_write`. The draft stays.
    pub fn save_note(&self, draft: &str) -> std::result::Result<(), WireError> {
        self.keep_note(draft)?;
        self.saved(&[Topic::Reports, Topic::Today, Topic::Sync]);
        Ok(())
    }

    fn keep_note(&self, id: &str) -> Result<()> {
        let draft = self.draft(id)?;
        let (DraftKind::Note, Some(report), Some(body)) = (draft.kind, draft.about, &draft.note) else {
            return Err(ErrorCode::BadRequest.into());
        };
        let note = ReportNote {
            report,
            text: body.text.trim().to_owned(),
            photos: photos_of(&draft),
            captured_at: self.now(),
        };
        let problems = domain::validate::note(&note);
        if !problems.is_empty() {
            return Err(Failure::invalid(&problems));
        }
        self.record(&Record {
            kind: kind::REPORT_NOTE,
            entity: report.0,
            body: &note,
            photos: &note.photos,
            any_network: self.is_urgent(report)?,
            draft: Some(&draft),
        })
    }

    /// True when a report is urgent: as its case says, or as it was captured while there is none.
    fn is_urgent(&self, report: ReportId) -> Result<bool> {
        let case: Option<CaseRow> = self
            .store
            .cache(|cache| row::case_of_report(cache, &report.to_string()))?;
        if let Some(case) = case {
            return Ok(case.urgency <= URGENT);
        }
        let made = self.store.outbox(|outbox| mutation::of_entity(outbox, report.0))?;
        let Some(created) = made.into_iter().find(|row| row.kind == kind::REPORT_CREATE) else {
            return Ok(false);
        };
        let report: Report = serde_json::from_value(created.body)?;
        Ok(urgency(&report) <= URGENT)
    }

    /// Takes an own report back, within ten minutes of its capture. A draft of its reason ends with it.
    ///
    /// # Errors
    /// `withdraw_window_over`, `not_found` for a report not made on this phone, `not_enrolled`.
    pub fn withdraw_report(&self, report: ReportId, reason: &str) -> std::result::Result<ReportView, WireError> {
        self.take_back(report, reason)?;
        self.saved(&[Topic::Reports, Topic::Today, Topic::Sync, Topic::Map]);
        self.get_report(report)
    }

    fn take_back(&self, id: ReportId, reason: &str) -> Result<()> {
        let author = self.author()?;
        let made = self.store.outbox(|outbox| mutation::of_entity(outbox, id.0))?;
        let created = made
            .iter()
            .find(|row| row.kind == kind::REPORT_CREATE && row.author == author);
        let report: Report = serde_json::from_value(created.ok_or_else(not_found)?.body.clone())?;
        if made.iter().any(|row| row.kind == kind::REPORT_WITHDRAW) {
            return Ok(()); // tapped twice
        }
        let now = self.now();
        if now.millis() - report.captured_at.millis() > WITHDRAW_MS {
            return Err(ErrorCode::WithdrawWindowOver.into());
        }
        let begun = self.about(DraftKind::Withdrawal, Some(id))?;
        let body = ReportWithdrawal {
            report: id,
            reason: reason.trim().to_owned(),
            captured_at: now,
        };
        self.record(&Record {
            kind: kind::REPORT_WITHDRAW,
            entity: id.0,
            body: &body,
            photos: &[],
            any_network: false,
            draft: begun.as_ref(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::photo_file;
    use crate::test_support::{World, jpeg};
    use crate::view::{Draft, DraftEdit, NewDraft, NoteDraft, TodayKind};

    #[test]
    fn a_report_can_be_taken_back_for_ten_minutes() {
        let world = World::enrolled();
        let saved = world.save_report("tree-fallen");
        assert!(saved.summary.can_withdraw);
        world.clock.advance(WITHDRAW_MS);
        let back = world.device.withdraw_report(saved.summary.id, "").unwrap();
        assert!(back.summary.withdrawn && !back.summary.can_withdraw);
        assert!(back.timeline.iter().any(|step| step.entry.what == "withdraw"));
    }

    #[test]
    fn after_ten_minutes_a_report_stays() {
        let world = World::enrolled();
        let saved = world.save_report("tree-fallen");
        world.clock.advance(WITHDRAW_MS + 1);
        let error = world.device.withdraw_report(saved.summary.id, "").unwrap_err();
        assert_eq!(error.code, ErrorCode::WithdrawWindowOver);
        assert!(!world.device.get_report(saved.summary.id).unwrap().summary.can_withdraw);
    }

    #[test]
    fn taking_back_twice_is_taking_back_once() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        world.device.withdraw_report(id, "").unwrap();
        world.device.withdraw_report(id, "").unwrap();
        assert_eq!(world.device.get_sync().unwrap().facts_waiting, 2);
    }

    fn open(world: &World, kind: DraftKind, report: ReportId) -> Draft {
        let new = NewDraft {
            kind,
            household: None,
            about: Some(report),
        };
        world.device.open_draft(new).unwrap()
    }

    fn write(world: &World, draft: &Draft, text: &str) {
        let edit = DraftEdit {
            id: draft.id.clone(),
            report: None,
            visit: None,
            note: Some(NoteDraft { text: text.to_owned() }),
        };
        world.device.save_draft(edit).unwrap();
    }

    #[test]
    fn a_note_survives_a_kill_while_it_is_written_and_shows_with_its_photo_before_it_is_sent() {
        let mut world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let draft = open(&world, DraftKind::Note, id);
        write(&world, &draft, " two branches ");
        world.add_photo(&draft.id, "b.jpg", &jpeg(2));
        world.restart();
        let draft = open(&world, DraftKind::Note, id);
        assert_eq!(
            (draft.note.as_ref().unwrap().text.as_str(), draft.photos.len()),
            (" two branches ", 1)
        );
        world.device.save_note(&draft.id).unwrap();
        let view = world.device.get_report(id).unwrap();
        assert_eq!(
            (
                view.notes.len(),
                view.notes[0].text.as_str(),
                view.notes[0].photos.len()
            ),
            (1, "two branches", 1)
        );
        assert_eq!(world.device.list_drafts().unwrap(), []);
    }

    #[test]
    fn the_photos_of_a_note_are_as_urgent_as_its_report() {
        let world = World::enrolled();
        for (category, urgent) in [("gas-leak", true), ("ads", false)] {
            let id = world.save_report(category).summary.id;
            let draft = open(&world, DraftKind::Note, id);
            world.add_photo(&draft.id, "b.jpg", &jpeg(u64::from(urgent) + 3));
            world.device.save_note(&draft.id).unwrap();
            let view = world.device.get_report(id).unwrap();
            let upright = view.notes[0].photos[0].manifest.upright.clone().unwrap();
            let kept = world
                .device
                .store
                .outbox(|outbox| photo_file::get(outbox, &upright.sha256));
            assert_eq!(kept.unwrap().unwrap().any_network, urgent, "{category}");
        }
    }

    #[test]
    fn a_note_on_a_report_that_is_gone_from_the_phone_is_saved_and_said_to_be() {
        let world = World::enrolled();
        let elsewhere = ReportId(uuid::Uuid::from_u128(0xE15E));
        let draft = open(&world, DraftKind::Note, elsewhere);
        write(&world, &draft, "two branches");
        world.device.save_note(&draft.id).unwrap();
        assert_eq!(
            world.device.get_report(elsewhere).unwrap_err().code,
            ErrorCode::NotFound
        );
        let kept = world.device.store.outbox(mutation::all).unwrap();
        assert_eq!((kept.len(), kept[0].kind.as_str()), (1, kind::REPORT_NOTE));
        assert_eq!(world.device.list_drafts().unwrap(), []);
    }

    #[test]
    fn an_empty_note_is_refused_and_its_draft_stays() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let draft = open(&world, DraftKind::Note, id);
        write(&world, &draft, "  ");
        assert_eq!(world.device.save_note(&draft.id).unwrap_err().code, ErrorCode::Invalid);
        assert!(world.device.get_draft(&draft.id).is_ok());
    }

    #[test]
    fn a_note_too_long_to_send_keeps_its_words_and_its_photos() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let draft = open(&world, DraftKind::Note, id);
        write(&world, &draft, &"字".repeat(domain::validate::MAX_TEXT + 1));
        world.add_photo(&draft.id, "b.jpg", &jpeg(2));
        assert_eq!(world.device.save_note(&draft.id).unwrap_err().code, ErrorCode::Invalid);
        assert_eq!(world.device.get_draft(&draft.id).unwrap().photos.len(), 1);
    }

    #[test]
    fn a_reason_for_taking_back_survives_a_kill_and_ends_with_the_withdrawal() {
        let mut world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let draft = open(&world, DraftKind::Withdrawal, id);
        write(&world, &draft, "wrong place");
        world.restart();
        let kept = open(&world, DraftKind::Withdrawal, id).note.unwrap().text;
        assert_eq!(kept, "wrong place");
        world.device.withdraw_report(id, &kept).unwrap();
        assert_eq!(world.device.list_drafts().unwrap(), []);
    }

    #[test]
    fn a_note_opened_and_left_empty_is_not_unfinished_work() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let draft = open(&world, DraftKind::Note, id);
        let unfinished = || {
            let today = world.device.get_today().unwrap();
            today.items.iter().filter(|item| item.kind == TodayKind::Draft).count()
        };
        assert_eq!(unfinished(), 0);
        write(&world, &draft, "half");
        assert_eq!(unfinished(), 1);
    }
}
