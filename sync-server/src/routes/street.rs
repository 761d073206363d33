//! The street's own settings.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, patch};
use domain::view::StreetRow;
use domain::{CategoryId, ErrorCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Route;
use super::body::Sent;
use crate::auth::caller::StreetKeeper;
use crate::server::Server;
use crate::store::streets;
use crate::{Outcome, street_settings};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/street",
            access: StreetKeeper::ACCESS,
            handler: get(get_street),
        },
        Route {
            method: Method::PATCH,
            path: "/v1/street",
            access: StreetKeeper::ACCESS,
            handler: patch(change_street),
        },
    ]
}

/// What is to change about the street; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetChange {
    /// Categories and needs that wait for the office although they would be sent at once. Danger is sent at once all the
    /// same.
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    pub triage_first: Option<Vec<CategoryId>>,
    /// Categories that phones do not offer; `other` stays.
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    pub disabled_categories: Option<Vec<CategoryId>>,
    /// Days off, as `YYYY-MM-DD`.
    #[schema(max_items = 400)]
    pub holidays: Option<Vec<String>>,
    /// Saturdays and Sundays that are worked, as `YYYY-MM-DD`.
    #[schema(max_items = 400)]
    pub make_up_days: Option<Vec<String>>,
}

/// The street with its settings.
#[utoipa::path(get, path = "/v1/street", tag = "street", security(("session" = [])),
    responses((status = 200, body = StreetRow)))]
pub async fn get_street(StreetKeeper(keeper): StreetKeeper, State(server): State<Server>) -> Outcome<Json<StreetRow>> {
    let found = server
        .store
        .read(move |tx| Ok(streets::get(tx, &keeper.street)?))
        .await?;
    Ok(Json(found.ok_or(ErrorCode::NotFound)?))
}

/// Changes the street's settings. Phones receive them with their next pull; due times that run already stay.
#[utoipa::path(patch, path = "/v1/street", tag = "street", security(("session" = [], "office" = [])),
    request_body = StreetChange, responses((status = 200, body = StreetRow)))]
pub async fn change_street(
    StreetKeeper(keeper): StreetKeeper,
    State(server): State<Server>,
    Sent(asked): Sent<StreetChange>,
) -> Outcome<Json<StreetRow>> {
    street_settings::change(&server, keeper.street, asked).await.map(Json)
}
