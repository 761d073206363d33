//! Every route of the table is tried by everybody.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::role::Role;
use sync_server::auth::Access;
use sync_server::routes::table;

use crate::world::World;

/// A person of the demo street for each role.
const PEOPLE: &[(Role, &str)] = &[
    (Role::GridWorker, "li"),
    (Role::CommunitySecretary, "secretary-panlong"),
    (Role::TriageOfficer, "triage"),
    (Role::StreetHead, "head"),
    (Role::DepartmentMember, "municipal"),
    (Role::OrganisationMember, "day-care"),
    (Role::Auditor, "auditor"),
    (Role::Administrator, "admin"),
];

fn filled(path: &str) -> String {
    path.replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{sha256}", &"0".repeat(64))
}

/// The demo street has no organisation, so one of its departments becomes one.
async fn make_organisation(world: &World) {
    let admin = world.signed_in("admin");
    let people = admin.get("/v1/people").await.ok();
    let rows = people["rows"].as_array().unwrap();
    let id = rows.iter().find(|row| row["login"] == "day-care").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let change = serde_json::json!({ "roles": ["organisation_member"] });
    admin.patch(&format!("/v1/people/{id}"), change).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_admits_whom_it_states_and_nobody_else() {
    let world = World::demo();
    make_organisation(&world).await;
    assert_eq!(PEOPLE.len(), Role::ALL.len(), "a role nobody plays here");
    let mut tried = 0;
    for (role, login) in PEOPLE {
        let permissions = Role::union(&[*role]);
        for route in table() {
            let browser = world.signed_in(login);
            let request = browser.request(route.method.clone(), &filled(route.path), "application/json", "{}");
            let status = world.status(request).await.as_u16();
            let refused = status == 401 || status == 403;
            let expected = match route.access {
                Access::Public | Access::DeviceOrSession => false,
                Access::Loopback | Access::Device => true,
                Access::Session(_) => !route.access.admits(&permissions),
            };
            assert_eq!(
                refused, expected,
                "{role:?} {} {} answers {status}",
                route.method, route.path
            );
            assert!(
                status < 500,
                "{role:?} {} {} answers {status}",
                route.method,
                route.path
            );
            tried += 1;
        }
    }
    assert!(tried >= 8 * 35, "only {tried} tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_only_the_open_routes_answer() {
    let world = World::demo();
    for route in table() {
        let request = world
            .anonymous()
            .request(route.method.clone(), &filled(route.path), "application/json", "{}");
        let status = world.status(request).await.as_u16();
        match route.access {
            Access::Public => assert!(status != 401 && status != 403, "{} answers {status}", route.path),
            Access::Loopback => assert_eq!(status, 403, "{}", route.path),
            Access::Device | Access::DeviceOrSession | Access::Session(_) => assert_eq!(status, 401, "{}", route.path),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_opens_no_door_of_the_office() {
    let world = World::demo();
    let code = world
        .demo
        .as_ref()
        .unwrap()
        .people
        .iter()
        .find_map(|one| one.code.clone())
        .unwrap();
    let token = "A".repeat(43);
    let enrol = serde_json::json!({ "proto": 1, "code": code, "device": "01890a5d-ac96-774b-bcce-b302099a8057",
        "token": token, "device_name": "phone", "app_version": "0.1.0" });
    let request = Request::post("/v1/enrol")
        .header("x-sync-proto", "1")
        .header(header::CONTENT_TYPE, "application/json");
    world
        .send(request.body(Body::from(enrol.to_string())).unwrap())
        .await
        .ok();
    for route in table() {
        let request = Request::builder()
            .method(route.method.clone())
            .uri(filled(route.path))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("x-sync-proto", "1")
            .header("x-xunge", "office")
            .header(header::CONTENT_TYPE, "application/json");
        let status = world.status(request.body(Body::from("{}")).unwrap()).await.as_u16();
        match route.access {
            Access::Session(_) => assert_eq!(status, 401, "{} {}", route.method, route.path),
            Access::Device | Access::DeviceOrSession => {
                assert!(
                    status != 401 && status != 403,
                    "{} {} answers {status}",
                    route.method,
                    route.path
                );
            }
            Access::Public | Access::Loopback => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_site_cannot_change_anything_with_the_persons_cookie() {
    let world = World::demo();
    let browser = world.signed_in("admin");
    for route in table() {
        if route.method == Method::GET
            || matches!(
                route.access,
                Access::Device | Access::DeviceOrSession | Access::Loopback
            )
        {
            continue;
        }
        let mut request = browser.request(route.method.clone(), &filled(route.path), "application/json", "{}");
        request.headers_mut().remove("x-xunge");
        let status = world.status(request).await.as_u16();
        let own_refusal = route.path == "/v1/enrol";
        assert!(
            own_refusal || status == 403,
            "{} {} answers {status}",
            route.method,
            route.path
        );
    }
}
