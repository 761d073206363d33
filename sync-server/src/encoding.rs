//! What wraps every request: its size, its compression, its protocol headers, and how long it took.

mod decode;
mod dictionary;
mod encode;

use std::time::Instant;

use axum::Router;
use axum::extract::{FromRequest, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use domain::ErrorCode;
use domain::protocol::{DICTIONARY_HEADER, DICTIONARY_NUMBER, PROTO, PROTO_HEADER, PROTO_MIN, REQUEST_ID_HEADER};
use serde::de::DeserializeOwned;
use serde_json::json;

pub(crate) use decode::parse;
pub use decode::{MAX_BODY_BYTES, MAX_DEPTH, MAX_RATIO};

use crate::server::Server;
use crate::{Failure, Outcome};

/// A JSON body of the sync protocol, compressed or not; `LIMIT` bytes at most after decompression.
#[derive(Debug, Clone)]
pub struct Wire<T, const LIMIT: usize>(pub T);

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<Server> for Wire<T, LIMIT> {
    type Rejection = Failure;

    async fn from_request(request: Request, _server: &Server) -> Outcome<Self> {
        let headers = request.headers();
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        if !kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        {
            return Err(ErrorCode::UnsupportedMedia.into());
        }
        let coding = headers.get(header::CONTENT_ENCODING).cloned();
        let limit = LIMIT.min(MAX_BODY_BYTES);
        let bytes = decode::plain(request.into_body(), coding.as_ref(), limit).await?;
        parse(&bytes).map(Self)
    }
}

/// Refuses a protocol version that is not spoken here.
///
/// # Errors
/// [`ErrorCode::ProtoUnsupported`] with `{min, max}`.
pub fn spoken(proto: u16) -> Outcome<()> {
    if (PROTO_MIN..=PROTO).contains(&proto) {
        return Ok(());
    }
    Err(Failure::refused(
        ErrorCode::ProtoUnsupported,
        json!({ "min": PROTO_MIN, "max": PROTO }),
    ))
}

/// Puts around every route what all answers share.
pub fn around(router: Router<Server>) -> Router<Server> {
    router.layer(from_fn(wrap))
}

async fn wrap(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let request_id = request
        .headers()
        .get(REQUEST_ID_HEADER)
        .filter(|id| id.len() <= 64)
        .cloned();
    let phone = request.headers().contains_key(PROTO_HEADER);
    let accepts = encode::accepts_zstd(request.headers());
    let dictionary = dictionary::is_read_by(request.headers());
    let mut response = next.run(request).await;
    if accepts {
        response = encode::compressed(response, dictionary).await;
        if phone {
            // Nobody on the way keeps what a phone asked with its token.
            response.headers_mut().remove(header::VARY);
        }
    }
    if dictionary {
        let (name, number) = (DICTIONARY_HEADER, HeaderValue::from(DICTIONARY_NUMBER));
        response.headers_mut().insert(HeaderName::from_static(name), number);
    }
    let status = response.status().as_u16();
    mark(&mut response, request_id);
    if !phone {
        guard(&mut response);
    }
    let labels = [
        ("route", route),
        ("method", method.to_string()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("http_request_seconds", &labels).record(began.elapsed().as_secs_f64());
    response
}

fn mark(response: &mut Response, request_id: Option<HeaderValue>) {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(PROTO_HEADER), HeaderValue::from(PROTO));
    if let Some(id) = request_id {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), id);
    }
}

/// What a browser has to be told; a phone neither guesses types nor keeps answers.
fn guard(response: &mut Response) {
    let headers = response.headers_mut();
    headers
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
