//! The description of the API, its page, and what every answer carries.

use axum::body::Body;
use axum::http::Method;
use sync_server::routes::{openapi, table};

use crate::world::World;

#[test]
fn the_committed_description_is_the_one_the_code_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/office/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let made = openapi::description().unwrap();
    assert!(
        committed == made,
        "run `sync-server openapi > ui/office/openapi.json` and commit it"
    );
}

#[test]
fn every_route_of_the_table_is_described_and_nothing_else() {
    let described: serde_json::Value = serde_json::from_str(&openapi::description().unwrap()).unwrap();
    let mut described: Vec<String> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let mut routes: Vec<String> = table()
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_keeps_other_sites_out() {
    let world = World::empty();
    for path in [
        "/",
        "/queue/municipal",
        "/v1/docs",
        "/v1/openapi.json",
        "/v1/nothing",
        "/healthz",
        "/favicon.ico",
    ] {
        // A browser, which cannot say that it speaks the phones' protocol.
        let mut asked = world.anonymous().request(Method::GET, path, "", Body::empty());
        asked.headers_mut().remove("x-sync-proto");
        let answer = world.send(asked).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(
            !header("content-security-policy").contains("script-src 'unsafe"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_methods_nobody_knows_answer_with_a_code() {
    let world = World::empty();
    assert_eq!(world.anonymous().get("/v1/nothing").await.code(), "not_found");
    assert_eq!(world.anonymous().delete("/v1/setup").await.code(), "method_not_allowed");
    let page = world.anonymous().get("/").await;
    assert!(
        page.status == 200 && page.text.contains("--office-dir"),
        "the page says how to build the office"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_alone() {
    let world = World::empty();
    assert_eq!(world.anonymous().get("/metrics").await.status, 403);
    assert_eq!(world.on_the_machine().get("/metrics").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_api_loads_nothing_and_runs_nothing() {
    let world = World::empty();
    let page = world.anonymous().get("/v1/docs").await.text;
    assert!(page.contains("/v1/cases/{id}/acts") && page.contains("id=\"CaseDetail\""));
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
}
