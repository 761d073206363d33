//! The first start, and passwords set through one-time links.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Route;
use super::body::Sent;
use super::check::Check;
use super::me::Me;
use super::session::start_session;
use crate::auth::Access;
use crate::auth::caller::FromOffice;
use crate::auth::password;
use crate::auth::peer::{Local, Peer};
use crate::server::Server;
use crate::setup::{FirstAdministrator, is_needed, set_up};
use crate::store::links;
use crate::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/setup",
            access: Access::Public,
            handler: get(get_setup),
        },
        Route {
            method: Method::POST,
            path: "/v1/setup",
            access: Local::ACCESS,
            handler: post(create_setup),
        },
        Route {
            method: Method::POST,
            path: "/v1/password-reset",
            access: Access::Public,
            handler: post(reset_password),
        },
    ]
}

/// Whether the server still waits for its first administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SetupState {
    /// True until the first administrator exists.
    pub needed: bool,
}

/// The first administrator. The token is in the link that the first start prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The link's token.
    #[schema(max_length = 100)]
    pub token: String,
    /// The street's name; kept as it is when absent.
    #[schema(min_length = 1, max_length = 60)]
    pub street_name: Option<String>,
    /// What the administrator types to sign in.
    #[schema(pattern = "^[a-z0-9][a-z0-9._-]{1,39}$", min_length = 2, max_length = 40)]
    pub login: String,
    /// The administrator's name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// The administrator's password.
    #[schema(min_length = 10, max_length = 200)]
    pub password: String,
}

/// A new password, set through a one-time link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The link's token.
    #[schema(max_length = 100)]
    pub token: String,
    /// The new password.
    #[schema(min_length = 10, max_length = 200)]
    pub password: String,
}

/// Tells whether the server still waits for its first administrator.
#[utoipa::path(get, path = "/v1/setup", tag = "setup", responses((status = 200, body = SetupState)))]
pub async fn get_setup(State(server): State<Server>) -> Outcome<Json<SetupState>> {
    let needed = server.store.read(|tx| is_needed(tx).map_err(Failure::from)).await?;
    Ok(Json(SetupState { needed }))
}

/// Makes the first administrator and signs in. Works on the server's own machine alone, once.
#[utoipa::path(post, path = "/v1/setup", tag = "setup", request_body = SetupRequest, responses((status = 200, body = Me)))]
pub async fn create_setup(
    State(server): State<Server>,
    Local(peer): Local,
    _office: FromOffice,
    Sent(asked): Sent<SetupRequest>,
) -> Outcome<Response> {
    server.office.throttled(peer, "setup", server.clock.now())?;
    let first = FirstAdministrator {
        street_name: asked.street_name,
        login: asked.login,
        name: asked.name,
        password: asked.password,
    };
    first.check()?;
    let person = set_up(&server, asked.token, first).await?;
    start_session(&server, person).await
}

/// Sets a password through a one-time link; every session of the person ends.
#[utoipa::path(post, path = "/v1/password-reset", tag = "setup", request_body = PasswordReset,
    responses((status = 204, description = "The password is set; sign in with it.")))]
pub async fn reset_password(
    State(server): State<Server>,
    peer: Peer,
    _office: FromOffice,
    Sent(asked): Sent<PasswordReset>,
) -> Outcome<Response> {
    let now = server.clock.now();
    server.office.throttled(peer, "password-reset", now)?;
    let mut check = Check::default();
    check.text("token", &asked.token, 1, 100);
    check.done()?;
    password::check_strength(&asked.password, "")?;
    let salt = server.ids.secret();
    let hash = server.office.hash_password(asked.password, salt).await?;
    server
        .store
        .write(move |tx| links::reset_password(tx, &asked.token, &hash, now))
        .await?;
    Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response())
}
