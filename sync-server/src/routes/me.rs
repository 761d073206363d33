//! Who is signed in, and what that person may do.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::role::{Permission, Role};
use domain::{CommunityId, GridId, QueueId, StreetId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::Outcome;
use crate::auth::Person;
use crate::auth::caller::SignedIn;
use crate::server::Server;
use crate::store::streets;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/me",
        access: SignedIn::ACCESS,
        handler: get(get_me),
    }]
}

/// The person signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// The person.
    pub user: UserId,
    /// What the person signs in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Everything the roles allow.
    pub permissions: Vec<Permission>,
    /// Queues whose orders the person works.
    pub queues: Vec<QueueId>,
    /// Communities the person answers for.
    pub communities: Vec<CommunityId>,
    /// Grids the person works in, own grid first.
    pub grids: Vec<GridId>,
    /// The street.
    pub street: StreetId,
    /// The street's name.
    pub street_name: String,
    /// The street's IANA time zone.
    pub time_zone: String,
    /// Language of the interface, such as `zh-CN`.
    pub language: String,
}

/// The person with the street's name.
pub(super) async fn me(server: &Server, person: Person) -> Outcome<Me> {
    let id = person.street.clone();
    let street = server.store.read(move |tx| Ok(streets::get(tx, &id)?)).await?;
    let (street_name, time_zone) = street.map_or_else(Default::default, |street| (street.name, street.time_zone));
    Ok(Me {
        permissions: person.permissions().into_iter().collect(),
        user: person.user,
        login: person.login,
        name: person.name,
        roles: person.roles,
        queues: person.queues,
        communities: person.communities,
        grids: person.grids,
        street: person.street,
        street_name,
        time_zone,
        language: person.language,
    })
}

/// The person signed in.
#[utoipa::path(get, path = "/v1/me", tag = "session", security(("session" = [])), responses((status = 200, body = Me)))]
pub async fn get_me(SignedIn(person): SignedIn, State(server): State<Server>) -> Outcome<Json<Me>> {
    me(&server, person).await.map(Json)
}
