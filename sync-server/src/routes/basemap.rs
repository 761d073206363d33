//! `GET /v1/basemap`: the street's base map.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::ErrorCode;

use super::Route;
use crate::Outcome;
use crate::caller::Anyone;
use crate::server::Server;
use crate::store::basemaps;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/basemap",
        access: Anyone::ACCESS,
        handler: get(show),
    }]
}

/// The street's base map as `GeoJSON`.
#[utoipa::path(get, path = "/v1/basemap", operation_id = "get_basemap", tag = "reference",
    security(("session" = []), ("device" = [])), responses((status = 200, body = Object, content_type = "application/json")))]
pub async fn show(State(server): State<Server>, caller: Anyone, headers: HeaderMap) -> Outcome<Response> {
    let street = caller.street().clone();
    let map = server
        .store
        .read(move |tx| Ok(basemaps::get(tx, &street)?))
        .await?
        .ok_or(ErrorCode::NotFound)?;
    let tag = format!("\"{}\"", map.sha256);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json; type=geojson")], map.geojson).into_response()
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    kept.insert(header::ETAG, HeaderValue::from_str(&tag).or(Err(ErrorCode::Internal))?);
    Ok(response)
}
