//! A worker's phone beside the browsers: what it pushes, the office sees.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{Request, header};
use domain::protocol::{EnrolResponse, Mutation, Profile, PushRequest, PushResponse, Verdict, kind};
use domain::{
    CapturedAt, CaseAct, CategoryId, DeviceId, Epoch, GridId, MutationId, NoPhotoReason, Place, Report, ReportId,
    Source,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Answer, World};

/// An enrolled phone of a person of the demo street.
pub(crate) struct Phone {
    pub(crate) token: String,
    pub(crate) device: DeviceId,
    pub(crate) profile: Profile,
    epoch: Epoch,
    seq: AtomicU64,
}

impl Phone {
    /// Enrols with the code that the demo printed, or with one that the administrator gives.
    pub(crate) async fn enrol(world: &World, login: &str) -> Self {
        let people = &world.demo.as_ref().unwrap().people;
        let printed = people.iter().find(|one| one.login == login).unwrap().code.clone();
        let code = match printed {
            Some(code) => code,
            None => code_for(world, login).await,
        };
        let device = login
            .bytes()
            .fold(0xD000_u128, |id, byte| id.rotate_left(8) ^ u128::from(byte));
        let (token, device) = (format!("{login:A<43}"), Uuid::from_u128(device));
        let body = json!({ "proto": 1, "code": code, "device": device, "token": token,
            "device_name": "phone", "app_version": "0.1.0" });
        let enrolled = post(world, None, "/v1/enrol", &body).await.ok();
        let enrolled: EnrolResponse = serde_json::from_value(enrolled).unwrap();
        Self {
            token,
            device: DeviceId(device),
            profile: enrolled.profile,
            epoch: enrolled.epoch,
            seq: AtomicU64::new(1),
        }
    }

    /// A name of the next thing of this kind that the phone makes.
    fn name(&self, kind: u128) -> Uuid {
        let seq = u128::from(self.seq.load(Ordering::SeqCst));
        Uuid::from_u128((self.device.0.as_u128() << 32) + (kind << 16) + seq)
    }

    /// Pushes one mutation and gives its verdict.
    pub(crate) async fn push(&self, world: &World, kind: &str, entity: Uuid, body: Value) -> Verdict {
        let seq = self.seq.load(Ordering::SeqCst);
        let mutation = Mutation {
            id: MutationId(self.name(0xC)),
            seq,
            kind: kind.to_owned(),
            v: 1,
            entity,
            author: self.profile.user,
            wall_ms: world.server.now().0,
            server_est_ms: None,
            body,
        };
        let request = PushRequest {
            proto: 1,
            epoch: Some(self.epoch),
            device: self.device,
            seen: None,
            announce: None,
            mutations: vec![mutation],
        };
        self.seq.store(seq + 1, Ordering::SeqCst);
        let body = serde_json::to_value(request).unwrap();
        let answer = post(world, Some(&self.token), "/v1/push", &body).await.ok();
        let mut answer: PushResponse = serde_json::from_value(answer).unwrap();
        answer.receipts.remove(0).verdict
    }

    /// Reports something in one grid, at the border of another where there is one.
    pub(crate) async fn report(&self, world: &World, category: &str, grid: &GridId, other: Option<&GridId>) -> Report {
        let report = Report {
            id: ReportId(self.name(0xB)),
            category: CategoryId::from(category),
            answer: None,
            text: "老小区路上塌了一个坑".to_owned(),
            place: Place {
                chosen: None,
                others: Vec::new(),
                address: Some("门前街1号".to_owned()),
                grid: Some(grid.clone()),
                other_grid: other.cloned(),
            },
            home_grid: Some(grid.clone()),
            captured_at: CapturedAt(world.server.now().0),
            source: Source::Patrol,
            photos: Vec::new(),
            no_photo_reason: Some(NoPhotoReason::Unsafe),
            expectation: None,
        };
        let body = serde_json::to_value(&report).unwrap();
        let verdict = self.push(world, kind::REPORT_CREATE, report.id.0, body).await;
        assert_eq!(verdict, Verdict::Applied);
        report
    }

    /// Acts on a case from the field.
    pub(crate) async fn act(&self, world: &World, act: CaseAct) -> Verdict {
        let (case, body) = (act.case.0, serde_json::to_value(act).unwrap());
        self.push(world, kind::CASE_ACT, case, body).await
    }
}

async fn code_for(world: &World, login: &str) -> String {
    let admin = world.signed_in("admin");
    let people = admin.get("/v1/people").await.ok();
    let mut rows = people["rows"].as_array().unwrap().iter();
    let user = &rows.find(|row| row["login"] == login).unwrap()["id"];
    let issued = admin.post("/v1/enrolments", json!({ "user": user })).await.ok();
    issued["code"].as_str().unwrap().to_owned()
}

pub(crate) async fn post(world: &World, token: Option<&str>, path: &str, body: &Value) -> Answer {
    let mut request = Request::post(path)
        .header("x-sync-proto", "1")
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}
