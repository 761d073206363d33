//! Where a report would go, by when and why: the server's own rules, run on the phone.

use domain::catalog::{Category, category, queues};
use domain::clock::{Stage, WorkingTime, stage_limit};
use domain::grid::GridIndex;
use domain::protocol::{RowType, WireError};
use domain::routing::{Decision, RoutingInput, route};
use domain::view::{GridRow, QueueRow, StreetRow};
use domain::{CategoryId, ErrorCode, PhotoRole, Place, Problem, ProblemKind, ReceivedAt};

use super::place::{Resolved, resolve};
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::row;
use crate::view::{Draft, GridCandidate, LocationKind, ReportDraft, RoutePreview, StageKind};

/// What the street is, as this phone last heard.
pub(crate) struct Street {
    pub(crate) row: Option<StreetRow>,
    pub(crate) queues: Vec<QueueRow>,
    pub(crate) grids: Vec<GridRow>,
}

impl Street {
    /// The street's row, or a plain one before the first pull.
    fn row(&self) -> StreetRow {
        self.row.clone().unwrap_or_else(|| StreetRow {
            id: "".into(),
            name: String::new(),
            time_zone: "Asia/Shanghai".to_owned(),
            triage_first: Vec::new(),
            disabled_categories: Vec::new(),
            calendar: domain::clock::Calendar::default(),
        })
    }

    /// Where a report of this category at this place goes.
    pub(crate) fn decide(&self, id: &CategoryId, report: &ReportDraft, place: &Place) -> Decision {
        let street = self.row();
        let shipped: Vec<QueueRow>;
        let queues = if self.queues.is_empty() {
            // Before the first pull: the queues every street begins with.
            shipped = queues().iter().map(|queue| queue.row(true)).collect();
            &shipped
        } else {
            &self.queues
        };
        route(&RoutingInput {
            category: id,
            answer: report.answer.as_deref(),
            grid: self.grids.iter().find(|grid| Some(&grid.id) == place.grid.as_ref()),
            other_grid: place.other_grid.clone(),
            community: None,
            text: &report.text,
            street: &street,
            queues,
        })
    }

    pub(crate) fn locate(&self, draft: &Draft, report: &ReportDraft) -> Resolved {
        resolve(draft, report, &GridIndex::new(&self.grids))
    }
}

impl Device {
    pub(crate) fn street(&self) -> Result<Street> {
        self.store.cache(|cache| {
            Ok(Street {
                row: row::all(cache, RowType::Street)?.pop(),
                queues: row::all(cache, RowType::Queue)?,
                grids: row::all(cache, RowType::Grid)?,
            })
        })
    }

    /// The server's clock as this phone estimates it.
    pub(crate) fn server_now(&self) -> Result<ReceivedAt> {
        let offset = self
            .identity()?
            .and_then(|identity| identity.clock_offset_ms)
            .unwrap_or(0);
        Ok(ReceivedAt(self.ports.clock.wall_ms() + offset))
    }

    /// Where a draft of a report would go, by when and why, and what a save would refuse. Needs no network.
    ///
    /// # Errors
    /// `not_found`; `bad_request` for a draft of a visit.
    pub fn preview_route(&self, draft: &str) -> std::result::Result<RoutePreview, WireError> {
        Ok(self.preview(draft)?)
    }

    fn preview(&self, id: &str) -> Result<RoutePreview> {
        let draft = self.draft(id)?;
        let report = draft
            .report
            .as_ref()
            .ok_or_else(|| Failure::from(ErrorCode::BadRequest))?;
        let street = self.street()?;
        let resolved = street.locate(&draft, report);
        let problems = self.problems(&draft, report, &resolved)?;
        let decision = report
            .category
            .as_ref()
            .map(|id| street.decide(id, report, &resolved.place));
        let chosen = report.category.as_ref().and_then(category);
        let (stage, due_at) = decision
            .as_ref()
            .map_or(Ok((StageKind::Final, None)), |made| self.due(&street, made, chosen))?;
        let names = |grid: &&domain::GridId| street.grids.iter().find(|row| row.id == **grid);
        Ok(RoutePreview {
            candidates: resolved
                .candidates
                .iter()
                .filter_map(|grid| {
                    names(&grid).map(|row| GridCandidate {
                        grid: row.id.clone(),
                        name: row.name.clone(),
                    })
                })
                .collect(),
            to_confirm: resolved.to_confirm,
            place: resolved.place,
            location: resolved.location,
            disagree_m: resolved.disagree_m,
            queue: decision.as_ref().map(|made| made.reason.lead.clone()),
            assists: decision
                .as_ref()
                .map(|made| made.reason.assists.clone())
                .unwrap_or_default(),
            urgency: decision.as_ref().map_or(3, |made| made.urgency),
            auto_dispatch: decision.as_ref().is_some_and(|made| made.auto_dispatch),
            due_at,
            stage,
            reason: decision.map(|made| made.reason),
            calls: chosen
                .map(|found| found.emergency_call.iter().map(|call| (*call).to_owned()).collect())
                .unwrap_or_default(),
            problems,
            missing_photos: missing_photos(&draft, chosen),
        })
    }

