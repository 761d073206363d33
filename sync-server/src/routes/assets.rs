//! The office UI, as files of one folder, and the headers that keep other sites out of it.

use std::path::{Component, Path, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ErrorCode;
use domain::protocol::PROTO_HEADER;

use crate::server::Server;
use crate::{Failure, Outcome};

/// For pages of the office: everything from this server; pictures also from memory; styles also inline, because the
/// component library writes them; workers from memory, because the map draws in one.
const OFFICE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' blob: data:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// For answers of the API, which are no pages.
const API_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// What stands in place of the office UI while it is not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Xunge 巡格</title>\
<meta name=\"viewport\" content=\"width=device-width\"><style>body{font:18px/1.6 system-ui,sans-serif;max-width:40rem;\
margin:4rem auto;padding:0 1rem}</style><h1>服务器已启动，办公端页面尚未构建</h1>\
<p>在项目目录运行 <code>cargo xtask run</code>，或用 <code>--office-dir</code> 指定已构建的目录。</p>\
<h2 lang=\"en\">The server runs; the office pages are not built yet</h2>\
<p lang=\"en\">Run <code>cargo xtask run</code> in the project, or name the built folder with <code>--office-dir</code>. \
The API is described at <a href=\"/v1/docs\">/v1/docs</a>.</p></html>\n";

/// Everything that is no route: a file of the office UI, or its first page for an address that the UI itself resolves.
pub(super) async fn serve_asset(State(server): State<Server>, request: Request) -> Outcome<Response> {
    let path = request.uri().path();
    if path.starts_with("/v1/") {
        return Err(ErrorCode::NotFound.into());
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Err(ErrorCode::MethodNotAllowed.into());
    }
    let Some(folder) = server.office.ui.clone() else {
        return Ok(not_built());
    };
    let named = file_in(&folder, path);
    let wanted = path.to_owned();
    tokio::task::spawn_blocking(move || answer(&folder, named, &wanted))
        .await
        .or(Err(Failure::Panicked))?
}

/// The method is not one of the route's.
pub(super) async fn refuse_method() -> Failure {
    ErrorCode::MethodNotAllowed.into()
}

fn answer(folder: &Path, named: Option<PathBuf>, path: &str) -> Outcome<Response> {
    if let Some(file) = named.filter(|file| file.is_file()) {
        return Ok(file_response(&file, std::fs::read(&file)?));
    }
    // A missing file with an ending is missing; any other address belongs to the UI.
    if path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return Err(ErrorCode::NotFound.into());
    }
    let index = folder.join("index.html");
    if !index.is_file() {
        return Ok(not_built());
    }
    Ok(file_response(&index, std::fs::read(&index)?))
}

fn not_built() -> Response {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        NOT_BUILT,
    )
        .into_response()
}

/// The file that a path names, never outside of the folder.
fn file_in(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.contains(['\\', '\0', '%'])).then(|| folder.join(relative))
}

fn file_response(file: &Path, bytes: Vec<u8>) -> Response {
    let kind = match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _other => "application/octet-stream",
    };
    // The builder names files under assets/ by their content.
    let named_by_content = file.parent().is_some_and(|folder| folder.ends_with("assets"));
    let kept = if named_by_content {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], bytes).into_response()
}

/// Puts the headers that protect browsers on every answer, unless a phone asked: it obeys none of them, and they would be
/// most of what an idle sync costs. A page cannot make a browser pass for a phone, because the header that tells is not one
/// that other origins may send.
pub(super) async fn protect(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/v1/");
    let phone = api && request.headers().contains_key(PROTO_HEADER);
    let mut response = next.run(request).await;
    if phone {
        return response;
    }
    let headers = response.headers_mut();
    let policy = if api { API_POLICY } else { OFFICE_POLICY };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "geolocation=(), microphone=(), camera=(self)",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = Path::new("/srv/office");
        assert_eq!(file_in(folder, "/assets/app.js"), Some(folder.join("assets/app.js")));
        for path in [
            "/../secret",
            "/assets/../../secret",
            "//etc/passwd/..",
            "/a\\..\\b",
            "/%2e%2e/secret",
            "/a\0b",
        ] {
            assert_eq!(file_in(folder, path), None, "{path}");
        }
    }

    #[test]
    fn only_files_named_by_their_content_are_kept_for_ever() {
        let cache = |file: &str| file_response(Path::new(file), Vec::new()).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(cache("dist/index.html"), "no-cache");
        assert!(cache("dist/assets/app-1a2b.js").to_str().unwrap().contains("immutable"));
    }
}
