//! A server with the demo street in a temporary folder, a clock that is moved by hand, and people signed in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::ReceivedAt;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sync_server::auth::secret;
use sync_server::clock::{Clock, Ids};
use sync_server::demo::{self, Printed};
use sync_server::office::Office;
use sync_server::routes::router;
use sync_server::server::Server;
use sync_server::store::{people, sessions};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::engine::Ground;

/// 2026-03-02 09:00 in Shanghai, a Monday.
pub(crate) const MORNING: i64 = 1_772_413_200_000;

/// A time in March 2026, as a watch in Shanghai shows it.
pub(crate) const fn in_march(day: i64, hour: i64, minute: i64) -> i64 {
    MORNING + ((day - 2) * 24 + hour - 9) * 3_600_000 + minute * 60_000
}

pub(crate) struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> ReceivedAt {
        ReceivedAt(self.0.load(Ordering::SeqCst))
    }
}

/// Ids and secrets from a counter, so that every run is the same.
pub(crate) struct Counting(AtomicU64);

impl Ids for Counting {
    fn uuid(&self) -> Uuid {
        Uuid::from_u64_pair(0x0195_0000_0000_7000, self.0.fetch_add(1, Ordering::SeqCst) | 1 << 63)
    }

    fn secret(&self) -> [u8; 32] {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Sha256::digest(number.to_be_bytes()).into()
    }
}

pub(crate) struct World {
    pub(crate) server: Server,
    app: Router,
    clock: Arc<Still>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) ground: Ground,
    pub(crate) demo: Option<Printed>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }
}

impl World {
    /// With the demo street.
    pub(crate) fn demo() -> Self {
        let mut world = Self::empty();
        world.demo = demo::start(&world.server).unwrap();
        assert!(world.demo.is_some());
        world
    }

    /// With nothing at all.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Still(AtomicI64::new(MORNING)));
        let ids = Arc::new(Counting(AtomicU64::new(1)));
        let ground = Ground::new(folder.path());
        let server = Server::open_at(&ground.places, Office::default(), Arc::<Still>::clone(&clock), ids).unwrap();
        Self {
            app: router(server.clone()),
            server,
            clock,
            folder,
            ground,
            demo: None,
        }
    }

    /// A grid of the demo street.
    pub(crate) fn demo_grid(&self) -> String {
        let sql = "SELECT id FROM grids ORDER BY id";
        let first = self
            .server
            .store
            .read_blocking(move |tx| Ok(tx.query_opt(sql, &[], |row| row.get::<String>("id"))?));
        first.unwrap().expect("the demo street has grids")
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves the clock to a time in March 2026, as a watch in Shanghai shows it.
    pub(crate) fn in_march(&self, day: i64, hour: i64, minute: i64) {
        self.clock.0.store(in_march(day, hour, minute), Ordering::SeqCst);
    }

    /// A browser with a session of this person.
    pub(crate) fn signed_in(&self, login: &str) -> Browser<'_> {
        let token = secret::token(&self.server.ids.secret());
        let (hash, login, now) = (secret::hash(&token), login.to_owned(), self.clock.now());
        self.server
            .store
            .write_blocking(move |tx| {
                let person = people::by_login(tx, &login, None)?.expect("a person of the demo street");
                Ok(sessions::insert(tx, &person.street, &hash, person.id, now)?)
            })
            .unwrap();
        Browser {
            world: self,
            cookie: Some(token),
            from: "10.0.0.9",
        }
    }

    pub(crate) fn anonymous(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookie: None,
            from: "10.0.0.9",
        }
    }

    /// A browser on the server's own machine.
    pub(crate) fn on_the_machine(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookie: None,
            from: "127.0.0.1",
        }
    }

    /// The head of an answer; the body of a live stream never ends.
    pub(crate) async fn status(&self, request: Request<Body>) -> StatusCode {
        self.app.clone().oneshot(request).await.unwrap().status()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Browser<'w> {
    world: &'w World,
    pub(crate) cookie: Option<String>,
    pub(crate) from: &'static str,
}

impl Browser<'_> {
    pub(crate) fn request(&self, method: Method, path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
        let peer = SocketAddr::new(self.from.parse().unwrap(), 40_000);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(peer))
            .header("x-xunge", "office")
            .header("x-sync-proto", "1");
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("xunge_session={cookie}"));
        }
        request.body(body.into()).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.world
            .send(self.request(Method::GET, path, "", Body::empty()))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.world
            .send(self.request(Method::POST, path, "application/json", body.to_string()))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.world
            .send(self.request(Method::PATCH, path, "application/json", body.to_string()))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.world
            .send(self.request(Method::DELETE, path, "", Body::empty()))
            .await
    }
}
