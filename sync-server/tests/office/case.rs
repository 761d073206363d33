//! One case in the hands of several people.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Answer, World};

/// A case of the demo street, by its name.
pub(crate) struct Case<'w> {
    world: &'w World,
    pub(crate) id: String,
    acts: AtomicU64,
}

impl<'w> Case<'w> {
    pub(crate) fn new(world: &'w World, id: &Value) -> Self {
        Self {
            world,
            id: id.as_str().unwrap().to_owned(),
            acts: AtomicU64::new(1),
        }
    }

    /// The id of the first act that is done through this handle.
    pub(crate) fn first_act() -> Uuid {
        Self::nth_act(1)
    }

    fn nth_act(number: u64) -> Uuid {
        Uuid::from_u128(0xAC00 + u128::from(number))
    }

    /// The case of a report.
    pub(crate) async fn of_report(world: &'w World, report: &str) -> Self {
        let triage = world.signed_in("triage");
        let list = triage.get("/v1/cases?limit=200").await.ok();
        for row in list["rows"].as_array().unwrap() {
            let case = Self::new(world, &row["id"]);
            if case.seen_by("triage").await["row"]["reports"]
                .as_array()
                .unwrap()
                .contains(&json!(report))
            {
                return case;
            }
        }
        panic!("the office does not list the case");
    }

    /// The case whole, as this person sees it.
    pub(crate) async fn seen_by(&self, login: &str) -> Value {
        self.world
            .signed_in(login)
            .get(&format!("/v1/cases/{}", self.id))
            .await
            .ok()
    }

    /// Acts on the case as it is now, under an id of its own.
    pub(crate) async fn act(&self, login: &str, mut act: Value) -> Answer {
        act["id"] = json!(Self::nth_act(self.acts.fetch_add(1, Ordering::SeqCst)));
        act["from_state_rev"] = self.seen_by("triage").await["row"]["state_rev"].clone();
        self.world
            .signed_in(login)
            .post(&format!("/v1/cases/{}/acts", self.id), act)
            .await
    }

    /// A photo for an act, through the office's own pipeline.
    pub(crate) async fn photo(&self, login: &str, role: &str, file: &[u8]) -> Value {
        let browser = self.world.signed_in(login);
        let path = format!("/v1/photos?role={role}");
        let request = browser.request("POST".parse().unwrap(), &path, "image/png", file.to_vec());
        self.world.send(request).await.ok()
    }
}

/// What the viewer of a case may do, by the name of the act: nothing when it may be done, the refusal's code otherwise.
pub(crate) fn refusal(detail: &Value, action: &str) -> Option<String> {
    let all = detail["allowed"].as_array().unwrap();
    let one = all.iter().find(|one| one["action"] == action).unwrap();
    assert_eq!(one["allowed"] == true, one["refusal"].is_null(), "{action}");
    one["refusal"].as_str().map(str::to_owned)
}

/// The newest clock of a stage.
pub(crate) fn clock<'v>(detail: &'v Value, stage: &str) -> &'v Value {
    let clocks = detail["clocks"].as_array().unwrap().iter();
    clocks
        .filter(|clock| clock["stage"] == stage)
        .max_by_key(|clock| clock["started_at"].as_i64())
        .unwrap()
}
