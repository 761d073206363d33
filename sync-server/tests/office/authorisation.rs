//! Every route is tried by everybody, and the answer compared with a table that a person wrote.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::role::Role;
use serde_json::json;
use sync_server::auth::Access;
use sync_server::routes::{Route, table};

use crate::phone::Phone;
use crate::world::{Browser, World};

/// One line per route, one column per caller. It is written by hand and never generated: whoever changes what a route
/// demands changes this file too, and a reader of the change sees who gains or loses a door.
const EXPECTED: &str = include_str!("access.txt");

/// Who is what in the demo street, in the order of the columns; then a phone, and nobody from elsewhere and from the
/// server's own machine.
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

/// What a cell of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// Let in, whatever the answer to an empty request is then.
    In,
    /// 401: sign in first.
    Unknown,
    /// 403: not you.
    Forbidden,
}

impl Cell {
    fn read(word: &str) -> Self {
        match word {
            "+" => Self::In,
            "401" => Self::Unknown,
            "403" => Self::Forbidden,
            other => panic!("the table says {other:?}"),
        }
    }

    fn of(status: u16) -> Self {
        match status {
            401 => Self::Unknown,
            403 => Self::Forbidden,
            _other => Self::In,
        }
    }
}

struct Line {
    route: String,
    cells: Vec<Cell>,
}

fn expected() -> Vec<Line> {
    let lines = EXPECTED.lines().filter(|line| line.contains('/'));
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Line {
            route: format!("{} {}", words[0], words[1]),
            cells: words[2..].iter().map(|word| Cell::read(word)).collect(),
        }
    };
    lines.map(line).collect()
}

fn filled(path: &str) -> String {
    path.replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{sha256}", &"0".repeat(64))
}

/// The demo street has no organisation, so one of its departments becomes one.
async fn make_organisation(world: &World) {
    let admin = world.signed_in("admin");
    let people = admin.get("/v1/people").await.ok();
    let rows = people["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["login"] == "day-care").unwrap();
    let path = format!("/v1/people/{}", row["id"].as_str().unwrap());
    admin
        .patch(&path, json!({ "roles": ["organisation_member"] }))
        .await
        .ok();
}

async fn tried_by(world: &World, browser: &Browser<'_>, route: &Route) -> u16 {
    let request = browser.request(route.method.clone(), &filled(route.path), "application/json", "{}");
    world.status(request).await.as_u16()
}

async fn tried_by_phone(world: &World, phone: &Phone, route: &Route) -> u16 {
    let request = Request::builder()
        .method(route.method.clone())
        .uri(filled(route.path))
        .header(header::AUTHORIZATION, format!("Bearer {}", phone.token))
        .header("x-sync-proto", "1")
        .header("x-xunge", "office")
        .header(header::CONTENT_TYPE, "application/json");
    world.status(request.body(Body::from("{}")).unwrap()).await.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_admits_whom_the_written_table_admits() {
    let world = World::demo();
    make_organisation(&world).await;
    let phone = Phone::enrol(&world, "zhao").await;
    assert_eq!(PEOPLE.len(), Role::ALL.len(), "a role nobody plays here");
    let expected = expected();
    let mut wrong = Vec::new();
    for route in table() {
        let name = format!("{} {}", route.method, route.path);
        let mut statuses = Vec::new();
        for (_role, login) in PEOPLE {
            // A session of its own for each try: one of the routes ends it.
            statuses.push(tried_by(&world, &world.signed_in(login), &route).await);
        }
        statuses.push(tried_by_phone(&world, &phone, &route).await);
        statuses.push(tried_by(&world, &world.anonymous(), &route).await);
        statuses.push(tried_by(&world, &world.on_the_machine(), &route).await);
        assert!(
            statuses.iter().all(|status| *status < 500),
            "{name} answers {statuses:?}"
        );
        let cells: Vec<Cell> = statuses.iter().copied().map(Cell::of).collect();
        let written = expected.iter().find(|line| line.route == name);
        if written.is_none_or(|line| line.cells != cells) {
            wrong.push(format!("{name} answers {statuses:?}"));
        }
    }
    assert!(wrong.is_empty(), "access.txt says otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn what_a_route_states_is_what_the_written_table_says() {
    let routes = table();
    let expected = expected();
    for line in &expected {
        let stated = routes
            .iter()
            .find(|route| line.route == format!("{} {}", route.method, route.path))
            .unwrap_or_else(|| panic!("there is no route {}", line.route));
        for ((role, _login), cell) in PEOPLE.iter().zip(&line.cells) {
            let admitted = match stated.access {
                Access::Loopback | Access::Device => false,
                Access::Public | Access::DeviceOrSession | Access::Session(_) => {
                    stated.access.admits(&Role::union(&[*role]))
                }
            };
            assert_eq!(admitted, *cell == Cell::In, "{role:?} {}", line.route);
        }
    }
    assert_eq!(expected.len(), routes.len(), "every route stands in access.txt once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_site_cannot_change_anything_with_the_persons_cookie() {
    let world = World::demo();
    let browser = world.signed_in("admin");
    let mut refused = 0;
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
        // A phone enrols without the header; the one-time code is what it must show.
        let own_refusal = route.path == "/v1/enrol";
        assert!(
            own_refusal || status == 403,
            "{} {} answers {status}",
            route.method,
            route.path
        );
        refused += usize::from(status == 403);
    }
    assert!(refused >= 12, "only {refused} doors were tried");
}
