//! `POST /v1/push`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::post;
use domain::ErrorCode;
use domain::protocol::{MAX_MUTATIONS, MAX_PUSH_BYTES, PushRequest, PushResponse, Verdict, receipt_line};
use serde_json::json;

use super::Route;
use crate::handshake::Contact;
use crate::intake::push;
use crate::phone::Sender;
use crate::server::Server;
use crate::{Failure, Outcome, alarm};

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: "/v1/push",
        access: Sender::ACCESS,
        handler: post(push_mutations),
    }]
}

/// Takes what a phone captured; each mutation gets its one verdict.
#[utoipa::path(post, path = "/v1/push", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    request_body = PushRequest, responses((status = 200, body = PushResponse)))]
pub async fn push_mutations(
    State(server): State<Server>,
    Contact(device, request): Contact<PushRequest, MAX_PUSH_BYTES>,
) -> Outcome<Json<PushResponse>> {
    if request.mutations.len() > MAX_MUTATIONS {
        return Err(Failure::refused(ErrorCode::TooLarge, json!({ "limit": MAX_MUTATIONS })));
    }
    let (epoch, now, ids) = (server.epoch, server.now(), Arc::clone(&server.ids));
    let (id, asking) = (device.id, device.clone());
    let request = Arc::new(request);
    let taken = server
        .store
        .write(move |tx| push::take(tx, epoch, &device, &request, now, ids.as_ref()))
        .await?;
    let Some(mut answer) = taken else {
        return Err(alarm::restored_unnoticed(&server, &asking).await);
    };
    answer.sig = server.signed(answer.street_rev, answer.receipts.iter().map(receipt_line).collect());
    metrics::counter!("pushes").increment(1);
    for receipt in &answer.receipts {
        metrics::counter!("mutations", "verdict" => name(&receipt.verdict)).increment(1);
        tracing::info!(device = %id, mutation = %receipt.id, verdict = name(&receipt.verdict), "mutation");
    }
    Ok(Json(answer))
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Applied => "applied",
        Verdict::Merged { .. } => "merged",
        Verdict::Superseded => "superseded",
        Verdict::Rejected { .. } => "rejected",
        Verdict::Parked { .. } => "parked",
    }
}
