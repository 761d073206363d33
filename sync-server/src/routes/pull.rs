//! `POST /v1/pull`

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::post;
use domain::protocol::{PullRequest, PullResponse, bundle_key_line};

use super::Route;
use crate::handshake::Contact;
use crate::phone::Phone;
use crate::server::Server;
use crate::{Outcome, alarm, pull};

/// A pull with a cursor per bucket is far smaller.
const MAX_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: "/v1/pull",
        access: Phone::ACCESS,
        handler: post(pull_rows),
    }]
}

/// Hands out the latest rows of a phone's buckets.
#[utoipa::path(post, path = "/v1/pull", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    request_body = PullRequest, responses((status = 200, body = PullResponse)))]
pub async fn pull_rows(
    State(server): State<Server>,
    Contact(device, request): Contact<PullRequest, MAX_BYTES>,
) -> Outcome<Json<PullResponse>> {
    let (epoch, now) = (server.epoch, server.now());
    let asked = (device.clone(), request.clone());
    let mut answer = server
        .store
        .read(move |tx| Ok(pull::answer(tx, epoch, &asked.0, &asked.1, now)?))
        .await?;
    if ahead(&answer, &request) {
        return Err(alarm::restored_unnoticed(&server, &device).await);
    }
    if request.bundle_key {
        let key = server.bundle_key.public();
        answer.sig = server.signed(answer.street_rev, vec![bundle_key_line(&key)]);
        answer.bundle_key = Some(key);
    }
    let rows: usize = answer.buckets.iter().map(|page| page.rows.len()).sum();
    metrics::counter!("pulls").increment(1);
    metrics::counter!("rows_pulled").increment(rows as u64);
    Ok(Json(answer))
}

/// A phone that has seen more of this epoch than the street has proves that the rest of it was lost.
fn ahead(answer: &PullResponse, request: &PullRequest) -> bool {
    let seen = request.cursors.values().chain(&request.seen);
    request.epoch == Some(answer.epoch) && seen.max().is_some_and(|seen| *seen > answer.street_rev)
}
