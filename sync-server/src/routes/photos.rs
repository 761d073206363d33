//! Photos of cases and visits: added by the office, looked at by whoever may see what they belong to.

pub mod view;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Method;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::{ErrorCode, PhotoManifest, PhotoRole, Sha256Hex};
use serde_json::json;

use super::Route;
use super::body::{Asked, Named};
use crate::auth::caller::{CaseReader, PhotoAdder, SignedIn};
use crate::photo_files;
use crate::server::Server;
use crate::{Failure, Outcome};
use view::PhotoQuery;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::POST,
            path: "/v1/photos",
            access: PhotoAdder::ACCESS,
            handler: post(create_photo),
        },
        Route {
            method: Method::GET,
            path: "/v1/photos/{sha256}",
            access: SignedIn::ACCESS,
            handler: get(get_photo),
        },
        Route {
            method: Method::POST,
            path: "/v1/photos/{sha256}/request-original",
            access: CaseReader::ACCESS,
            handler: post(request_original),
        },
    ]
}

/// The largest picture file the office may send, in bytes.
const MAX_PHOTO: usize = 40 * 1024 * 1024;

/// Adds a photo to be named by an act. The body is the picture file; the answer is the manifest for the act.
#[utoipa::path(post, path = "/v1/photos", tag = "photos", security(("session" = [], "office" = [])), params(PhotoQuery),
    request_body(content_type = "image/jpeg", content = Vec<u8>), responses((status = 201, body = PhotoManifest)))]
pub async fn create_photo(
    PhotoAdder(person): PhotoAdder,
    State(server): State<Server>,
    Asked(asked): Asked<PhotoQuery>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<(StatusCode, Json<PhotoManifest>)> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if !kind.starts_with("image/") && kind != "application/octet-stream" {
        return Err(ErrorCode::UnsupportedMedia.into());
    }
    let too_large = || Failure::refused(ErrorCode::TooLarge, json!({ "limit": MAX_PHOTO }));
    let bytes = axum::body::to_bytes(body, MAX_PHOTO)
        .await
        .map_err(|_cut| too_large())?;
    let role = asked.role.unwrap_or(PhotoRole::After);
    let manifest = photo_files::add(&server, &person, bytes, role).await?;
    Ok((StatusCode::CREATED, Json(manifest)))
}

/// A photo file, for whoever may see the case or visit it belongs to. Originals are stripped of EXIF before they leave.
#[utoipa::path(get, path = "/v1/photos/{sha256}", tag = "photos", security(("session" = [])),
    params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg")))]
pub async fn get_photo(
    SignedIn(person): SignedIn,
    State(server): State<Server>,
    Named(sha256): Named<Sha256Hex>,
) -> Outcome<Response> {
    let file = photo_files::open(&server, person, sha256).await?;
    // The name is the content's hash, so the browser may keep it; private, because the next person may not see it.
    let headers = [
        (header::CONTENT_TYPE, file.mime.to_owned()),
        (header::CACHE_CONTROL, "private, max-age=3600, immutable".to_owned()),
    ];
    Ok((headers, file.bytes).into_response())
}

/// Asks the phone of the photo's author for the untouched file. Asking twice is one request.
#[utoipa::path(post, path = "/v1/photos/{sha256}/request-original", tag = "photos",
    security(("session" = [], "office" = [])), params(("sha256" = String, Path, pattern = "^[0-9a-f]{64}$")),
    responses((status = 204, description = "The phone will be asked.")))]
pub async fn request_original(
    CaseReader(person): CaseReader,
    State(server): State<Server>,
    Named(sha256): Named<Sha256Hex>,
) -> Outcome<StatusCode> {
    photo_files::request_original(&server, person, sha256).await?;
    Ok(StatusCode::NO_CONTENT)
}