    /// The nearest limit: containing the danger where there is such a stage, else solving it.
    fn due(
        &self,
        street: &Street,
        made: &Decision,
        found: Option<&Category>,
    ) -> Result<(StageKind, Option<ReceivedAt>)> {
        let row = street.row();
        let time = WorkingTime::of_street(&row);
        let now = self.server_now()?;
        if stage_limit(Stage::MakeSafe, made.urgency, made.limits).is_some() {
            return Ok((
                StageKind::MakeSafe,
                time.stage_due(Stage::MakeSafe, made.urgency, made.limits, now),
            ));
        }
        let promised = found.filter(|found| found.from_capture).and(made.limits.resolve);
        let due = promised.map_or_else(
            || time.final_due(made.limits, now),
            |limit| Some(time.promise_due(self.now(), now, limit)),
        );
        Ok((StageKind::Final, due))
    }

    /// Everything a save would refuse: what the server would refuse, a border nobody has chosen a side of, and a photo's
    /// position nobody has confirmed.
    pub(crate) fn problems(&self, draft: &Draft, report: &ReportDraft, resolved: &Resolved) -> Result<Vec<Problem>> {
        let mut problems = domain::validate::report(&self.report_of(draft, report, resolved.place.clone(), None)?);
        if resolved.location == LocationKind::Border && resolved.place.grid.is_none() {
            problems.push(Problem {
                field: "place.grid".to_owned(),
                problem: ProblemKind::Missing,
            });
        }
        if resolved.to_confirm.is_some() && resolved.place.chosen.is_some() {
            problems.push(Problem {
                field: "place.confirm".to_owned(),
                problem: ProblemKind::Missing,
            });
        }
        Ok(problems)
    }
}

fn missing_photos(draft: &Draft, found: Option<&Category>) -> Vec<PhotoRole> {
    let wanted = found.map_or(&[] as &[PhotoRole], |found| found.photos);
    let have = |role: &PhotoRole| draft.photos.iter().any(|photo| photo.role == *role);
    wanted.iter().filter(|role| !have(role)).copied().collect()
}

#[cfg(test)]
mod tests {
    use domain::PlaceSource;

    use super::*;
    use crate::store::draft;
    use crate::test_support::{BORDER, INSIDE, World, jpeg};

    #[test]
    fn a_place_that_a_photo_alone_tells_of_is_confirmed_before_it_is_saved() {
        let world = World::enrolled();
        let id = world.open_report().id;
        world.edit(&id, |report| report.category = Some("tree-fallen".into()));
        let mut with_photo = world.add_photo(&id, "a.jpg", &jpeg(1));
        with_photo.photos[0].manifest.position = Some(INSIDE);
        world
            .device
            .store
            .write_outbox(|tx| draft::put(tx, &with_photo))
            .unwrap();
        let preview = world.device.preview_route(&id).unwrap();
        assert_eq!(preview.to_confirm, Some(INSIDE));
        let error = world.device.save_report(&id).unwrap_err();
        assert_eq!(error.details["problems"][0]["field"], "place.confirm");
        world.edit(&id, |report| report.confirmed = preview.to_confirm);
        let saved = world.device.save_report(&id).unwrap();
        assert_eq!(saved.place.chosen.unwrap().source, PlaceSource::Photo);
    }

    #[test]
    fn a_fallen_tree_shows_its_queue_limit_and_reason_with_no_network() {
        let world = World::enrolled();
        let draft = world.open_report();
        world.edit(&draft.id, |report| {
            report.category = Some("tree-fallen".into());
            report.pin = Some(INSIDE);
        });
        let preview = world.device.preview_route(&draft.id).unwrap();
        let shipped = category(&"tree-fallen".into()).unwrap();
        assert_eq!(preview.queue.as_ref().unwrap().as_str(), shipped.lead);
        assert!(preview.due_at.is_some() && preview.reason.is_some());
        assert_eq!(preview.location, LocationKind::Inside);
        assert_eq!(
            preview.problems,
            [Problem {
                field: "photos".to_owned(),
                problem: ProblemKind::TooFew
            }]
        );
        assert_eq!(preview.missing_photos, shipped.photos);
        world.add_photo(&draft.id, "a.jpg", &jpeg(1));
        assert_eq!(world.device.preview_route(&draft.id).unwrap().problems, []);
    }

    #[test]
    fn an_empty_draft_names_everything_that_is_missing() {
        let world = World::new();
        let draft = world.open_report();
        let preview = world.device.preview_route(&draft.id).unwrap();
        let fields: Vec<_> = preview.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert!(fields.contains(&"category") && fields.contains(&"place"), "{fields:?}");
        assert_eq!(preview.queue, None);
    }

    #[test]
    fn a_border_without_a_choice_is_a_problem() {
        let world = World::enrolled();
        let draft = world.open_report();
        world.edit(&draft.id, |report| report.pin = Some(BORDER));
        let preview = world.device.preview_route(&draft.id).unwrap();
        assert_eq!(preview.candidates.len(), 2);
        assert!(preview.problems.iter().any(|problem| problem.field == "place.grid"));
        world.edit(&draft.id, |report| report.grid = Some("g2".into()));
        let chosen = world.device.preview_route(&draft.id).unwrap();
        assert_eq!(
            (chosen.place.grid, chosen.place.other_grid),
            (Some("g2".into()), Some("g1".into()))
        );
    }
}
