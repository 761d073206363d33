//! Saving a report.

use domain::protocol::{WireError, kind};
use domain::{CategoryId, ErrorCode, Expectation, PhotoManifest, Place, Report, ReportId};
use uuid::Uuid;

use super::record::Record;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::view::{Draft, ReportDraft, ReportView};

/// Photos of reports and cases this urgent use any network.
pub(crate) const URGENT: u8 = 1;

impl Device {
    /// Makes a report of a draft. When this returns, the report and its photos survive a power cut.
    ///
    /// # Errors
    /// `invalid` with every problem; `not_enrolled`, `not_found`, `phone_full`, `phone_write`. The draft stays.
    pub fn save_report(&self, draft: &str) -> std::result::Result<ReportView, WireError> {
        let id = self.keep_report(draft)?;
        self.saved(&[Topic::Reports, Topic::Today, Topic::Sync, Topic::Map]);
        self.get_report(id)
    }

    fn keep_report(&self, id: &str) -> Result<ReportId> {
        let draft = self.draft(id)?;
        let body = draft
            .report
            .as_ref()
            .ok_or_else(|| Failure::from(ErrorCode::BadRequest))?;
        let street = self.street()?;
        let resolved = street.locate(&draft, body);
        let problems = self.problems(&draft, body, &resolved)?;
        let Some(category) = body.category.as_ref().filter(|_| problems.is_empty()) else {
            return Err(Failure::invalid(&problems));
        };
        let decision = street.decide(category, body, &resolved.place);
        let expectation = Expectation {
            queue: decision.reason.lead,
            rule: decision.reason.rule,
        };
        let report = self.report_of(&draft, body, resolved.place, Some(expectation))?;
        self.record(&Record {
            kind: kind::REPORT_CREATE,
            entity: report.id.0,
            body: &report,
            photos: &report.photos,
            any_network: decision.urgency <= URGENT || body.photos_on_mobile,
            draft: Some(&draft),
        })?;
        Ok(report.id)
    }

    /// The report a draft would become.
    pub(crate) fn report_of(
        &self,
        draft: &Draft,
        body: &ReportDraft,
        place: Place,
        expectation: Option<Expectation>,
    ) -> Result<Report> {
        let home_grid = self
            .identity()?
            .and_then(|identity| identity.profile.grids.first().cloned());
        Ok(Report {
            id: ReportId(
                draft
                    .id
                    .parse::<Uuid>()
                    .map_err(|_odd| Failure::from(ErrorCode::DatabaseCorrupt))?,
            ),
            category: body.category.clone().unwrap_or_else(|| CategoryId::from("")),
            answer: body.answer.clone(),
            text: body.text.trim().to_owned(),
            place,
            home_grid,
            captured_at: self.now(),
            source: body.source,
            photos: photos_of(draft),
            no_photo_reason: body.no_photo_reason,
            expectation,
        })
    }
}

pub(crate) fn photos_of(draft: &Draft) -> Vec<PhotoManifest> {
    draft.photos.iter().map(|photo| photo.manifest.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{INSIDE, World, jpeg};
    use crate::view::{ReasonCode, Word};

    #[test]
    fn a_saved_report_and_its_photos_survive_a_kill() {
        let mut world = World::enrolled();
        let saved = world.save_report("tree-fallen");
        world.restart();
        let kept = world.device.get_report(saved.summary.id).unwrap();
        assert_eq!(kept.place, saved.place);
        assert_eq!(kept.photos.len(), 1);
        assert!(kept.photos[0].url.is_some());
        assert_eq!(world.device.list_drafts().unwrap(), []);
        assert_eq!(world.device.list_reports().unwrap().len(), 1);
    }

    #[test]
    fn a_report_says_why_it_is_still_on_the_phone() {
        let world = World::enrolled();
        world.offline();
        let saved = world.save_report("tree-fallen");
        assert_eq!(
            (saved.summary.word, saved.summary.why.code),
            (Word::OnPhone, ReasonCode::NoNetwork)
        );
        assert!(!saved.summary.why.facts_delivered);
        assert_eq!(saved.summary.why.photos_waiting, 1);
    }

    #[test]
    fn an_incomplete_report_is_refused_with_every_problem_and_the_draft_stays() {
        let world = World::enrolled();
        let draft = world.open_report();
        let error = world.device.save_report(&draft.id).unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(error.details["problems"].as_array().unwrap().len() >= 2);
        assert!(world.device.get_draft(&draft.id).is_ok());
    }

    #[test]
    fn a_report_needs_an_enrolment_and_the_draft_stays() {
        let world = World::new();
        let draft = world.open_report();
        world.edit(&draft.id, |report| {
            report.category = Some("tree-fallen".into());
            report.pin = Some(INSIDE);
        });
        world.add_photo(&draft.id, "a.jpg", &jpeg(1));
        assert_eq!(
            world.device.save_report(&draft.id).unwrap_err().code,
            ErrorCode::NotEnrolled
        );
        assert_eq!(world.device.get_draft(&draft.id).unwrap().photos.len(), 1);
    }

    #[test]
    fn what_the_phone_said_is_stored_with_the_report() {
        let world = World::enrolled();
        let saved = world.save_report("tree-fallen");
        assert_eq!(saved.expectation.unwrap().queue, saved.summary.lead_queue.unwrap());
    }
}
