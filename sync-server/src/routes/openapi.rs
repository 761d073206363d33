//! The API's description, made from the handlers, and a page that people read it on.

use axum::Json;
use axum::http::Method;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::protocol::{ErrorBody, Problem};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::Route;
use super::{
    access_log, basemap, blobs, bundles, cases, catalog, compare, devices, enrol, enrolments, grids, health,
    households, live, me, metrics, people, photos, pull, push, queues, safety, session, setup, strays, street,
};
use crate::auth::Access;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/openapi.json",
            access: Access::Public,
            handler: get(get_openapi),
        },
        Route {
            method: Method::GET,
            path: "/v1/docs",
            access: Access::Public,
            handler: get(get_docs),
        },
    ]
}

/// Everything the server answers under `/v1`.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "Xunge", description = "Street server: what offices and phones ask of it.", license(name = "Apache-2.0")),
    paths(
        push::push_mutations, pull::pull_rows, compare::compare_rows, enrol::enrol, enrol::fork, enrol::switch, enrol::note_wiped,
        blobs::offer, blobs::ask, blobs::take_whole,
        blobs::take_chunk, blobs::show, live::watch, basemap::show,
        setup::get_setup, setup::create_setup, setup::reset_password,
        session::create_session, session::delete_session, me::get_me, safety::get_safety,
        cases::list_cases, cases::get_case, cases::create_act, cases::change_place,
        photos::create_photo, photos::get_photo, photos::request_original,
        queues::list_queues, grids::list_grids, catalog::get_catalog,
        households::list_households, households::get_household, households::reveal_field,
        households::list_reviews, households::read_history, households::settle_review,
        people::list_people, people::create_person, people::change_person, people::create_reset_link,
        enrolments::create_enrolment, devices::list_devices, devices::revoke_device, bundles::import_bundle, strays::list_strays,
        strays::show_stray, strays::handle_stray, strays::replay_stray, street::get_street, street::change_street,
        access_log::list_access_log, health::get_health, metrics::get_metrics, get_openapi, get_docs,
    ),
    components(schemas(ErrorBody, Problem)),
    modifiers(&Errors, &Doors),
)]
pub struct Api;

/// Every operation may answer with an error code instead.
struct Errors;

impl Modify for Errors {
    fn modify(&self, document: &mut Document) {
        let refusal = ResponseBuilder::new()
            .description("Refused; the status follows from the code.")
            .content(
                "application/json",
                Content::new(Some(Ref::from_schema_name("ErrorBody"))),
            )
            .build();
        for path in document.paths.paths.values_mut() {
            for operation in operations(path) {
                operation
                    .responses
                    .responses
                    .insert("default".to_owned(), refusal.clone().into());
            }
        }
    }
}

fn operations(path: &mut utoipa::openapi::PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.post,
        &mut path.put,
        &mut path.patch,
        &mut path.delete,
        &mut path.head,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// How callers identify themselves.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Components::new);
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
            "xunge_session",
            "Set by POST /v1/session.",
        ));
        let header = ApiKey::Header(ApiKeyValue::with_description(
            "x-xunge",
            "`office`; keeps other sites out.",
        ));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("office", SecurityScheme::ApiKey(header));
        components.add_security_scheme("device", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The description as pretty JSON with a line break at its end, as it is committed for the office's client.
///
/// # Errors
/// Never in practice: the document is plain data.
pub fn description() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Api::openapi()).map(|text| text + "\n")
}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn get_openapi() -> Json<Document> {
    Json(Api::openapi())
}

/// This description for people.
#[utoipa::path(get, path = "/v1/docs", tag = "operation",
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn get_docs() -> Response {
    (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        super::docs::page(&Api::openapi()),
    )
        .into_response()
}
