//! Categories and needs with their labels, limits and photo rules.

use axum::Json;
use axum::http::Method;
use axum::routing::get;
use domain::catalog::{CATALOG_VERSION, CategoryView, categories, needs};
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::auth::caller::SignedIn;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/catalog",
        access: SignedIn::ACCESS,
        handler: get(get_catalog),
    }]
}

/// The catalogue this server routes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Catalog {
    /// Version; stored with every routing decision.
    pub version: u32,
    /// What can be reported.
    pub categories: Vec<CategoryView>,
    /// What can be raised in a visit.
    pub needs: Vec<CategoryView>,
}

/// The catalogue.
#[utoipa::path(get, path = "/v1/catalog", tag = "reference", security(("session" = [])),
    responses((status = 200, body = Catalog)))]
pub async fn get_catalog(SignedIn(_person): SignedIn) -> Json<Catalog> {
    let views = |list: &[domain::catalog::Category]| list.iter().map(CategoryView::from).collect();
    Json(Catalog {
        version: CATALOG_VERSION,
        categories: views(categories()),
        needs: views(needs()),
    })
}
