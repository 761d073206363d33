//! Records the server refused: what was written stays, to be changed and sent as a new record, or to be given up knowingly.

use domain::household::{Field, Fields as _};
use domain::protocol::{RowType, WireError, kind};
use domain::view::HouseholdRow;
use domain::{
    CapturedAt, HouseholdId, MutationId, PhotoManifest, Place, PlaceSource, Report, ReportId, ReportNote,
    ReportWithdrawal, Resident, Visit,
};
use serde_json::Value;

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::read::{Change, door, item_kind, photos, problems, read_edit};
use crate::store::mutation::{self, Stored};
use crate::store::{photo_file, row};
use crate::view::{Draft, DraftKind, NoteDraft, RefusedView, ReportDraft, SyncItemKind, VisitDraft};

const TOPICS: [Topic; 5] = [Topic::Reports, Topic::Households, Topic::Today, Topic::Sync, Topic::Map];

/// What a refused record says, whatever it is.
enum Body {
    Report(Report),
    Note(ReportNote),
    Withdrawal(ReportWithdrawal),
    Visit(Visit),
    Edit(HouseholdId, Change),
    Other,
}

impl Body {
    /// True for what is shown with its household alone.
    const fn is_of_household(&self) -> bool {
        matches!(self, Self::Visit(_) | Self::Edit(..))
    }
}

impl Device {
    /// A refused record of the person signed in.
    ///
    /// # Errors
    /// `not_found`, also for one that was sent anew or given up.
    pub fn get_refused(&self, id: MutationId) -> std::result::Result<RefusedView, WireError> {
        Ok(self.refused_view(id)?)
    }

    /// Opens a draft with everything the refused record holds. Saving it sends a new record and ends the refused one;
    /// throwing it away leaves the refused one as it is. Asked twice it is the same draft.
    ///
    /// # Errors
    /// `not_found`; `households_locked`; `bad_request` for a record that cannot be changed (a withdrawal, a visit to a household that is no
    /// longer on this phone, a note to a report that is not here).
    pub fn revise_refused(&self, id: MutationId) -> std::result::Result<Draft, WireError> {
        Ok(self.revised(id)?)
    }

    /// Gives a refused record up: it stays in the outbox, the server has it whole, and it asks for nothing any more.
    ///
    /// # Errors
    /// `not_found`.
    pub fn dismiss_refused(&self, id: MutationId) -> std::result::Result<(), WireError> {
        self.refused(id)?;
        let now = self.ports.clock.wall_ms();
        self.store.write_outbox(|tx| mutation::dismiss(tx, id, now))?;
        self.saved(&TOPICS);
        Ok(())
    }

    fn refused(&self, id: MutationId) -> Result<Stored> {
        let me = self.me()?;
        let found = self.store.outbox(|outbox| mutation::get(outbox, id))?;
        found
            .filter(|row| row.is_refused() && Some(row.author) == me)
            .ok_or_else(not_found)
    }

    fn refused_view(&self, id: MutationId) -> Result<RefusedView> {
        let row = self.refused(id)?;
        let files = self.store.outbox(|outbox| photo_file::of_mutation(outbox, id))?;
        let outlook = self.outlook()?;
        let body = body(&row)?;
        let household = self.household_of(&body)?;
        let hidden = body.is_of_household() && self.lock()?.is_some();
        let report = ReportId(row.entity);
        let kind = item_kind(&row);
        let about_report = matches!(
            kind,
            SyncItemKind::Report | SyncItemKind::Note | SyncItemKind::Withdrawal
        );
        let report = Some(report).filter(|id| about_report && self.get_report(*id).is_ok());
        Ok(RefusedView {
            mutation: id,
            kind,
            label: match &body {
                Body::Report(report) => report.category.0.clone(),
                Body::Visit(_) | Body::Edit(..) => {
                    household.as_ref().map(|home| door(&home.household)).unwrap_or_default()
                }
                Body::Note(_) | Body::Withdrawal(_) | Body::Other => String::new(),
            },
            captured_at: CapturedAt(row.wall_ms),
            error: row.error(),
            problems: problems(&row),
            lines: if hidden { Vec::new() } else { lines(&body) },
            photos: photos(&row)
                .iter()
                .filter(|_| !hidden)
                .map(|manifest| self.own_photo(&outlook, &row, &files, manifest))
                .collect(),
            can_revise: match &body {
                Body::Report(_) => true,
                Body::Visit(_) => household.is_some(),
                Body::Note(_) => report.is_some(),
                // The card is where a file is edited.
                Body::Withdrawal(_) | Body::Edit(..) | Body::Other => false,
            },
            report,
            household: household.map(|home| home.household.id),
        })
    }

