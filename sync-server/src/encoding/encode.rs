//! Compressed answers, for whoever says that it reads them.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::protocol::DICTIONARY_MAX_BYTES;
use zstd::bulk::Compressor;

use super::dictionary::{ENCODER, LEVEL};

/// Below this many bytes compression gains nothing: without the dictionary, and with it.
const WORTHWHILE: (usize, usize) = (256, 64);
/// No JSON answer is larger.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

pub(super) fn accepts_zstd(headers: &HeaderMap) -> bool {
    let codings = headers
        .get_all(header::ACCEPT_ENCODING)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    codings.flat_map(|list| list.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("zstd"))
            && !parts.any(|weight| weight == "q=0" || weight == "q=0.0")
    })
}

/// Compresses a JSON answer, with the dictionary where its reader has it and it is small; everything else (photos, event streams) passes untouched.
pub(super) async fn compressed(response: Response, dictionary: bool) -> Response {
    let json = |headers: &HeaderMap| {
        headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    };
    if !json(response.headers()) || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, MAX_ANSWER).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    head.headers
        .append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let packed = pack(&plain, dictionary && plain.len() <= DICTIONARY_MAX_BYTES);
    let Some(packed) = packed else {
        return Response::from_parts(head, Body::from(plain));
    };
    head.headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(packed))
}

fn pack(plain: &[u8], dictionary: bool) -> Option<Vec<u8>> {
    if dictionary && plain.len() >= WORTHWHILE.1 {
        let mut compressor = Compressor::with_prepared_dictionary(&ENCODER).ok()?;
        compressor.include_contentsize(false).ok()?;
        compressor.include_checksum(true).ok()?;
        return compressor.compress(plain).ok();
    }
    (plain.len() >= WORTHWHILE.0)
        .then(|| zstd::bulk::compress(plain, LEVEL).ok())
        .flatten()
}
