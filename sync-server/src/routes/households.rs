//! Household files for the community: masked by role, every look logged.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use domain::HouseholdId;

use super::Route;
use super::body::{Asked, Named, Sent};
use super::check::Check;
use crate::Outcome;
use crate::auth::caller::{HouseholdReader, Revealer};
use crate::household_files;
use crate::server::Server;
use view::{HouseholdFile, HouseholdList, HouseholdQuery, RevealRequest, Revealed};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/households",
            access: HouseholdReader::ACCESS,
            handler: get(list_households),
        },
        Route {
            method: Method::GET,
            path: "/v1/households/{id}",
            access: HouseholdReader::ACCESS,
            handler: get(get_household),
        },
        Route {
            method: Method::POST,
            path: "/v1/households/{id}/reveal",
            access: Revealer::ACCESS,
            handler: post(reveal_field),
        },
    ]
}

/// Households in the caller's grids and communities.
#[utoipa::path(get, path = "/v1/households", tag = "households", security(("session" = [])), params(HouseholdQuery),
    responses((status = 200, body = HouseholdList)))]
pub async fn list_households(
    HouseholdReader(reader): HouseholdReader,
    State(server): State<Server>,
    Asked(asked): Asked<HouseholdQuery>,
) -> Outcome<Json<HouseholdList>> {
    let mut check = Check::default();
    check.range("limit", asked.limit, 1, 200);
    check.range("offset", asked.offset, 0, 100_000);
    check.text("q", asked.q.as_deref().unwrap_or(""), 0, 100);
    check.done()?;
    let now = server.clock.now();
    server
        .store
        .read(move |tx| household_files::list(tx, &reader, &asked, now))
        .await
        .map(Json)
}

/// One household. Opening the file is logged.
#[utoipa::path(get, path = "/v1/households/{id}", tag = "households", security(("session" = [])),
    params(("id" = HouseholdId, Path)), responses((status = 200, body = HouseholdFile)))]
pub async fn get_household(
    HouseholdReader(reader): HouseholdReader,
    State(server): State<Server>,
    Named(id): Named<HouseholdId>,
) -> Outcome<Json<HouseholdFile>> {
    let (now, note) = (server.clock.now(), server.ids.uuid());
    server
        .store
        .write(move |tx| household_files::open(tx, &reader, id, note, now))
        .await
        .map(Json)
}

/// Unmasks one field of a household in the caller's community. The reason is logged, and the file shows who looked.
#[utoipa::path(post, path = "/v1/households/{id}/reveal", tag = "households", security(("session" = [], "office" = [])),
    params(("id" = HouseholdId, Path)), request_body = RevealRequest, responses((status = 200, body = Revealed)))]
pub async fn reveal_field(
    Revealer(revealer): Revealer,
    State(server): State<Server>,
    Named(id): Named<HouseholdId>,
    Sent(asked): Sent<RevealRequest>,
) -> Outcome<Json<Revealed>> {
    let mut check = Check::default();
    check.text("reason", &asked.reason, 2, 200);
    check.done()?;
    let (now, note) = (server.clock.now(), server.ids.uuid());
    server
        .store
        .write(move |tx| household_files::reveal(tx, &revealer, id, asked, note, now))
        .await
        .map(Json)
}