    /// The household of a visit or an edit, while it is on this phone.
    fn household_of(&self, body: &Body) -> Result<Option<HouseholdRow>> {
        if self.lock()?.is_some() {
            return Ok(None);
        }
        let household = match body {
            Body::Visit(visit) => visit.household,
            Body::Edit(household, _) => *household,
            Body::Report(_) | Body::Note(_) | Body::Withdrawal(_) | Body::Other => return Ok(None),
        };
        self.store
            .cache(|cache| row::get(cache, RowType::Household, &household.to_string()))
    }

    fn revised(&self, id: MutationId) -> Result<Draft> {
        let refused = self.refused(id)?;
        let body = body(&refused)?;
        if body.is_of_household() {
            self.households_open()?;
        }
        let begun = self.own_drafts()?.into_iter().find(|draft| draft.replaces == Some(id));
        if let Some(begun) = begun {
            return Ok(begun);
        }
        let now = self.now();
        let blank = Draft {
            id: self.ports.ids.time_ordered(now.millis()).to_string(),
            kind: DraftKind::Report,
            author: Some(refused.author),
            replaces: Some(id),
            household: None,
            about: None,
            updated_at: now,
            report: None,
            visit: None,
            note: None,
            photos: Vec::new(),
        };
        let draft = match body {
            Body::Report(report) => Draft {
                photos: self.drawn(&report.photos)?,
                report: Some(report_again(report)),
                ..blank
            },
            Body::Visit(visit) if self.is_here(visit.household)? => Draft {
                kind: DraftKind::Visit,
                household: Some(visit.household),
                photos: self.drawn(&visit.photos)?,
                visit: Some(visit_again(visit)),
                ..blank
            },
            Body::Note(note) if self.get_report(note.report).is_ok() => Draft {
                kind: DraftKind::Note,
                about: Some(note.report),
                photos: self.drawn(&note.photos)?,
                note: Some(NoteDraft { text: note.text }),
                ..blank
            },
            Body::Visit(_) | Body::Note(_) | Body::Withdrawal(_) | Body::Edit(..) | Body::Other => {
                return Err(Failure::from(domain::ErrorCode::BadRequest));
            }
        };
        self.keep_draft(&draft)?;
        Ok(draft)
    }

    fn is_here(&self, household: HouseholdId) -> Result<bool> {
        let found: Option<HouseholdRow> = self
            .store
            .cache(|cache| row::get(cache, RowType::Household, &household.to_string()))?;
        Ok(found.is_some())
    }

    fn drawn(&self, photos: &[PhotoManifest]) -> Result<Vec<crate::view::DraftPhoto>> {
        photos
            .iter()
            .map(|manifest| self.draft_photo(manifest.clone()))
            .collect()
    }
}

fn body(row: &Stored) -> Result<Body> {
    let value = row.body.clone();
    Ok(match row.kind.as_str() {
        kind::REPORT_CREATE => Body::Report(serde_json::from_value(value)?),
        kind::REPORT_NOTE => Body::Note(serde_json::from_value(value)?),
        kind::REPORT_WITHDRAW => Body::Withdrawal(serde_json::from_value(value)?),
        kind::VISIT_CREATE => Body::Visit(serde_json::from_value(value)?),
        kind::HOUSEHOLD_EDIT | kind::RESIDENT_ADD | kind::RESIDENT_EDIT | kind::RESIDENT_REMOVE => {
            let (household, change) = read_edit(row)?;
            Body::Edit(household, change)
        }
        _ => Body::Other,
    })
}

fn lines(body: &Body) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    match body {
        Body::Report(report) => {
            lines.push(report.text.clone());
            lines.extend(report.place.address.clone());
        }
        Body::Note(note) => lines.push(note.text.clone()),
        Body::Withdrawal(withdrawal) => lines.push(withdrawal.reason.clone()),
        Body::Visit(visit) => {
            lines.push(visit.facts.clone());
            lines.extend(visit.needs.iter().map(|need| need.text.clone()));
            lines.extend(visit.promises.iter().map(|promise| promise.what.clone()));
            lines.extend(visit.reflection.clone());
        }
        Body::Edit(_, change) => lines.extend(written(change)),
        Body::Other => {}
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The values an edit wrote, each after the name of its field: a year or a yes alone says nothing.
fn written(change: &Change) -> Vec<String> {
    let fields = match change {
        Change::Household(edit) => &edit.fields,
        Change::Edit(edit) => &edit.fields,
        Change::Add(add) => return filled_in(&add.resident),
        Change::Remove(_) => return Vec::new(),
    };
    fields.iter().map(|(name, edit)| line(name, &edit.value)).collect()
}

/// What was filled in of a new resident.
fn filled_in(resident: &Resident) -> Vec<String> {
    let blank = [Value::Null, Value::Bool(false), Value::String(String::new())];
    Field::of_resident()
        .into_iter()
        .filter_map(|field| Some((field, resident.value(field)?)))
        .filter(|(_, value)| !blank.contains(value))
        .map(|(field, value)| line(&field.to_string(), &value))
        .collect()
}

fn line(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{name}: {text}"),
        Value::Null => format!("{name}:"),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => format!("{name}: {value}"),
    }
}

