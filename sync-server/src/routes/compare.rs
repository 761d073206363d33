//! `POST /v1/compare`

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::post;
use domain::protocol::{CompareRequest, CompareResponse, MAX_PREFIXES};
use domain::{Bucket, ErrorCode, StreetId};
use serde_json::json;

use super::Route;
use crate::encoding::{Wire, spoken};
use crate::phone::Phone;
use crate::server::Server;
use crate::store::{buckets, streets};
use crate::{Failure, Outcome, compare};

/// 256 prefixes take about 2 kB.
const MAX_BYTES: usize = 16 * 1024;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: "/v1/compare",
        access: Phone::ACCESS,
        handler: post(compare_rows),
    }]
}

/// Tells a phone whose digest did not agree where its rows differ.
#[utoipa::path(post, path = "/v1/compare", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    request_body = CompareRequest, responses((status = 200, body = CompareResponse)))]
pub async fn compare_rows(
    State(server): State<Server>,
    Phone(device): Phone,
    Wire(request): Wire<CompareRequest, MAX_BYTES>,
) -> Outcome<Json<CompareResponse>> {
    spoken(request.proto)?;
    Phone(device.clone()).names_itself(request.device)?;
    if request.prefixes.len() > MAX_PREFIXES {
        return Err(Failure::refused(ErrorCode::TooLarge, json!({ "limit": MAX_PREFIXES })));
    }
    let (epoch, now) = (server.epoch, server.now());
    let whole = !request.rows && request.prefixes.iter().any(String::is_empty);
    let (street, bucket) = (device.street.clone(), request.bucket.clone());
    let id = device.id;
    let answer = server
        .store
        .read(move |tx| compare::answer(tx, epoch, &device, &request, now))
        .await?;
    if whole {
        metrics::counter!("divergences").increment(1);
        tracing::warn!(device = %id, "a phone's rows differ from the street's");
        // It may be the kept digest that is wrong: then the phone would ask again for ever.
        mend_digest(&server, street, bucket).await?;
    }
    Ok(Json(answer))
}

async fn mend_digest(server: &Server, street: StreetId, bucket: Bucket) -> Outcome<()> {
    let (of, within) = (street.clone(), bucket.clone());
    let read = server
        .store
        .read(move |tx| Ok(buckets::is_kept_right(tx, &of, &within)?));
    if read.await? {
        return Ok(());
    }
    server
        .store
        .write(move |tx| {
            // Counted and kept while nobody changes the street: a stale sum over a right one would be a new fault.
            streets::hold(tx, &street)?;
            if !buckets::is_kept_right(tx, &street, &bucket)? {
                tracing::error!("a kept digest did not agree with the rows and was mended");
                buckets::keep(tx, &street, &bucket, buckets::counted(tx, &street, &bucket)?)?;
            }
            Ok(())
        })
        .await
}
