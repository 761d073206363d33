//! Cases: the office's list, one case whole, and what is done to it.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, patch, post};
use domain::{CaseAct, CaseId};

use super::Route;
use super::body::{Asked, Named, Sent};
use crate::Outcome;
use crate::auth::caller::{CaseActor, CaseReader, Triager};
use crate::case_files;
use crate::server::Server;
use view::{ActRequest, CaseDetail, CaseList, CaseQuery, PlaceChoice};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/cases",
            access: CaseReader::ACCESS,
            handler: get(list_cases),
        },
        Route {
            method: Method::GET,
            path: "/v1/cases/{id}",
            access: CaseReader::ACCESS,
            handler: get(get_case),
        },
        Route {
            method: Method::POST,
            path: "/v1/cases/{id}/acts",
            access: CaseActor::ACCESS,
            handler: post(create_act),
        },
        Route {
            method: Method::PATCH,
            path: "/v1/cases/{id}/place",
            access: Triager::ACCESS,
            handler: patch(change_place),
        },
    ]
}

/// Cases the caller may see, newest first.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", security(("session" = [])), params(CaseQuery),
    responses((status = 200, body = CaseList)))]
pub async fn list_cases(
    CaseReader(reader): CaseReader,
    State(server): State<Server>,
    Asked(asked): Asked<CaseQuery>,
) -> Outcome<Json<CaseList>> {
    let wanted = case_files::wanted(&asked)?;
    let now = server.clock.now();
    server
        .store
        .read(move |tx| case_files::list(tx, &reader, &wanted, now))
        .await
        .map(Json)
}

/// One case whole.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "cases", security(("session" = [])),
    params(("id" = CaseId, Path)), responses((status = 200, body = CaseDetail)))]
pub async fn get_case(
    CaseReader(reader): CaseReader,
    State(server): State<Server>,
    Named(id): Named<CaseId>,
) -> Outcome<Json<CaseDetail>> {
    let now = server.clock.now();
    server
        .store
        .read(move |tx| case_files::open(tx, &reader, id, now))
        .await
        .map(Json)
}

/// Acts on a case. A case that has moved on answers 409 `stale` with `{now, state_rev}`, and nothing is lost: the act's
/// text stays with the caller.
#[utoipa::path(post, path = "/v1/cases/{id}/acts", tag = "cases", security(("session" = [], "office" = [])),
    params(("id" = CaseId, Path)), request_body = ActRequest, responses((status = 200, body = CaseDetail)))]
pub async fn create_act(
    CaseActor(actor): CaseActor,
    State(server): State<Server>,
    Named(case): Named<CaseId>,
    Sent(asked): Sent<ActRequest>,
) -> Outcome<Json<CaseDetail>> {
    let act = CaseAct {
        case,
        from_state_rev: asked.from_state_rev,
        act: asked.act,
    };
    case_files::act(&server, actor, asked.id, act).await.map(Json)
}

/// Decides which of two grids a case at a border belongs to.
#[utoipa::path(patch, path = "/v1/cases/{id}/place", tag = "cases", security(("session" = [], "office" = [])),
    params(("id" = CaseId, Path)), request_body = PlaceChoice, responses((status = 200, body = CaseDetail)))]
pub async fn change_place(
    Triager(person): Triager,
    State(server): State<Server>,
    Named(id): Named<CaseId>,
    Sent(asked): Sent<PlaceChoice>,
) -> Outcome<Json<CaseDetail>> {
    case_files::choose_grid(&server, person, id, asked.grid).await.map(Json)
}
