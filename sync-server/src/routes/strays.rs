//! What phones sent and the server could not carry out: kept whole, for a person to look at.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::{DeviceId, ErrorCode, MutationId, ReceivedAt, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::Outcome;
use crate::auth::caller::DeviceKeeper;
use crate::server::Server;
use crate::store::stray_lists;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/strays",
        access: DeviceKeeper::ACCESS,
        handler: get(list_strays),
    }]
}

/// A mutation that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StrayView {
    /// Its name.
    pub mutation: MutationId,
    /// The phone.
    pub device: DeviceId,
    /// The name of the person who made it.
    pub author: UserId,
    /// The person's name.
    pub author_name: String,
    /// Kind, such as `report.create`.
    pub kind: String,
    /// Why it was not carried out.
    pub code: ErrorCode,
    /// True while it has no verdict; false for one that was refused for good.
    pub parked: bool,
    /// When the server got it.
    pub at: ReceivedAt,
}

/// Mutations that wait for a person, the newest first. Their content is personal and stays out of the list.
#[utoipa::path(get, path = "/v1/strays", tag = "devices", security(("session" = [])),
    responses((status = 200, body = Vec<StrayView>)))]
pub async fn list_strays(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
) -> Outcome<Json<Vec<StrayView>>> {
    server
        .store
        .read(move |tx| Ok(stray_lists::open(tx, &keeper.street)?))
        .await
        .map(Json)
}
