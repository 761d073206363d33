//! `/v1/blobs`: photos of phones, offered by hash, resumed by offset.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, patch, post, put};
use domain::protocol::{
    BlobAnswer, MAX_CHUNK_BYTES, OfferLine, OfferRequest, OfferResponse, RowType, SMALL_BLOB_BYTES, UploadState,
    photo_line,
};
use domain::{Bucket, ErrorCode, PhotoCopy, Problem, ProblemKind, Sha256Hex, StreetId};
use serde_json::json;

use super::Route;
use super::body::Named;
use crate::handshake::Contact;
use crate::phone::{Phone, Sender};
use crate::server::Server;
use crate::store::devices::DeviceRecord;
use crate::store::photos::{self, Subject};
use crate::store::{Tx, areas, blobs, bucket_rows, streets};
use crate::upload::{self, Progress, Upload};
use crate::{Failure, Outcome};

/// At most this many hashes in one offer.
const MAX_HASHES: usize = 200;
/// An offer of 200 hashes takes about 14 kB.
const MAX_OFFER_BYTES: usize = 32 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let one = "/v1/blobs/{sha256}";
    vec![
        Route {
            method: Method::POST,
            path: "/v1/blobs/offer",
            access: Phone::ACCESS,
            handler: post(offer),
        },
        Route {
            method: Method::HEAD,
            path: one,
            access: Phone::ACCESS,
            handler: head(ask),
        },
        Route {
            method: Method::PUT,
            path: one,
            access: Phone::ACCESS,
            handler: put(take_whole),
        },
        Route {
            method: Method::PATCH,
            path: one,
            access: Phone::ACCESS,
            handler: patch(take_chunk),
        },
        Route {
            method: Method::GET,
            path: one,
            access: Phone::ACCESS,
            handler: get(show),
        },
    ]
}

/// Says which of these photo files the server wants.
#[utoipa::path(post, path = "/v1/blobs/offer", operation_id = "offer_blobs", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    request_body = OfferRequest, responses((status = 200, body = OfferResponse)))]
pub async fn offer(
    State(server): State<Server>,
    Contact(device, request): Contact<OfferRequest, MAX_OFFER_BYTES>,
) -> Outcome<Json<OfferResponse>> {
    if request.hashes.len() > MAX_HASHES {
        return Err(Failure::refused(ErrorCode::TooLarge, json!({ "limit": MAX_HASHES })));
    }
    let (mut street_rev, mut lines) = answers(&server, &device.street, request.hashes).await?;
    let lost = upload::lost(&server, &device.street, &lines).await?;
    if !lost.is_empty() {
        upload::forget(&server, &device.street, lost).await?;
        let hashes = lines.into_iter().map(|line| line.sha256).collect();
        (street_rev, lines) = answers(&server, &device.street, hashes).await?;
    }
    let have = lines.iter().filter(|line| line.answer == BlobAnswer::Have);
    let sig = server.signed(street_rev, have.map(|line| photo_line(&line.sha256)).collect());
    Ok(Json(OfferResponse {
        epoch: server.epoch,
        street_rev: Some(street_rev),
        lines,
        sig,
    }))
}

/// The street's revision, and its word on each file.
async fn answers(server: &Server, street: &StreetId, hashes: Vec<Sha256Hex>) -> Outcome<(u64, Vec<OfferLine>)> {
    let street = street.clone();
    let read = server.store.read(move |tx| {
        let line = |sha256: Sha256Hex| {
            Ok(OfferLine {
                answer: upload::offer(tx, &street, &sha256)?,
                sha256,
            })
        };
        let lines = hashes.into_iter().map(line).collect::<Outcome<Vec<_>>>()?;
        Ok((streets::rev(tx, &street)?, lines))
    });
    read.await
}

/// How far a file has come, signed once it is stored.
fn told(server: &Server, sha256: &str, progress: Progress) -> Json<UploadState> {
    let stored = progress.street_rev.filter(|_| progress.stored);
    Json(UploadState {
        epoch: server.epoch,
        offset: progress.offset,
        stored: progress.stored,
        street_rev: progress.street_rev,
        sig: stored.and_then(|rev| server.signed(rev, vec![photo_line(&Sha256Hex(sha256.to_owned()))])),
    })
}

fn well_formed(sha256: &str) -> Outcome<Sha256Hex> {
    let name = Sha256Hex(sha256.to_owned());
    if name.is_well_formed() {
        return Ok(name);
    }
    let problem = Problem {
        field: "sha256".to_owned(),
        problem: ProblemKind::Malformed,
    };
    Err(Failure::refused(ErrorCode::Invalid, json!({ "problems": [problem] })))
}

/// Says how far a photo file has come.
#[utoipa::path(head, path = "/v1/blobs/{sha256}", operation_id = "ask_blob", tag = "sync", security(("device" = [])),
    params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$"), ("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    responses((status = 200, description = "Headers `upload-offset`, `upload-complete` and `x-sync-epoch`.")))]
