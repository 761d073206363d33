//! People, their roles and where they work.

pub mod view;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use domain::{ErrorCode, UserId};

use super::Route;
use super::body::{Named, Sent};
use crate::Outcome;
use crate::auth::caller::PeopleKeeper;
use crate::people;
use crate::server::Server;
use crate::store::people as rows;
use view::{NewPerson, PersonAdded, PersonChange, PersonList, PersonView, ResetLink};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/people",
            access: PeopleKeeper::ACCESS,
            handler: get(list_people),
        },
        Route {
            method: Method::POST,
            path: "/v1/people",
            access: PeopleKeeper::ACCESS,
            handler: post(create_person),
        },
        Route {
            method: Method::PATCH,
            path: "/v1/people/{id}",
            access: PeopleKeeper::ACCESS,
            handler: patch(change_person),
        },
        Route {
            method: Method::POST,
            path: "/v1/people/{id}/reset-link",
            access: PeopleKeeper::ACCESS,
            handler: post(create_reset_link),
        },
    ]
}

/// Everybody with an account.
#[utoipa::path(get, path = "/v1/people", tag = "people", security(("session" = [])),
    responses((status = 200, body = PersonList)))]
pub async fn list_people(
    PeopleKeeper(keeper): PeopleKeeper,
    State(server): State<Server>,
) -> Outcome<Json<PersonList>> {
    let now = server.clock.now();
    let rows = server
        .store
        .read(move |tx| {
            let all = rows::all(tx, &keeper.street)?;
            Ok(all
                .into_iter()
                .map(|person| people::view(tx, person, now))
                .collect::<Result<_, _>>()?)
        })
        .await?;
    Ok(Json(PersonList { rows }))
}

/// Adds a person; the answer holds the link through which the first password is set.
#[utoipa::path(post, path = "/v1/people", tag = "people", security(("session" = [], "office" = [])),
    request_body = NewPerson, responses((status = 201, body = PersonAdded)))]
pub async fn create_person(
    PeopleKeeper(keeper): PeopleKeeper,
    State(server): State<Server>,
    Sent(asked): Sent<NewPerson>,
) -> Outcome<(StatusCode, Json<PersonAdded>)> {
    people::check_new(&asked)?;
    let added = people::add(&server, keeper, asked).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Changes a person; what is absent stays.
#[utoipa::path(patch, path = "/v1/people/{id}", tag = "people", security(("session" = [], "office" = [])),
    params(("id" = UserId, Path)), request_body = PersonChange, responses((status = 200, body = PersonView)))]
pub async fn change_person(
    PeopleKeeper(keeper): PeopleKeeper,
    State(server): State<Server>,
    Named(id): Named<UserId>,
    Sent(asked): Sent<PersonChange>,
) -> Outcome<Json<PersonView>> {
    people::check_change(&asked)?;
    people::change(&server, keeper, id, asked).await.map(Json)
}

/// Makes a one-time link through which the person sets a new password; earlier links stop working.
#[utoipa::path(post, path = "/v1/people/{id}/reset-link", tag = "people", security(("session" = [], "office" = [])),
    params(("id" = UserId, Path)), responses((status = 201, body = ResetLink)))]
pub async fn create_reset_link(
    PeopleKeeper(keeper): PeopleKeeper,
    State(server): State<Server>,
    Named(id): Named<UserId>,
) -> Outcome<(StatusCode, Json<ResetLink>)> {
    let (now, ids, office) = (server.clock.now(), server.ids.clone(), server.office.clone());
    let link = server
        .store
        .write(move |tx| {
            let person = rows::get(tx, &keeper.street, id)?.ok_or(ErrorCode::NotFound)?;
            people::reset_link(tx, &*ids, &office, &person, Some(keeper.user), now)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(link)))
}
