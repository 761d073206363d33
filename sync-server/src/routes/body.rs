//! Readers for JSON bodies, paths and queries whose refusals are codes like every other refusal.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use domain::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::server::Server;
use crate::{Failure, Outcome};

/// The largest JSON body the office may send, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// A JSON body.
#[derive(Debug, Clone)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Server> for Sent<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _server: &Server) -> Outcome<Self> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        if !is_json(kind) {
            return Err(ErrorCode::UnsupportedMedia.into());
        }
        let too_large = || Failure::refused(ErrorCode::TooLarge, json!({ "limit": MAX_BODY }));
        let bytes = to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_cut| too_large())?;
        parse(&bytes).map(Self)
    }
}

fn is_json(kind: &str) -> bool {
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads JSON; the refusal says where it went wrong and quotes nothing, because what stands there may be personal.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Outcome<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Failure::refused(
            ErrorCode::BadRequest,
            json!({ "line": error.line(), "column": error.column() }),
        )
    })
}

/// The parameters in the address.
#[derive(Debug, Clone)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Server> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let path = Path::<T>::from_request_parts(parts, server).await;
        path.map(|Path(named)| Self(named)).or(Err(ErrorCode::NotFound.into()))
    }
}

/// The parameters after the question mark.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Server> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let query = Query::<T>::from_request_parts(parts, server).await;
        query
            .map(|Query(asked)| Self(asked))
            .or(Err(ErrorCode::BadRequest.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_read_as_json() {
        assert!(is_json("application/json") && is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("text/plain") && !is_json(""));
    }

    #[test]
    fn a_refused_body_is_never_quoted() {
        let refusal = parse::<u8>(b"\"\xe7\x8e\x8b\xe9\x98\xbf\xe5\xa9\x86\"")
            .unwrap_err()
            .wire();
        assert_eq!(refusal.code, ErrorCode::BadRequest);
        assert_eq!(refusal.details, json!({ "line": 1, "column": 11 }));
    }
}