fn report_again(report: Report) -> ReportDraft {
    let claim = |place: &Place, source| {
        place
            .chosen
            .iter()
            .chain(&place.others)
            .find(|claim| claim.source == source)
            .cloned()
    };
    ReportDraft {
        category: Some(report.category),
        answer: report.answer,
        text: report.text,
        pin: claim(&report.place, PlaceSource::Pin).map(|claim| claim.point),
        fix: claim(&report.place, PlaceSource::Fix),
        confirmed: claim(&report.place, PlaceSource::Photo)
            .filter(|claim| report.place.chosen.as_ref() == Some(claim))
            .map(|claim| claim.point),
        grid: report.place.grid,
        address: report.place.address,
        no_photo_reason: report.no_photo_reason,
        source: report.source,
        photos_on_mobile: false,
    }
}

fn visit_again(visit: Visit) -> VisitDraft {
    VisitDraft {
        channel: visit.channel,
        reason: visit.reason,
        started_at: visit.started_at,
        outcome: visit.outcome,
        condition: visit.condition,
        facts: visit.facts,
        needs: visit.needs,
        promises: visit.promises,
        reflection: visit.reflection,
    }
}

#[cfg(test)]
mod tests {
    use domain::ErrorCode;
    use domain::household::{FieldEdit, ResidentAdd, ResidentEdit};
    use domain::protocol::{Mutation, Receipt, Verdict};
    use domain::{Hlc, ResidentId, Tag};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::test_support::{EPOCH, HOUSEHOLD, ME, World};

    const PERSON: ResidentId = ResidentId(Uuid::from_u128(0xc));

    /// The lines of a record that the server refused.
    fn lines_of(kind: &str, body: Value) -> Vec<String> {
        let world = World::enrolled();
        let made = Mutation {
            id: MutationId(Uuid::from_u128(1)),
            seq: 0,
            kind: kind.to_owned(),
            v: 1,
            entity: PERSON.0,
            author: ME,
            wall_ms: 0,
            server_est_ms: None,
            body,
        };
        let refusal = Receipt {
            id: made.id,
            verdict: Verdict::Rejected {
                code: ErrorCode::OutOfScope,
                details: Value::Null,
            },
            rev: Some(9),
            body_hash: domain::protocol::body_hash(&made),
        };
        world
            .device
            .store
            .write_outbox(|tx| {
                mutation::insert(tx, &made)?;
                mutation::settle(tx, &refusal, None, EPOCH, 0)
            })
            .unwrap();
        world.device.get_refused(made.id).unwrap().lines
    }

    #[test]
    fn a_refused_new_resident_shows_all_that_was_filled_in() {
        let add = ResidentAdd {
            hlc: Hlc::default(),
            resident: Resident {
                id: PERSON,
                household: HOUSEHOLD,
                name: "王芳".to_owned(),
                sex: Some("f".to_owned()),
                birth_year: Some(1940),
                relation: "户主".to_owned(),
                phone: Some("13800001234".to_owned()),
                tags: vec![Tag::LivingAlone],
            },
        };
        assert_eq!(
            lines_of(kind::RESIDENT_ADD, json!(add)),
            [
                "phone: 13800001234",
                "name: 王芳",
                "sex: f",
                "birth_year: 1940",
                "relation: 户主",
                "tag.living-alone: true"
            ]
        );
    }

    #[test]
    fn a_refused_edit_shows_every_value_under_the_name_of_its_field() {
        let values = [
            ("birth_year", json!(1940)),
            ("phone", Value::Null),
            ("relation", json!("长子")),
            ("tag.low-income", json!(false)),
        ];
        let fields = values.into_iter().map(|(name, value)| {
            let base_rev = Hlc::default();
            (name.to_owned(), FieldEdit { value, base_rev })
        });
        let edit = ResidentEdit {
            resident: PERSON,
            household: HOUSEHOLD,
            hlc: Hlc::default(),
            fields: fields.collect(),
        };
        assert_eq!(
            lines_of(kind::RESIDENT_EDIT, json!(edit)),
            ["birth_year: 1940", "phone:", "relation: 长子", "tag.low-income: false"]
        );
    }
}
