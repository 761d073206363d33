//! Whether the server is alive and its database answers.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::Outcome;
use crate::auth::Access;
use crate::server::Server;
use crate::store::streets;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/healthz",
        access: Access::Public,
        handler: get(get_health),
    }]
}

/// A healthy server's answer; an unhealthy one answers with an error code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `read_only` while a street takes nothing because its database was restored unnoticed.
    pub status: String,
    /// Version of the program.
    pub version: String,
}

/// Whether the server is alive and its database answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Health)))]
pub async fn get_health(State(server): State<Server>) -> Outcome<Json<Health>> {
    let closed = server.store.read(|tx| Ok(streets::closed(tx)?)).await?;
    Ok(Json(Health {
        status: if closed == 0 { "ok" } else { "read_only" }.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}