pub async fn ask(
    State(server): State<Server>,
    Sender(Phone(device)): Sender,
    Named(name): Named<String>,
) -> Outcome<Response> {
    let sha256 = well_formed(&name)?;
    let state = server
        .store
        .read(move |tx| upload::state(tx, &device.street, &sha256))
        .await?;
    let complete = if state.stored { "?1" } else { "?0" };
    let headers = [
        (
            HeaderName::from_static("upload-offset"),
            HeaderValue::from(state.offset),
        ),
        (
            HeaderName::from_static("upload-complete"),
            HeaderValue::from_static(complete),
        ),
        server.epoch_header()?,
    ];
    Ok((StatusCode::OK, headers).into_response())
}

/// Takes a small photo file at once.
#[utoipa::path(put, path = "/v1/blobs/{sha256}", operation_id = "put_blob", tag = "sync", security(("device" = [])),
    params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$"), ("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses((status = 200, body = UploadState)))]
pub async fn take_whole(
    State(server): State<Server>,
    Sender(Phone(device)): Sender,
    Named(name): Named<String>,
    body: Body,
) -> Outcome<Json<UploadState>> {
    let limit = usize::try_from(SMALL_BLOB_BYTES).unwrap_or(usize::MAX);
    let bytes = bytes(body, limit).await?;
    let progress = upload(&device, &name)?.whole(&server, bytes).await?;
    Ok(told(&server, &name, progress))
}

/// Takes the next part of a photo file.
#[utoipa::path(patch, path = "/v1/blobs/{sha256}", operation_id = "patch_blob", tag = "sync", security(("device" = [])),
    params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$"), ("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1),
        ("upload-offset" = u64, Header, description = "Bytes the server has."),
        ("upload-complete" = Option<String>, Header, description = "`?1` with the last part.", pattern = "^\\?[01]$")),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses((status = 200, body = UploadState)))]
pub async fn take_chunk(
    State(server): State<Server>,
    Sender(Phone(device)): Sender,
    Named(name): Named<String>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<Json<UploadState>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let offset = text("upload-offset")
        .and_then(|text| text.parse().ok())
        .ok_or(ErrorCode::BadRequest)?;
    let complete = text("upload-complete") == Some("?1");
    let bytes = bytes(body, MAX_CHUNK_BYTES).await?;
    let progress = upload(&device, &name)?.chunk(&server, offset, bytes, complete).await?;
    Ok(told(&server, &name, progress))
}

fn upload(device: &DeviceRecord, name: &str) -> Outcome<Upload> {
    Ok(Upload {
        street: device.street.clone(),
        device: device.id,
        sha256: well_formed(name)?,
    })
}

async fn bytes(body: Body, limit: usize) -> Outcome<Vec<u8>> {
    let too_large = || Failure::refused(ErrorCode::TooLarge, json!({ "limit": limit }));
    Ok(to_bytes(body, limit).await.map_err(|_cut| too_large())?.into())
}

/// A preview or upright of a case or visit in one of the phone's buckets.
#[utoipa::path(get, path = "/v1/blobs/{sha256}", operation_id = "get_blob", tag = "sync", security(("device" = [])),
    params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$"), ("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg")))]
pub async fn show(State(server): State<Server>, Phone(device): Phone, Named(name): Named<String>) -> Outcome<Response> {
    let sha256 = well_formed(&name)?;
    let (wanted, street, now) = (sha256.clone(), device.street.clone(), server.now());
    let visible = server
        .store
        .read(move |tx| {
            let scope = areas::phone_scope(tx, &device.street, device.user, now)?;
            Ok(blobs::stored(tx, &device.street, &wanted)?.is_some() && visible(tx, &device, &scope, &wanted)?)
        })
        .await?;
    if !visible {
        return Err(ErrorCode::NotFound.into());
    }
    let files = std::sync::Arc::clone(&server.files);
    let bytes = tokio::task::spawn_blocking(move || files.read(&street, &sha256)).await;
    let bytes = bytes.map_err(|_panicked| Failure::Panicked)??;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes).into_response())
}

/// A preview or upright of a case or visit that lies in one of the phone's buckets. Originals never leave this way.
fn visible(tx: &Tx<'_>, device: &DeviceRecord, scope: &[Bucket], sha256: &Sha256Hex) -> Outcome<bool> {
    for one in photos::uses(tx, &device.street, sha256)? {
        let (kind, id) = match one.subject {
            Subject::Case(case) => (RowType::Case, case.to_string()),
            Subject::Visit(visit) => (RowType::Visit, visit.to_string()),
            Subject::Stray(_) => continue,
        };
        let held = bucket_rows::of_row(tx, &device.street, kind, &id)?;
        if one.copy != PhotoCopy::Original && held.iter().any(|bucket| scope.contains(bucket)) {
            return Ok(true);
        }
    }
    Ok(false)
}
