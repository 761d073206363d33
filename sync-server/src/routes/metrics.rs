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
use crate::store::streets;

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
    let (closed, heights) = server
        .store
        .read(|tx| Ok((streets::closed(tx)?, streets::heights(tx)?)))
        .await?;
    let behind = heights
        .values()
        .map(|height| height.rev - height.durable_rev.unwrap_or(0));
    metrics::gauge!("streets_read_only").set(figure(closed));
    metrics::gauge!("revisions_without_copy_elsewhere").set(figure(behind.sum::<u64>()));
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

/// Figures of this size are exact.
fn figure(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}
