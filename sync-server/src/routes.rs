//! One table of all routes. Each states who may call it; a test walks the table with every role.

pub mod access_log;
pub mod assets;
pub mod basemap;
pub mod blobs;
pub mod body;
pub mod bundles;
pub mod cases;
pub mod catalog;
pub mod check;
pub mod compare;
pub mod devices;
pub mod docs;
pub mod enrol;
pub mod enrolments;
pub mod grids;
pub mod health;
pub mod households;
pub mod live;
pub mod me;
pub mod metrics;
pub mod openapi;
pub mod people;
pub mod photos;
pub mod pull;
pub mod push;
pub mod queues;
pub mod safety;
pub mod session;
pub mod setup;
pub mod strays;
pub mod street;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn;
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
    [
        push::routes(),
        pull::routes(),
        compare::routes(),
        enrol::routes(),
        blobs::routes(),
        live::routes(),
        basemap::routes(),
        setup::routes(),
        session::routes(),
        me::routes(),
        safety::routes(),
        cases::routes(),
        photos::routes(),
        queues::routes(),
        grids::routes(),
        catalog::routes(),
        households::routes(),
        people::routes(),
        enrolments::routes(),
        devices::routes(),
        bundles::routes(),
        strays::routes(),
        street::routes(),
        access_log::routes(),
        health::routes(),
        metrics::routes(),
        openapi::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The whole server as one axum router.
pub fn router(server: Server) -> Router {
    let routes = table()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler));
    let whole = routes
        .fallback(assets::serve_asset)
        .method_not_allowed_fallback(assets::refuse_method)
        .layer(from_fn(assets::protect));
    crate::encoding::around(whole).with_state(server)
}
