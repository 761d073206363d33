//! The grids with their borders.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::view::GridRow;

use super::Route;
use crate::Outcome;
use crate::auth::caller::SignedIn;
use crate::server::Server;
use crate::store::grids;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/grids",
        access: SignedIn::ACCESS,
        handler: get(list_grids),
    }]
}

/// Every grid of the street.
#[utoipa::path(get, path = "/v1/grids", tag = "reference", security(("session" = [])),
    responses((status = 200, body = Vec<GridRow>)))]
pub async fn list_grids(SignedIn(person): SignedIn, State(server): State<Server>) -> Outcome<Json<Vec<GridRow>>> {
    server
        .store
        .read(move |tx| Ok(grids::all(tx, &person.street)?))
        .await
        .map(Json)
}
