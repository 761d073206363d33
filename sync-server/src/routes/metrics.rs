//! Figures for Prometheus. They count; they name nobody.

use axum::extract::State;
use axum::http::Method;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use super::Route;
use crate::Outcome;
use crate::auth::peer::Local;
use crate::server::Server;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/metrics",
        access: Local::ACCESS,
        handler: get(get_metrics),
    }]
}

/// Figures in the Prometheus text format; answered to the server's own machine alone.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn get_metrics(_local: Local, State(server): State<Server>) -> Outcome<Response> {
    let text = server
        .office
        .metrics
        .as_ref()
        .map_or_else(String::new, PrometheusHandle::render);
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response())
}
