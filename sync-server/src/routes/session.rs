//! Signing in and out at the office.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use domain::{ErrorCode, StreetId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Route;
use super::body::Sent;
use super::check::Check;
use super::me::{Me, me};
use crate::auth::Access;
use crate::auth::caller::{FromOffice, SignedIn};
use crate::auth::peer::Peer;
use crate::auth::{Person, cookie, secret};
use crate::server::Server;
use crate::store::{people, sessions};
use crate::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::POST,
            path: "/v1/session",
            access: Access::Public,
            handler: post(create_session),
        },
        Route {
            method: Method::DELETE,
            path: "/v1/session",
            access: SignedIn::ACCESS,
            handler: delete(delete_session),
        },
    ]
}

/// Name and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login.
    #[schema(min_length = 1, max_length = 40)]
    pub login: String,
    /// The password.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
    /// The street; needed only where a deployment serves several streets in which the login exists.
    #[schema(value_type = Option<String>, max_length = 64)]
    pub street: Option<StreetId>,
}

/// Signs in; the answer sets the session cookie.
#[utoipa::path(post, path = "/v1/session", tag = "session", request_body = SignIn, responses((status = 200, body = Me)))]
pub async fn create_session(
    State(server): State<Server>,
    peer: Peer,
    _office: FromOffice,
    Sent(asked): Sent<SignIn>,
) -> Outcome<Response> {
    let mut check = Check::default();
    check.text("login", &asked.login, 1, 40);
    check.text("password", &asked.password, 0, 200);
    check.done()?;
    let login = asked.login.trim().to_lowercase();
    let now = server.clock.now();
    server.office.throttled(peer, &login, now)?;
    let (found, street) = (login.clone(), asked.street);
    let known = server
        .store
        .read(move |tx| Ok(people::by_login(tx, &found, street.as_ref())?))
        .await?;
    let stored = known.as_ref().and_then(|person| person.password_hash.clone());
    let right = server.office.verify_password(asked.password, stored).await?;
    let known = known
        .filter(|person| right && person.active)
        .ok_or(ErrorCode::WrongCredentials)?;
    server.office.throttle.succeeded(peer.0, &login);
    let person = server
        .store
        .read(move |tx| Ok(people::person(tx, &known, now)?))
        .await?;
    start_session(&server, person).await
}

/// Begins a session for a person just recognised.
pub(super) async fn start_session(server: &Server, person: Person) -> Outcome<Response> {
    let token = secret::token(&server.ids.secret());
    let (hash, street, user, now) = (
        secret::hash(&token),
        person.street.clone(),
        person.user,
        server.clock.now(),
    );
    server
        .store
        .write(move |tx| Ok(sessions::insert(tx, &street, &hash, user, now)?))
        .await?;
    let view = me(server, person).await?;
    let stored = cookie::set(&token, server.office.secure_cookies()).or(Err(Failure::from(ErrorCode::Internal)))?;
    let cache = (header::CACHE_CONTROL, "no-store");
    Ok(([(header::SET_COOKIE, stored)], [cache], Json(view)).into_response())
}

/// Signs out; the session ends on the server too.
#[utoipa::path(delete, path = "/v1/session", tag = "session", security(("session" = [], "office" = [])),
    responses((status = 204, description = "Signed out.")))]
pub async fn delete_session(
    SignedIn(_person): SignedIn,
    State(server): State<Server>,
    headers: HeaderMap,
) -> Outcome<Response> {
    if let Some(token) = cookie::read(&headers) {
        let hash = secret::hash(token);
        server.store.write(move |tx| Ok(sessions::delete(tx, &hash)?)).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear())]).into_response())
}
