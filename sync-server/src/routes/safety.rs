//! How safe the street's data is: whether copies elsewhere are made, and whether the street takes anything at all.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::ReceivedAt;
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::Outcome;
use crate::auth::caller::SignedIn;
use crate::server::Server;
use crate::store::streets;

/// A copy older than this is a red light, in milliseconds: two days.
const OLD_MS: i64 = 2 * 86_400_000;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/safety",
        access: SignedIn::ACCESS,
        handler: get(get_safety),
    }]
}

/// How safe the street's data is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Safety {
    /// Since when the street takes nothing, because its database was restored and nobody said so.
    pub read_only_at: Option<ReceivedAt>,
    /// When the newest copy on another machine was made.
    pub backed_up_at: Option<ReceivedAt>,
    /// True when there is no such copy, or it is old: phones keep everything, and a lost disk loses what they cannot give
    /// back.
    pub at_risk: bool,
    /// True on PostgreSQL, whose own copies are the ones that count; this server makes none of it.
    pub on_postgres: bool,
}

/// How safe the street's data is.
#[utoipa::path(get, path = "/v1/safety", tag = "operation", security(("session" = [])),
    responses((status = 200, body = Safety)))]
pub async fn get_safety(SignedIn(person): SignedIn, State(server): State<Server>) -> Outcome<Json<Safety>> {
    let now = server.now();
    let (read_only_at, backed_up_at, on_postgres) = server
        .store
        .read(move |tx| {
            Ok((
                streets::read_only_at(tx, &person.street)?,
                streets::backed_up_at(tx, &person.street)?,
                tx.copies_itself(),
            ))
        })
        .await?;
    Ok(Json(Safety {
        read_only_at,
        backed_up_at,
        at_risk: backed_up_at.is_none_or(|at| now.0 - at.0 > OLD_MS),
        on_postgres,
    }))
}
