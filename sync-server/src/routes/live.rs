//! `GET /v1/live`: pokes as server-sent events.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::{Bucket, StreetId};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::Route;
use crate::Outcome;
use crate::caller::Anyone;
use crate::live::Poke;
use crate::server::Server;

/// A stream ends after this long, so that a change of rights or a revoked phone takes effect; clients come again.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// A comment this often keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/live",
        access: Anyone::ACCESS,
        handler: get(watch),
    }]
}

/// Pokes as server-sent events: which bucket has reached which revision. They carry no content.
#[utoipa::path(get, path = "/v1/live", operation_id = "watch_buckets", tag = "sync",
    security(("session" = []), ("device" = [])), responses((status = 200, body = String, content_type = "text/event-stream")))]
pub async fn watch(State(server): State<Server>, caller: Anyone) -> Outcome<Response> {
    // Watching begins before the scope is read, so that nothing falls between the two.
    let pokes = server.store.watch();
    let now = server.now();
    let street = caller.street().clone();
    let buckets = server.store.read(move |tx| Ok(caller.watches(tx, now)?)).await?;
    let watcher = Watcher {
        pokes,
        street,
        buckets: buckets.into_iter().collect(),
        until: Instant::now() + LIFETIME,
    };
    let mut response = Sse::new(watcher.events())
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

struct Watcher {
    pokes: Receiver<Poke>,
    street: StreetId,
    buckets: BTreeSet<Bucket>,
    until: Instant,
}

impl Watcher {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut watcher| async move {
            let poke = watcher.next().await?;
            let event = Event::default().event("poke").json_data(&poke).unwrap_or_default();
            Some((Ok(event), watcher))
        })
    }

    /// The next poke that concerns this caller; nothing when the stream is over.
    async fn next(&mut self) -> Option<Poke> {
        loop {
            match timeout_at(self.until, self.pokes.recv()).await.ok()? {
                Ok(poke) if poke.street == self.street && self.buckets.contains(&poke.bucket) => return Some(poke),
                Ok(_) => {}
                // Too slow to hear all: one poke for everything is as good.
                Err(RecvError::Lagged(_)) => {
                    let bucket = self.buckets.first()?.clone();
                    return Some(Poke {
                        street: self.street.clone(),
                        bucket,
                        rev: 0,
                    });
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
