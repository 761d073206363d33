//! One table of all routes. Each states who may call it; a test walks the table with every role.

pub mod basemap;
pub mod blobs;
pub mod body;
pub mod enrol;
pub mod live;
pub mod pull;
pub mod push;

use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;

use crate::auth::Access;
use crate::server::Server;

/// One route.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who may call it. The handler's own arguments enforce it; this states it, and a test compares the two.
    pub access: Access,
    /// What answers.
    pub handler: MethodRouter<Server>,
}

/// Every route.
#[must_use]
pub fn table() -> Vec<Route> {
    [push::routes(), pull::routes(), enrol::routes(), blobs::routes(), live::routes(), basemap::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The whole server as one axum router.
pub fn router(server: Server) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    crate::encoding::around(routes).with_state(server)
}
