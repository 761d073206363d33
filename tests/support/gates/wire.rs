//! Reading and writing what passes.

use std::io::Read as _;

use device::ports::{Request, Response};
use domain::protocol::{DICTIONARY, PROTO, PROTO_HEADER, REQUEST_ID_HEADER};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// True for a request to this address.
pub(super) fn is(request: &Request, path: &str) -> bool {
    request.url.ends_with(path)
}

/// The body of a request.
pub(super) fn body(request: &Request) -> Vec<u8> {
    let compressed = request
        .headers
        .iter()
        .any(|(name, value)| *name == "content-encoding" && value == "zstd");
    if compressed {
        let mut plain = Vec::new();
        zstd::Decoder::with_dictionary(request.body.as_slice(), DICTIONARY)
            .and_then(|mut decoder| decoder.read_to_end(&mut plain))
            .unwrap();
        plain
    } else {
        request.body.clone()
    }
}

/// What a request asks.
pub(super) fn asked<T: DeserializeOwned>(request: &Request) -> T {
    serde_json::from_slice(&body(request)).unwrap()
}

/// The same request with another body; its answer will not be compressed.
pub(super) fn with_body(request: &Request, body: Vec<u8>) -> Request {
    let mut request = plain(request);
    request.headers.retain(|(name, _)| *name != "content-encoding");
    request.body = body;
    request
}

/// The same request, asking for an answer that is not compressed.
pub(super) fn plain(request: &Request) -> Request {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| *name != "accept-encoding");
    request
}

/// What an answer says; none for a refusal.
pub(super) fn said<T: DeserializeOwned>(response: &Response) -> Option<T> {
    serde_json::from_slice(&response.body)
        .ok()
        .filter(|_| response.status == 200)
}

/// The same answer with another body.
pub(super) fn saying(mut response: Response, body: &impl Serialize) -> Response {
    response.body = serde_json::to_vec(body).unwrap();
    response.headers.retain(|(name, _)| name != "content-length");
    response
}

/// The server's own refusal.
pub(super) fn refusal(request: &Request, status: u16, code: &str) -> Response {
    let id = request.headers.iter().find(|(name, _)| *name == REQUEST_ID_HEADER);
    Response {
        status,
        headers: vec![
            (PROTO_HEADER.to_owned(), PROTO.to_string()),
            (
                REQUEST_ID_HEADER.to_owned(),
                id.map(|(_, id)| id.clone()).unwrap_or_default(),
            ),
        ],
        body: json!({ "error": { "code": code } }).to_string().into_bytes(),
    }
}
