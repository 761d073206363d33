//! Who looked at whose personal data, and why.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::ReceivedAt;

use super::Route;
use super::body::Asked;
use super::check::Check;
use crate::Outcome;
use crate::auth::caller::LogReader;
use crate::server::Server;
use crate::store::audit;
use view::{AccessEntry, AccessLogQuery};

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/access-log",
        access: LogReader::ACCESS,
        handler: get(list_access_log),
    }]
}

/// Looks, the newest first.
#[utoipa::path(get, path = "/v1/access-log", tag = "access log", security(("session" = [])), params(AccessLogQuery),
    responses((status = 200, body = Vec<AccessEntry>)))]
pub async fn list_access_log(
    LogReader(reader): LogReader,
    State(server): State<Server>,
    Asked(asked): Asked<AccessLogQuery>,
) -> Outcome<Json<Vec<AccessEntry>>> {
    let mut check = Check::default();
    check.range("limit", asked.limit, 1, 500);
    check.done()?;
    let before = ReceivedAt(asked.before.unwrap_or(i64::MAX));
    let limit = asked.limit.unwrap_or(100);
    server
        .store
        .read(move |tx| Ok(audit::looks(tx, &reader.street, asked.user, before, limit)?))
        .await
        .map(Json)
}
