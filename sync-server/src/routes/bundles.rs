//! Bundles: what a phone could not send for long, in a file that somebody carried here.

use std::fs::File;
use std::io::Write as _;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, header};
use axum::routing::post;
use domain::ErrorCode;
use domain::protocol::MAX_BUNDLE_BYTES;
use futures_util::StreamExt as _;
use serde_json::json;

use super::Route;
use crate::auth::caller::BundleTaker;
use crate::bundle::{self, BundleTaken};
use crate::server::Server;
use crate::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: "/v1/bundles",
        access: BundleTaker::ACCESS,
        handler: post(import_bundle),
    }]
}

/// Takes a bundle that a phone exported. The body is the file. Taking it again changes nothing, and what the phone pushes
/// later gets the same answers.
#[utoipa::path(post, path = "/v1/bundles", tag = "devices", security(("session" = [], "office" = [])),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses((status = 200, body = BundleTaken)))]
pub async fn import_bundle(
    BundleTaker(person): BundleTaker,
    State(server): State<Server>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<Json<BundleTaken>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind != Some("application/octet-stream") {
        return Err(ErrorCode::UnsupportedMedia.into());
    }
    let file = received(&server, body).await?;
    let taken = bundle::take(&server, Some(&person.street), Some(person.user), file).await?;
    metrics::counter!("bundles").increment(1);
    Ok(Json(taken))
}

/// The file, in the data folder without a name: nothing of it is left, whatever ends this process. What it holds is sealed.
async fn received(server: &Server, body: Body) -> Outcome<File> {
    std::fs::create_dir_all(&*server.folder)?;
    let mut file = tempfile::tempfile_in(&*server.folder)?;
    let (mut parts, mut bytes) = (body.into_data_stream(), 0);
    while let Some(part) = parts.next().await {
        // The sender went away, or sent something that is no body.
        let part = part.map_err(|_cut| ErrorCode::BundleDamaged)?;
        bytes += part.len() as u64;
        if bytes > MAX_BUNDLE_BYTES {
            return Err(Failure::refused(
                ErrorCode::TooLarge,
                json!({ "limit": MAX_BUNDLE_BYTES }),
            ));
        }
        file = tokio::task::spawn_blocking(move || file.write_all(&part).map(|()| file))
            .await
            .map_err(|_panicked| Failure::Panicked)??;
    }
    Ok(file)
}
