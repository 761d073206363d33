//! Adding to a report, and taking one back.

use domain::protocol::{WireError, kind};
use domain::view::CaseRow;
use domain::{ErrorCode, Report, ReportId, ReportNote, ReportWithdrawal};

use super::record::Record;
use super::report::URGENT;
use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::read::urgency;
use crate::store::{mutation, row};
use crate::view::{NoteUpload, ReportView};

/// A report may be taken back this long after its capture, by the phone's clock, in milliseconds.
pub(crate) const WITHDRAW_MS: i64 = 600_000;

impl Device {
    /// Adds words or photos to a report.
    ///
    /// # Errors
    /// `invalid` with every problem; what a picture file is refused for; `not_enrolled`, `not_found`.
    pub fn add_note(
        &self,
        report: ReportId,
        text: &str,
        uploads: &[NoteUpload],
    ) -> std::result::Result<ReportView, WireError> {
        self.keep_note(report, text, uploads)?;
        self.saved(&[Topic::Reports, Topic::Today, Topic::Sync]);
        self.get_report(report)
    }

    fn keep_note(&self, report: ReportId, text: &str, uploads: &[NoteUpload]) -> Result<()> {
        self.author()?;
        let mut photos = Vec::new();
        for upload in uploads {
            let (file, bytes) = self.take_picture(&upload.upload)?;
            photos.push(self.keep_photo(&file.name, &bytes, upload.role)?);
        }
        let note = ReportNote {
            report,
            text: text.trim().to_owned(),
            photos,
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
            draft: None,
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

    /// Takes an own report back, within ten minutes of its capture.
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
            draft: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::PhotoRole;

    use super::*;
    use crate::store::photo_file;
    use crate::test_support::{World, jpeg};

    #[test]
    fn a_report_can_be_taken_back_for_ten_minutes() {
        let world = World::enrolled();
        let saved = world.save_report("tree-fallen");
        assert!(saved.summary.can_withdraw);
        world.clock.advance(WITHDRAW_MS);
        let back = world.device.withdraw_report(saved.summary.id, "").unwrap();
        assert!(back.summary.withdrawn && !back.summary.can_withdraw);
        assert!(back.timeline.iter().any(|entry| entry.what == "withdraw"));
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

    #[test]
    fn a_note_shows_with_its_photo_before_it_is_sent() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        let upload = world.upload("b.jpg", &jpeg(2));
        let uploads = [NoteUpload {
            upload,
            role: PhotoRole::CloseUp,
        }];
        let view = world.device.add_note(id, " two branches ", &uploads).unwrap();
        assert_eq!(
            (
                view.notes.len(),
                view.notes[0].text.as_str(),
                view.notes[0].photos.len()
            ),
            (1, "two branches", 1)
        );
    }

    #[test]
    fn the_photos_of_a_note_are_as_urgent_as_its_report() {
        let world = World::enrolled();
        for (category, urgent) in [("gas-leak", true), ("ads", false)] {
            let id = world.save_report(category).summary.id;
            let upload = world.upload("b.jpg", &jpeg(u64::from(urgent) + 3));
            let role = PhotoRole::CloseUp;
            let photo = [NoteUpload { upload, role }];
            let view = world.device.add_note(id, "", &photo).unwrap();
            let upright = view.notes[0].photos[0].manifest.upright.clone().unwrap();
            let kept = world.device.store.outbox(|outbox| photo_file::get(outbox, &upright.sha256));
            assert_eq!(kept.unwrap().unwrap().any_network, urgent, "{category}");
        }
    }

    #[test]
    fn an_empty_note_is_refused() {
        let world = World::enrolled();
        let id = world.save_report("tree-fallen").summary.id;
        assert_eq!(
            world.device.add_note(id, "  ", &[]).unwrap_err().code,
            ErrorCode::Invalid
        );
    }
}
