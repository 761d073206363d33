//! The demo street as its file tells it.

use domain::view::GridRow;
use domain::{
    Action, CategoryId, CommunityId, GridId, Household, NoPhotoReason, Place, QueueId, Resident, Role, Source, StreetId,
};
use serde::Deserialize;

use crate::Outcome;

const STORY: &str = include_str!("../../../demo/street.json");
/// The base map.
pub(super) const BASE: &str = include_str!("../../../demo/base.json");

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Story {
    pub(super) street: StreetHead,
    pub(super) grids: Vec<GridRow>,
    pub(super) queues: Vec<QueueHead>,
    pub(super) people: Vec<PersonHead>,
    pub(super) households: Vec<HouseholdTold>,
    pub(super) past_cases: Vec<PastCase>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct StreetHead {
    pub(super) id: StreetId,
    pub(super) name: String,
    pub(super) number_prefix: String,
    pub(super) time_zone: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct QueueHead {
    pub(super) id: QueueId,
    pub(super) label_zh: String,
    pub(super) label_en: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PersonHead {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
    pub(super) queues: Vec<QueueId>,
    pub(super) communities: Vec<CommunityId>,
    pub(super) grids: Vec<GridId>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct HouseholdTold {
    #[serde(flatten)]
    pub(super) household: Household,
    pub(super) residents: Vec<Resident>,
    pub(super) last_visit_days_ago: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PastCase {
    pub(super) worker: String,
    pub(super) captured_days_ago: i64,
    pub(super) report: ReportTold,
    #[serde(default)]
    pub(super) pictures: Vec<String>,
    pub(super) acts: Vec<ActTold>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReportTold {
    pub(super) category: CategoryId,
    pub(super) answer: Option<String>,
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) home_grid: Option<GridId>,
    pub(super) source: Source,
    pub(super) no_photo_reason: Option<NoPhotoReason>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ActTold {
    pub(super) by: String,
    pub(super) after_min: i64,
    pub(super) act: Action,
    #[serde(default)]
    pub(super) pictures: Vec<String>,
}

impl Story {
    pub(super) fn told() -> Outcome<Self> {
        Ok(serde_json::from_str(STORY)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_in_the_program_is_readable_and_whole() {
        let story = Story::told().unwrap();
        assert_eq!(
            (story.grids.len(), story.households.len(), story.past_cases.len()),
            (12, 200, 30)
        );
        let logins: Vec<&str> = story.people.iter().map(|person| person.login.as_str()).collect();
        for case in &story.past_cases {
            assert!(logins.contains(&case.worker.as_str()));
            assert!(case.acts.iter().all(|act| logins.contains(&act.by.as_str())));
        }
        assert!(serde_json::from_str::<serde_json::Value>(BASE).unwrap()["features"].is_array());
    }
}
