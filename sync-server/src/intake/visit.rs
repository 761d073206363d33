//! `visit.create`: the visit, a case for each need, and what it leaves on the household.

use domain::protocol::{Mutation, RowType, Verdict};
use domain::view::{HouseholdRow, VisitRow};
use domain::{ErrorCode, Permission, Place, PlaceClaim, PlaceSource, Tag, Visit, VisitOutcome};

use super::open::Opening;
use super::report::saved_twice;
use super::{Intake, valid};
use crate::Outcome;
use crate::store::households;
use crate::store::photos::{self, Subject};
use crate::store::visits::{self, VisitRecord};

impl Intake<'_, '_> {
    /// Each need becomes one case; the household remembers when somebody was last met and is next due.
    pub(super) fn create_visit(&self, mutation: &Mutation, visit: Visit) -> Outcome<Verdict> {
        let edit = self.edit;
        if visit.id.0 != mutation.entity {
            return Err(ErrorCode::BadRequest.into());
        }
        if let Some(known) = visits::get(edit.tx, &edit.street, visit.id)? {
            let reflection = visits::reflection(edit.tx, &edit.street, visit.id)?;
            let said = Visit {
                reflection: visit.reflection.filter(|text| !text.is_empty()),
                ..visit
            };
            return saved_twice(
                Visit {
                    reflection,
                    ..known.visit
                } == said,
            );
        }
        valid(domain::validate::visit(&visit))?;
        self.may(Permission::RecordVisits)?;
        let file = households::get(edit.tx, &edit.street, visit.household)?.ok_or(ErrorCode::NotFound)?;
        self.works_in(&file.household.grid, mutation)?;
        let record = VisitRecord {
            visit,
            author: mutation.author,
            device: self.device,
            received_at: edit.now,
        };
        visits::insert(edit.tx, &edit.street, &record)?;
        let visit = record.visit;
        photos::add(
            edit.tx,
            &edit.street,
            Subject::Visit(visit.id),
            &visit.photos,
            Some(mutation.author),
        )?;
        for need in &visit.needs {
            let case = self.open_case(&Opening {
                what: "need",
                category: &need.category,
                answer: None,
                text: &need.text,
                place: door(&file),
                photos: &[],
                author: mutation.author,
                report: None,
                need: Some(need.id),
                household: Some(visit.household),
                captured_at: visit.ended_at,
                mutation: mutation.id,
            })?;
            visits::insert_need(edit.tx, &edit.street, &visit, need, case)?;
        }
        self.remember(&visit)?;
        edit.touch(RowType::Visit, visit.id);
        if visit.reflection.as_ref().is_some_and(|text| !text.is_empty()) {
            edit.touch(RowType::Reflection, visit.id);
        }
        Ok(Verdict::Applied)
    }

    fn remember(&self, visit: &Visit) -> Outcome<()> {
        let edit = self.edit;
        let residents = households::residents(edit.tx, &edit.street, visit.household)?;
        let tags: Vec<Tag> = residents.into_iter().flat_map(|resident| resident.tags).collect();
        let all = visits::of_household(edit.tx, &edit.street, visit.household)?;
        let condition = all
            .iter()
            .find(|it| it.visit.outcome == VisitOutcome::Met)
            .and_then(|it| it.visit.condition);
        let all: Vec<VisitRow> = all.into_iter().map(row).collect();
        let last = all
            .iter()
            .filter(|it| it.visit.outcome == VisitOutcome::Met)
            .map(|it| it.visit.ended_at)
            .max();
        let next = domain::visits::next_due(&tags, domain::visits::last_counted(&tags, &all));
        households::visited(edit.tx, &edit.street, visit.household, last, condition, next)?;
        edit.touch(RowType::Household, visit.household);
        Ok(())
    }
}

pub(super) fn row(record: VisitRecord) -> VisitRow {
    VisitRow {
        visit: record.visit,
        author: record.author,
        author_label: String::new(),
        need_cases: Vec::new(),
        stored: Vec::new(),
    }
}

/// Where the work of a need is done: at the household's door.
fn door(file: &HouseholdRow) -> Place {
    let household = &file.household;
    let parts = [&household.estate, &household.building, &household.unit, &household.room];
    let address: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    Place {
        chosen: household.point.map(|point| PlaceClaim {
            source: PlaceSource::Address,
            point,
            accuracy_m: None,
        }),
        others: Vec::new(),
        address: Some(address.join(" ")),
        grid: Some(household.grid.clone()),
        other_grid: None,
    }
}
