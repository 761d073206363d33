//! Saving a visit.

use domain::protocol::{ErrorCode, WireError, kind};
use domain::{Channel, Condition, HouseholdId, Visit, VisitId, VisitOutcome, VisitReason};
use uuid::Uuid;

use super::record::Record;
use super::report::photos_of;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::view::{Draft, VisitDraft};

const TOPICS: [Topic; 4] = [Topic::Households, Topic::Today, Topic::Sync, Topic::Map];

impl Device {
    /// Makes a visit of a draft. When this returns, it survives a power cut. The household may be gone from this phone meanwhile:
    /// the server judges whose it was then.
    ///
    /// # Errors
    /// `invalid` with every problem; `not_enrolled`, `not_found`, `phone_full`, `phone_write`. The draft stays.
    pub fn save_visit(&self, draft: &str) -> std::result::Result<(), WireError> {
        self.keep_visit_draft(draft)?;
        self.saved(&TOPICS);
        Ok(())
    }

    /// A visit in two taps: nobody home, or met and no change.
    ///
    /// # Errors
    /// `invalid`, `not_enrolled`, `phone_full`, `phone_write`.
    pub fn quick_visit(
        &self,
        household: HouseholdId,
        outcome: VisitOutcome,
        channel: Channel,
    ) -> std::result::Result<(), WireError> {
        let now = self.now();
        let visit = Visit {
            id: VisitId(self.ports.ids.time_ordered(now.millis())),
            household,
            channel,
            reason: VisitReason::Routine,
            started_at: now,
            ended_at: now,
            outcome,
            condition: (outcome == VisitOutcome::Met).then_some(Condition::Fine),
            facts: String::new(),
            needs: Vec::new(),
            promises: Vec::new(),
            reflection: None,
            photos: Vec::new(),
        };
        self.keep_visit(&visit, None)?;
        self.saved(&TOPICS);
        Ok(())
    }

    fn keep_visit_draft(&self, id: &str) -> Result<()> {
        let draft = self.draft(id)?;
        let (Some(body), Some(household)) = (draft.visit.clone(), draft.household) else {
            return Err(ErrorCode::BadRequest.into());
        };
        let name: Uuid = draft
            .id
            .parse()
            .map_err(|_odd| Failure::from(ErrorCode::DatabaseCorrupt))?;
        let visit = self.visit_of(VisitId(name), household, body, photos_of(&draft));
        self.keep_visit(&visit, Some(&draft))
    }

    fn visit_of(
        &self,
        id: VisitId,
        household: HouseholdId,
        body: VisitDraft,
        photos: Vec<domain::PhotoManifest>,
    ) -> Visit {
        Visit {
            id,
            household,
            channel: body.channel,
            reason: body.reason,
            started_at: body.started_at,
            // A clock set back during the visit must not make it end before it began.
            ended_at: self.now().max(body.started_at),
            outcome: body.outcome,
            condition: body.condition,
            facts: body.facts.trim().to_owned(),
            needs: body.needs,
            promises: body.promises,
            reflection: body.reflection.filter(|text| !text.trim().is_empty()),
            photos,
        }
    }

    fn keep_visit(&self, visit: &Visit, draft: Option<&Draft>) -> Result<()> {
        // The draft stays: with the next contact it can be saved.
        self.households_open()?;
        let problems = domain::validate::visit(visit);
        if !problems.is_empty() {
            return Err(Failure::invalid(&problems));
        }
        self.record(&Record {
            kind: kind::VISIT_CREATE,
            entity: visit.id.0,
            body: visit,
            photos: &visit.photos,
            any_network: false,
            draft,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::{Need, NeedId};

    use super::*;
    use crate::store::mutation;
    use crate::test_support::{HOUSEHOLD, World};
    use crate::view::{DraftEdit, DraftKind, NewDraft, Word};

    fn open(world: &World) -> (String, VisitDraft) {
        let new = NewDraft {
            kind: DraftKind::Visit,
            household: Some(HOUSEHOLD),
            about: None,
        };
        let draft = world.device.open_draft(new).unwrap();
        (draft.id, draft.visit.unwrap())
    }

    #[test]
    fn a_visit_with_a_need_survives_a_kill_and_shows_on_the_card() {
        let mut world = World::enrolled();
        let (id, body) = open(&world);
        let need = Need {
            id: NeedId(Uuid::from_u128(7)),
            category: "need-home-repair".into(),
            text: "tap".to_owned(),
        };
        let body = VisitDraft {
            condition: Some(Condition::Fine),
            needs: vec![need],
            ..body
        };
        world
            .device
            .save_draft(DraftEdit {
                id: id.clone(),
                report: None,
                visit: Some(body),
                note: None,
            })
            .unwrap();
        world.restart();
        world.device.save_visit(&id).unwrap();
        let card = world.device.get_household(HOUSEHOLD).unwrap();
        world.restart();
        assert_eq!(world.device.get_household(HOUSEHOLD).unwrap(), card);
        assert_eq!(card.visits.len(), 1);
        assert!(card.visits[0].mine && card.visits[0].word != Word::Delivered);
        assert_eq!(card.visits[0].visit.needs.len(), 1);
    }

    #[test]
    fn a_visit_without_a_condition_is_refused_and_the_draft_stays() {
        let world = World::enrolled();
        let (id, _) = open(&world);
        assert_eq!(world.device.save_visit(&id).unwrap_err().code, ErrorCode::Invalid);
        assert!(world.device.get_draft(&id).is_ok());
    }

    #[test]
    fn nobody_home_does_not_count_as_a_visit() {
        let world = World::enrolled();
        let before = world.device.get_household(HOUSEHOLD).unwrap().next_due;
        let after = |outcome| {
            world.device.quick_visit(HOUSEHOLD, outcome, Channel::Home).unwrap();
            world.device.get_household(HOUSEHOLD).unwrap()
        };
        let card = after(VisitOutcome::NoAnswer);
        assert_eq!((card.visits.len(), card.next_due), (1, before));
        assert!(after(VisitOutcome::Met).next_due > before);
    }

    #[test]
    fn a_visit_to_a_household_that_is_gone_from_the_phone_is_saved_and_said_to_be() {
        let world = World::enrolled();
        let elsewhere = HouseholdId(Uuid::from_u128(0xE15E));
        let visited = world.device.quick_visit(elsewhere, VisitOutcome::Met, Channel::Home);
        assert_eq!(visited, Ok(()));
        assert_eq!(
            world.device.get_household(elsewhere).unwrap_err().code,
            ErrorCode::NotFound
        );
        assert_eq!(world.device.store.outbox(mutation::all).unwrap().len(), 1);
    }
}
