//! `photo://` and `tile://`: files for the page, each as one whole answer.
//!
//! Android's web view mishandles `Range` on such addresses, so nothing may ask for a part: such a request is refused,
//! logged and counted, and the count can be read at `tile://localhost/range-requests`.

mod photo;
mod tile;

use std::sync::atomic::{AtomicU64, Ordering};

use device::Device;
use domain::protocol::{ErrorCode, WireError};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Builder, Manager as _, UriSchemeContext, UriSchemeResponder, Wry};

use crate::phone::Phone;

static RANGE_REQUESTS: AtomicU64 = AtomicU64::new(0);

/// A file for the page.
#[derive(Debug)]
struct Found {
    bytes: Vec<u8>,
    mime: &'static str,
    cache: &'static str,
}

/// Answers one scheme: the path after the host, without its slash.
type Answer = fn(&Device, &str) -> Result<Found, WireError>;

/// Adds both schemes to the app.
pub(crate) fn register(builder: Builder<Wry>) -> Builder<Wry> {
    builder
        .register_asynchronous_uri_scheme_protocol("photo", |context, request, responder| {
            serve(&context, &request, responder, photo::find);
        })
        .register_asynchronous_uri_scheme_protocol("tile", |context, request, responder| {
            serve(&context, &request, responder, tile::find);
        })
}

/// Reads the file away from the window's own thread.
fn serve(context: &UriSchemeContext<'_, Wry>, request: &Request<Vec<u8>>, responder: UriSchemeResponder, find: Answer) {
    if request.headers().contains_key(header::RANGE) {
        let count = RANGE_REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::error!(
            count,
            "a request for a part of a file was refused: Android cannot answer one"
        );
        responder.respond(plain(StatusCode::RANGE_NOT_SATISFIABLE));
        return;
    }
    let app = context.app_handle().clone();
    let path = request.uri().path().trim_start_matches('/').to_owned();
    tauri::async_runtime::spawn_blocking(move || {
        let found = app.state::<Phone>().device().and_then(|device| find(&device, &path));
        responder.respond(found.map_or_else(|error| plain(status(&error)), whole));
    });
}

/// The number of refused requests for a part of a file.
fn range_requests() -> u64 {
    RANGE_REQUESTS.load(Ordering::Relaxed)
}

fn status(error: &WireError) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn not_found() -> WireError {
    ErrorCode::NotFound.into()
}

fn whole(found: Found) -> Response<Vec<u8>> {
    let mut response = plain(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(found.mime));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(found.cache));
    *response.body_mut() = found.bytes;
    response
}

/// No body. The page's own origin differs from that of the schemes, so each answer says that it may be read.
fn plain(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::HeaderValue::from_static("*"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        header::HeaderValue::from_static("nosniff"),
    );
    response
}
