//! What people at the street office see and do, through the same requests as their browser's.

use axum::body::Body;
use axum::http::{Method, Request};
use domain::view::RoutingReason;
use domain::{Action, CaseId, CaseState, QueueId};
use serde::Deserialize;
use serde_json::{Value, json};
use sync_server::auth::secret;
use sync_server::store::sessions;

use crate::server::StreetServer;
use crate::street;

/// A person signed in.
pub struct Browser<'w> {
    server: &'w StreetServer,
    token: String,
}

/// A line of the case list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CaseLine {
    /// Name.
    pub id: CaseId,
    /// State.
    pub state: CaseState,
    /// Counts changes of state.
    pub state_rev: u32,
    /// Category.
    pub category: String,
    /// The queue that leads.
    pub lead_queue: QueueId,
    /// Why it went there.
    pub routing: RoutingReason,
    /// Its text.
    pub text: String,
}

impl<'w> Browser<'w> {
    /// Signs a person in.
    ///
    /// # Panics
    /// When the database fails.
    #[must_use]
    pub fn signed_in(server: &'w StreetServer, login: &str) -> Self {
        let handle = server.handle();
        let token = secret::token(&handle.ids.secret());
        let (hash, user, now) = (secret::hash(&token), street::user(login), handle.now());
        handle
            .store
            .write_blocking(move |tx| Ok(sessions::insert(tx, &street::street(), &hash, user, now)?))
            .unwrap();
        Self { server, token }
    }

    /// Reads a page's data.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, Body::empty());
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body
    }

    /// Sends something; the answer with its status.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, path, Body::from(body.to_string()))
    }

    /// Brings in a file that a phone exported; the answer with its status.
    #[must_use]
    pub fn carry(&self, file: &[u8]) -> (u16, Value) {
        self.send(
            Method::POST,
            "/v1/bundles",
            "application/octet-stream",
            Body::from(file.to_vec()),
        )
    }

    /// The cases with an order in a queue; for triage also those without an order.
    #[must_use]
    pub fn queue(&self, queue: &str) -> Vec<CaseLine> {
        let list = self.get(&format!("/v1/cases?queue={queue}&limit=200"));
        serde_json::from_value(list["rows"].clone()).unwrap()
    }

    /// Every case this person may see.
    #[must_use]
    pub fn cases(&self) -> Vec<CaseLine> {
        serde_json::from_value(self.get("/v1/cases?limit=200")["rows"].clone()).unwrap()
    }

    /// Acts on a case; returns its state revision then.
    ///
    /// # Panics
    /// When it is refused.
    pub fn act(&self, case: CaseId, from_state_rev: u32, act: &Action) -> u32 {
        let (status, body) = self.try_act(case, from_state_rev, act);
        assert_eq!(status, 200, "{body}");
        u32::try_from(body["row"]["state_rev"].as_u64().unwrap_or_default()).unwrap()
    }

    /// Acts on a case, or is told why not.
    #[must_use]
    pub fn try_act(&self, case: CaseId, from_state_rev: u32, act: &Action) -> (u16, Value) {
        let mut asked = serde_json::to_value(act).unwrap();
        asked["id"] = json!(self.server.handle().ids.uuid());
        asked["from_state_rev"] = json!(from_state_rev);
        self.post(&format!("/v1/cases/{case}/acts"), &asked)
    }

    /// Tries everything that is parked again, in the order of the list; returns how many there were.
    ///
    /// # Panics
    /// When the list is refused, or the server fails.
    pub fn replay_parked(&self) -> usize {
        let list = self.get("/v1/strays");
        let lines = list.as_array().unwrap().iter();
        let parked: Vec<&Value> = lines.filter(|line| line["parked"] == true).collect();
        for line in &parked {
            let path = format!("/v1/strays/{}/replay", line["mutation"].as_str().unwrap());
            let (status, answer) = self.post(&path, &Value::Null);
            // One that was answered together with another is not there any more.
            assert!(status == 200 || status == 404, "{status} {answer}");
        }
        parked.len()
    }

    /// Takes off the list what waits for a record that will not come any more; returns how much of it was for this person.
    ///
    /// # Panics
    /// When the list is refused, or the server fails.
    pub fn give_up_waiting(&self) -> usize {
        let list = self.get("/v1/strays");
        let lines = list.as_array().unwrap().iter();
        let waiting = lines.filter(|line| line["parked"] == true && line["code"] == "not_found");
        let handled = waiting.filter(|line| {
            let path = format!("/v1/strays/{}/handled", line["mutation"].as_str().unwrap());
            let (status, answer) = self.post(&path, &Value::Null);
            assert!(status == 204 || status == 403, "{status} {answer}");
            status == 204
        });
        handled.count()
    }

    fn ask(&self, method: Method, path: &str, body: Body) -> (u16, Value) {
        self.send(method, path, "application/json", body)
    }

    fn send(&self, method: Method, path: &str, kind: &str, body: Body) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-xunge", "office")
            .header("content-type", kind)
            .header("cookie", format!("xunge_session={}", self.token))
            .body(body)
            .unwrap();
        let answer = self.server.browse(request);
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }
}
