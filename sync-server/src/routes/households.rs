//! Household files for the community: masked by role, every look logged.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use domain::HouseholdId;

use super::Route;
use super::body::{Asked, Named, Sent};
use super::check::Check;
use crate::Outcome;
use crate::auth::caller::{HouseholdKeeper, HouseholdReader, Revealer};
use crate::server::Server;
use crate::{household_files, household_history};
use view::{
    HistoryRequest, HouseholdFile, HouseholdList, HouseholdQuery, PastValue, RevealRequest, Revealed, Review,
    SettleRequest,
};

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
        Route {
            method: Method::GET,
            path: "/v1/reviews",
            access: HouseholdKeeper::ACCESS,
            handler: get(list_reviews),
        },
        Route {
            method: Method::POST,
            path: "/v1/households/{id}/history",
            access: HouseholdKeeper::ACCESS,
            handler: post(read_history),
        },
        Route {
            method: Method::POST,
            path: "/v1/households/{id}/settle",
            access: HouseholdKeeper::ACCESS,
            handler: post(settle_review),
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

/// Fields of households in the caller's communities that wait for a decision, the oldest first; without their values.
#[utoipa::path(get, path = "/v1/reviews", tag = "households", security(("session" = [])),
    responses((status = 200, body = Vec<Review>)))]
pub async fn list_reviews(
    HouseholdKeeper(keeper): HouseholdKeeper,
    State(server): State<Server>,
) -> Outcome<Json<Vec<Review>>> {
    server
        .store
        .read(move |tx| household_history::waiting(tx, &keeper))
        .await
        .map(Json)
}

/// Every value that the fields of a household and its residents ever had, unmasked. The reason is logged.
#[utoipa::path(post, path = "/v1/households/{id}/history", tag = "households",
    security(("session" = [], "office" = [])), params(("id" = HouseholdId, Path)), request_body = HistoryRequest,
    responses((status = 200, body = Vec<PastValue>)))]
pub async fn read_history(
    HouseholdKeeper(keeper): HouseholdKeeper,
    State(server): State<Server>,
    Named(id): Named<HouseholdId>,
    Sent(asked): Sent<HistoryRequest>,
) -> Outcome<Json<Vec<PastValue>>> {
    let mut check = Check::default();
    check.text("reason", &asked.reason, 2, 200);
    check.done()?;
    let (now, note) = (server.clock.now(), server.ids.uuid());
    server
        .store
        .write(move |tx| household_history::read(tx, &keeper, id, &asked, (note, now)))
        .await
        .map(Json)
}

/// Chooses the value of a field that waits for a decision. Logged; the phones learn of it with their next pull.
#[utoipa::path(post, path = "/v1/households/{id}/settle", tag = "households",
    security(("session" = [], "office" = [])), params(("id" = HouseholdId, Path)), request_body = SettleRequest,
    responses((status = 204)))]
pub async fn settle_review(
    HouseholdKeeper(keeper): HouseholdKeeper,
    State(server): State<Server>,
    Named(id): Named<HouseholdId>,
    Sent(asked): Sent<SettleRequest>,
) -> Outcome<StatusCode> {
    server
        .edit(keeper.street.clone(), move |edit| {
            household_history::settle(edit, &keeper, id, &asked)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
