//! What phones sent and the server could not carry out: kept whole, for a person to look at.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use domain::MutationId;

use super::Route;
use super::body::Named;
use crate::Outcome;
use crate::auth::caller::{DeviceKeeper, StrayReader};
use crate::server::Server;
use crate::store::stray_lists;
use crate::stray_files;
use view::{StrayFile, StrayReplayed, StrayView};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/strays",
            access: StrayReader::ACCESS,
            handler: get(list_strays),
        },
        Route {
            method: Method::GET,
            path: "/v1/strays/{id}",
            access: StrayReader::ACCESS,
            handler: get(show_stray),
        },
        Route {
            method: Method::POST,
            path: "/v1/strays/{id}/handled",
            access: StrayReader::ACCESS,
            handler: post(handle_stray),
        },
        Route {
            method: Method::POST,
            path: "/v1/strays/{id}/replay",
            access: DeviceKeeper::ACCESS,
            handler: post(replay_stray),
        },
    ]
}

/// Mutations that wait for a person, the newest first. Their content is personal and stays out of the list.
#[utoipa::path(get, path = "/v1/strays", tag = "devices", security(("session" = [])),
    responses((status = 200, body = Vec<StrayView>)))]
pub async fn list_strays(
    StrayReader(reader): StrayReader,
    State(server): State<Server>,
) -> Outcome<Json<Vec<StrayView>>> {
    server
        .store
        .read(move |tx| Ok(stray_lists::open(tx, &reader.street)?))
        .await
        .map(Json)
}

/// One of them with its content. Triage reads what is about public ground, the community what is about a household;
/// the look is logged.
#[utoipa::path(get, path = "/v1/strays/{id}", tag = "devices", security(("session" = [])),
    params(("id" = MutationId, Path)), responses((status = 200, body = StrayFile)))]
pub async fn show_stray(
    StrayReader(reader): StrayReader,
    State(server): State<Server>,
    Named(id): Named<MutationId>,
) -> Outcome<Json<StrayFile>> {
    let (now, entry) = (server.clock.now(), server.ids.uuid());
    let file = server
        .store
        .write(move |tx| stray_files::open(tx, &reader, id, entry, now))
        .await?;
    Ok(Json(file))
}

/// Takes one off the list: somebody has dealt with it, for instance by entering it again. One that waits for a record which
/// will not come any more is refused with that.
#[utoipa::path(post, path = "/v1/strays/{id}/handled", tag = "devices", security(("session" = [], "office" = [])),
    params(("id" = MutationId, Path)), responses((status = 204)))]
pub async fn handle_stray(
    StrayReader(reader): StrayReader,
    State(server): State<Server>,
    Named(id): Named<MutationId>,
) -> Outcome<StatusCode> {
    server
        .edit(reader.street.clone(), move |edit| {
            stray_files::handle(edit, &reader, id)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a parked mutation again, after its cause was mended; the phone learns the verdict with its next push.
#[utoipa::path(post, path = "/v1/strays/{id}/replay", tag = "devices", security(("session" = [], "office" = [])),
    params(("id" = MutationId, Path)), responses((status = 200, body = StrayReplayed)))]
pub async fn replay_stray(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
    Named(id): Named<MutationId>,
) -> Outcome<Json<StrayReplayed>> {
    let verdict = server
        .edit(keeper.street.clone(), move |edit| {
            stray_files::replay(edit, &keeper, id)
        })
        .await?;
    Ok(Json(StrayReplayed { verdict }))
}
