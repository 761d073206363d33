//! A street with two grids, their workers' phones, and a clock that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::catalog::queues;
use domain::clock::Calendar;
use domain::protocol::{
    EnrolRequest, EnrolResponse, Mutation, PullRequest, PullResponse, PushRequest, PushResponse, RevokeOrder, Row,
};
use domain::view::{GridRow, StreetRow};
use domain::{Bucket, DeviceId, Epoch, ReceivedAt, Role, StreetId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sync_server::args;
use sync_server::clock::{Clock, Ids};
use sync_server::office::Office;
use sync_server::routes::router;
use sync_server::server::Server;
use sync_server::store::areas::{self, AreaKind, Posting};
use sync_server::store::codes::{self, CodeRecord};
use sync_server::store::{Tx, devices, grids, json, streets};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::engine::Ground;

/// 2026-03-02 09:00 in Shanghai, a Monday.
pub(crate) const MORNING: i64 = 1_772_413_200_000;
pub(crate) const STREET: &str = "s1";
pub(crate) const GRID_A: &str = "350000000000001";
pub(crate) const GRID_B: &str = "350000000000002";

pub(crate) struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> ReceivedAt {
        ReceivedAt(self.0.load(Ordering::SeqCst))
    }
}

/// Ids that count up, so that every run is the same.
pub(crate) struct Counting(AtomicU64);

impl Ids for Counting {
    fn uuid(&self) -> Uuid {
        Uuid::from_u64_pair(0x0195_0000_0000_7000, self.0.fetch_add(1, Ordering::SeqCst) | 1 << 63)
    }

    fn secret(&self) -> [u8; 32] {
        [u8::try_from(self.0.fetch_add(1, Ordering::SeqCst) % 251).unwrap(); 32]
    }
}

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) app: Router,
    pub(crate) clock: Arc<Still>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) ground: Ground,
}

/// An enrolled phone.
#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) token: String,
    pub(crate) epoch: Epoch,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    pub(crate) fn code(&self) -> String {
        self.json::<Value>()["error"]["code"].as_str().unwrap_or("").to_owned()
    }
}

pub(crate) fn street() -> StreetId {
    STREET.into()
}

pub(crate) fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(0xA000 + number))
}

pub(crate) fn grid(id: &str, west: f64) -> GridRow {
    let (south, north, east) = (26.0, 26.01, west + 0.01);
    GridRow {
        id: id.into(),
        name: id.to_owned(),
        community: "c1".into(),
        community_name: "一社区".to_owned(),
        rings: vec![vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]],
        property_queue: None,
    }
}

impl World {
    /// On the engine that the tests run on.
    pub(crate) fn new() -> Self {
        Self::on(Ground::new)
    }

    /// On SQLite, whatever the tests run on.
    pub(crate) fn on_sqlite() -> Self {
        Self::on(Ground::on_sqlite)
    }

    /// On PostgreSQL, whatever the tests run on.
    pub(crate) fn on_postgres() -> Self {
        Self::on(Ground::on_postgres)
    }

    pub(crate) fn on(ground: impl FnOnce(&std::path::Path) -> Ground) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Still(AtomicI64::new(MORNING)));
        let ids = Arc::new(Counting(AtomicU64::new(1)));
        let ground = ground(folder.path());
        let server = Server::open_at(&ground.places, Office::default(), Arc::<Still>::clone(&clock), ids).unwrap();
        seed(&server);
        let app = router(server.clone());
        Self {
            server,
            app,
            clock,
            folder,
            ground,
        }
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: head.status,
            headers: head.headers,
            bytes,
        }
    }

    pub(crate) async fn post(&self, token: Option<&str>, path: &str, body: &impl Serialize) -> Answer {
        let mut request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-sync-proto", "1");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(serde_json::to_vec(body).unwrap())).unwrap())
            .await
    }

    pub(crate) async fn enrol(&self, number: u128, user: UserId) -> Phone {
        let code = format!("CODE{number:04}");
        let (store, given) = (self.server.clone(), code.clone());
        let record = CodeRecord {
            street: street(),
            code_hash: codes::hash(&given),
            user,
            created_by: None,
            expires_at: ReceivedAt(MORNING + 86_400_000),
            used_device: None,
        };
        store
            .store
            .write(move |tx| Ok(codes::insert(tx, &record, ReceivedAt(MORNING))?))
            .await
            .unwrap();
        let request = enrolment(&code, number);
        let answer = self.post(None, "/v1/enrol", &request).await;
        let enrolled: EnrolResponse = answer.json();
        Phone {
            device: request.device,
            user,
            token: request.token,
            epoch: enrolled.epoch,
        }
    }

    /// Takes a phone back, or gives one that was taken back another order.
    pub(crate) async fn revoke(&self, phone: &Phone, order: RevokeOrder) {
        let (device, by, now) = (phone.device, user(2), self.server.now());
        let revoke = move |tx: &Tx<'_>| Ok(devices::revoke(tx, &street(), (device, order), by, now)?);
        assert!(self.server.store.write(revoke).await.unwrap());
    }

    pub(crate) async fn push(&self, phone: &Phone, mutations: &[Mutation]) -> PushResponse {
        let request = PushRequest {
            proto: 1,
            epoch: Some(phone.epoch),
            device: phone.device,
            seen: None,
            announce: None,
            mutations: mutations.to_vec(),
        };
        self.post(Some(&phone.token), "/v1/push", &request).await.json()
    }

    pub(crate) async fn pull(&self, phone: &Phone, cursors: &[(Bucket, u64)]) -> PullResponse {
        let request = PullRequest {
            proto: 1,
            bundle_key: false,
            epoch: Some(phone.epoch),
            device: phone.device,
            cursors: cursors.iter().cloned().collect(),
            check: false,
            profile: None,
            max_bytes: None,
            seen: None,
            announce: None,
        };
        self.post(Some(&phone.token), "/v1/pull", &request).await.json()
    }

    /// One number out of the database.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.server
            .store
            .read(move |tx| Ok(tx.number(sql, &[])?))
            .await
            .unwrap()
    }
}

pub(crate) fn enrolment(code: &str, number: u128) -> EnrolRequest {
    EnrolRequest {
        announce: None,
        proto: 1,
        code: code.to_owned(),
        device: DeviceId(Uuid::from_u128(0xD000 + number)),
        token: format!("{number:043}"),
        device_name: "phone".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

fn seed(server: &Server) {
    let row = StreetRow {
        id: street(),
        name: "一街道".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        triage_first: Vec::new(),
        disabled_categories: Vec::new(),
        calendar: Calendar::default(),
    };
    server
        .edit_blocking(street(), move |edit| {
            streets::insert(edit.tx, &row, "JL", edit.now)?;
            for (position, queue) in queues().iter().enumerate() {
                grids::put_queue(edit.tx, &edit.street, &queue.row(true), position)?;
            }
            grids::put(edit.tx, &edit.street, &grid(GRID_A, 119.0))?;
            grids::put(edit.tx, &edit.street, &grid(GRID_B, 119.01))?;
            for (number, area) in [(1, GRID_A), (2, GRID_B)] {
                person(edit, user(number), area)?;
            }
            Ok(())
        })
        .unwrap();
}

fn person(edit: &sync_server::store::Edit<'_>, user: UserId, area: &str) -> sync_server::Outcome<()> {
    edit.tx.execute(
        "INSERT INTO people (street_id, id, login, name, roles, language, active, created_at)
         VALUES ($1, $2, $3, $4, $5, 'zh-CN', 1, $6)",
        args![
            &edit.street,
            user,
            user.to_string(),
            "网格员",
            json(&[Role::GridWorker])?,
            edit.now
        ],
    )?;
    let posting = Posting {
        kind: AreaKind::Grid,
        area: area.to_owned(),
        from: edit.now,
        to: None,
    };
    Ok(areas::insert(edit.tx, &edit.street, user, &posting, 0)?)
}

/// What stands in a row.
pub(crate) fn shown(row: &Row) -> Value {
    row.data.read().unwrap()
}
