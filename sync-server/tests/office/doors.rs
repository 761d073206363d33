//! The office's door: everything wrong that can come in by its API, and what it is answered. After each refusal the
//! database holds what it held before: nothing is half done, so the form that the browser still shows can be sent again.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use domain::protocol::{ErrorBody, ErrorCode, kind};
use serde_json::{Value, json};
use sync_server::store::{StoreError, Tx};

use crate::case::Case;
use crate::strays::{parked, refused};
use crate::words::assert_said;
use crate::world::World;

/// What is odd, who sends it (nobody when empty), the method, the path, its media type, the body, and the answer.
type Knock = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    fn(&Names) -> Vec<u8>,
    ErrorCode,
);

const JSON: &str = "application/json";
const PNG: &str = "image/png";

/// `:case` is an open order of `municipal`, `:household` one of the community Panlong, `:admin` the only administrator,
/// `:nobody` a name that nothing has.
#[rustfmt::skip]
const REQUESTS: &[Knock] = &[
    // Any door.
    ("nobody signed in", "", "GET", "/v1/cases", JSON, empty, ErrorCode::Unauthenticated),
    ("somebody without the right", "municipal", "POST", "/v1/people", JSON, person, ErrorCode::Forbidden),
    ("an address nobody knows", "triage", "GET", "/v1/dragons", JSON, empty, ErrorCode::NotFound),
    ("a method nobody knows", "triage", "DELETE", "/v1/cases", JSON, empty, ErrorCode::MethodNotAllowed),
    ("no JSON", "triage", "POST", "/v1/cases/:case/acts", JSON, |_| b"{".to_vec(), ErrorCode::BadRequest),
    ("bytes that are no text", "triage", "POST", "/v1/cases/:case/acts", JSON, |_| vec![0xff, 0xfe], ErrorCode::BadRequest),
    ("JSON of another shape", "triage", "POST", "/v1/cases/:case/acts", JSON, |_| b"[]".to_vec(), ErrorCode::BadRequest),
    ("nested without end", "triage", "POST", "/v1/cases/:case/acts", JSON, |_| vec![b'['; 5000], ErrorCode::BadRequest),
    ("a form", "triage", "POST", "/v1/cases/:case/acts", "text/plain", empty, ErrorCode::UnsupportedMedia),
    ("300 kB", "triage", "POST", "/v1/cases/:case/acts", JSON, |_| vec![b' '; 300_000], ErrorCode::TooLarge),
    // Signing in, the first start, a new password.
    ("a wrong password", "", "POST", "/v1/session", JSON, |_| said(json!({ "login": "triage", "password": "guess" })), ErrorCode::WrongCredentials),
    ("no password", "", "POST", "/v1/session", JSON, |_| said(json!({ "login": "triage" })), ErrorCode::BadRequest),
    ("a link nobody gave out", "", "POST", "/v1/password-reset", JSON, |_| said(json!({ "token": "x", "password": "long enough password" })), ErrorCode::LinkInvalid),
    ("a set-up from elsewhere", "", "POST", "/v1/setup", JSON, |_| said(json!({ "token": "x", "street_name": "街", "login": "root", "name": "某", "password": "long enough password" })), ErrorCode::Forbidden),
    // Lists.
    ("a state nobody knows", "triage", "GET", "/v1/cases?state=asleep", "", empty, ErrorCode::Invalid),
    ("a page of nothing", "triage", "GET", "/v1/cases?limit=0", "", empty, ErrorCode::Invalid),
    ("a page without end", "triage", "GET", "/v1/cases?limit=1000", "", empty, ErrorCode::Invalid),
    ("a number that is none", "triage", "GET", "/v1/cases?limit=ten", "", empty, ErrorCode::BadRequest),
    ("a bookmark of nowhere", "triage", "GET", "/v1/cases?before=yesterday", "", empty, ErrorCode::Invalid),
    ("101 signs to look for", "triage", "GET", "/v1/cases?q=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", empty, ErrorCode::Invalid),
    // Cases.
    ("a case that is not here", "triage", "GET", "/v1/cases/:nobody", "", empty, ErrorCode::NotFound),
    ("a case with an odd name", "triage", "GET", "/v1/cases/1%27%20OR%201=1", "", empty, ErrorCode::NotFound),
    ("a case out of sight", "gas", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "accept" })), ErrorCode::NotFound),
    ("an act nobody knows", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "explode" })), ErrorCode::BadRequest),
    ("an act on what was yesterday", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| said(json!({ "id": NOBODY, "from_state_rev": names.rev + 1, "action": "accept" })), ErrorCode::Stale),
    ("an act that is not this one's", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "open" })), ErrorCode::StateRefusesAction),
    ("an act for others to do", "triage", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "accept" })), ErrorCode::Forbidden),
    ("a return without a word", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "return", "reason": "not_ours", "text": " ", "suggested": "greening" })), ErrorCode::Invalid),
    ("a return to no queue", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "return", "reason": "not_ours", "text": "不归我们", "suggested": "dragons" })), ErrorCode::Invalid),
    ("4001 signs", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "comment", "text": "字".repeat(4001), "photos": [] })), ErrorCode::Invalid),
    ("a date beyond all years", "triage", "POST", "/v1/cases/:case/acts", JSON, |names| names.act(json!({ "action": "suspend", "reason": "等", "until": i64::MAX })), ErrorCode::StateRefusesAction),
    ("an id that was used", "municipal", "POST", "/v1/cases/:case/acts", JSON, |names| said(json!({ "id": names.used, "from_state_rev": names.rev, "action": "comment", "text": "另一句", "photos": [] })), ErrorCode::MutationIdConflict),
    ("a grid on the other side of town", "triage", "PATCH", "/v1/cases/:case/place", JSON, |_| said(json!({ "grid": "nowhere" })), ErrorCode::Invalid),
    // Photos.
    ("a file that is no picture", "municipal", "POST", "/v1/photos", PNG, |_| b"no picture".to_vec(), ErrorCode::PhotoNotAnImage),
    ("an empty file", "municipal", "POST", "/v1/photos", PNG, empty, ErrorCode::PhotoEmpty),
    ("half a picture", "municipal", "POST", "/v1/photos", PNG, |_| PICTURE[..60].to_vec(), ErrorCode::PhotoDamaged),
    ("a picture of four thousand million pixels", "municipal", "POST", "/v1/photos", PNG, |_| colossal(), ErrorCode::PhotoTooManyPixels),
    ("a film", "municipal", "POST", "/v1/photos", "video/mp4", empty, ErrorCode::UnsupportedMedia),
    ("a role no photo has", "municipal", "POST", "/v1/photos?role=hero", PNG, |_| PICTURE.to_vec(), ErrorCode::BadRequest),
    ("a photo that is not here", "triage", "GET", "/v1/photos/:hash", "", empty, ErrorCode::NotFound),
    ("the original of no photo", "triage", "POST", "/v1/photos/:hash/request-original", "", empty, ErrorCode::NotFound),
    // Households.
    ("a household of another community", "secretary-longquan", "GET", "/v1/households/:household", "", empty, ErrorCode::NotFound),
    ("a look without a reason", "secretary-panlong", "POST", "/v1/households/:household/reveal", JSON, |_| said(json!({ "field": "household_phone", "reason": " " })), ErrorCode::Invalid),
    ("a look at what nobody keeps", "secretary-panlong", "POST", "/v1/households/:household/reveal", JSON, |_| said(json!({ "field": "salary", "reason": "好奇" })), ErrorCode::BadRequest),
    // People and phones.
    ("a person without name and role", "admin", "POST", "/v1/people", JSON, |_| said(json!({ "login": "Odd One", "name": "", "roles": [] })), ErrorCode::Invalid),
    ("a person of a grid nobody knows", "admin", "POST", "/v1/people", JSON, |_| said(json!({ "login": "lost", "name": "某", "roles": ["grid_worker"], "grids": ["nowhere"] })), ErrorCode::Invalid),
    ("a role nobody has", "admin", "POST", "/v1/people", JSON, |_| said(json!({ "login": "king", "name": "某", "roles": ["king"] })), ErrorCode::BadRequest),
    ("a login that is taken", "admin", "POST", "/v1/people", JSON, person, ErrorCode::LoginTaken),
    ("the last administrator", "admin", "PATCH", "/v1/people/:admin", JSON, |_| said(json!({ "active": false })), ErrorCode::LastAdministrator),
    ("a person who is not here", "admin", "PATCH", "/v1/people/:nobody", JSON, |_| said(json!({ "name": "某" })), ErrorCode::NotFound),
    ("a link for nobody", "admin", "POST", "/v1/people/:nobody/reset-link", "", empty, ErrorCode::NotFound),
    // The street.
    ("a category nobody knows", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "triage_first": ["dragons"] })), ErrorCode::Invalid),
    ("the last resort switched off", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "disabled_categories": ["other"] })), ErrorCode::Invalid),
    ("a day no calendar has", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "holidays": ["2026-02-30"] })), ErrorCode::Invalid),
    ("a Monday that is moved to a Monday", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "make_up_days": ["2026-03-02"] })), ErrorCode::Invalid),
    ("a day both off and worked", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "holidays": ["2026-03-07"], "make_up_days": ["2026-03-07"] })), ErrorCode::Invalid),
    ("four hundred and one days off", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "holidays": vec!["2026-03-02"; 401] })), ErrorCode::Invalid),
    ("a setting nobody knows", "admin", "PATCH", "/v1/street", JSON, |_| said(json!({ "ranking": true })), ErrorCode::BadRequest),
    ("the street in other hands", "triage", "PATCH", "/v1/street", JSON, |_| said(json!({ "triage_first": [] })), ErrorCode::Forbidden),
    ("a phone for nobody", "admin", "POST", "/v1/enrolments", JSON, |_| said(json!({ "user": NOBODY })), ErrorCode::NotFound),
    ("a phone for the desk", "admin", "POST", "/v1/enrolments", JSON, |names| said(json!({ "user": names.admin })), ErrorCode::Forbidden),
    ("a phone that is not here", "admin", "POST", "/v1/devices/:nobody/revoke", JSON, |_| said(json!({})), ErrorCode::NotFound),
    ("a letter for a bundle", "admin", "POST", "/v1/bundles", JSON, |_| said(json!({})), ErrorCode::UnsupportedMedia),
    ("an empty bundle", "triage", "POST", "/v1/bundles", "application/octet-stream", empty, ErrorCode::BundleDamaged),
    ("a picture for a bundle", "admin", "POST", "/v1/bundles", "application/octet-stream", |_| PICTURE.to_vec(), ErrorCode::BundleDamaged),
    ("a bundle for nobody's server", "admin", "POST", "/v1/bundles", "application/octet-stream", |_| foreign_bundle(), ErrorCode::BundleForeign),
    ("a bundle in other hands", "municipal", "POST", "/v1/bundles", "application/octet-stream", empty, ErrorCode::Forbidden),
    // What phones sent and could not be carried out: `:refused` is a report, `:visit` a visit, `:parked` waits for its verdict.
    ("a stray that is not here", "triage", "GET", "/v1/strays/:nobody", "", empty, ErrorCode::NotFound),
    ("a stray with an odd name", "triage", "GET", "/v1/strays/1%27%20OR%201=1", "", empty, ErrorCode::NotFound),
    ("a stray for others to read", "admin", "GET", "/v1/strays/:refused", "", empty, ErrorCode::Forbidden),
    ("a visit that is not triage's to read", "triage", "GET", "/v1/strays/:visit", "", empty, ErrorCode::Forbidden),
    ("strays in a department", "municipal", "GET", "/v1/strays/:refused", "", empty, ErrorCode::Forbidden),
    ("nothing, handled", "triage", "POST", "/v1/strays/:nobody/handled", "", empty, ErrorCode::NotFound),
    ("a stray handled by who may not read it", "admin", "POST", "/v1/strays/:refused/handled", "", empty, ErrorCode::Forbidden),
    ("handled before it has its verdict", "triage", "POST", "/v1/strays/:parked/handled", "", empty, ErrorCode::Invalid),
    ("nothing, replayed", "admin", "POST", "/v1/strays/:nobody/replay", "", empty, ErrorCode::NotFound),
    ("a verdict, replayed", "admin", "POST", "/v1/strays/:refused/replay", "", empty, ErrorCode::NotFound),
    ("a replay in other hands", "triage", "POST", "/v1/strays/:parked/replay", "", empty, ErrorCode::Forbidden),
];

/// Sealed for a key that is not this server's.
fn foreign_bundle() -> Vec<u8> {
    let key = domain::protocol::BundleKey::from_seed(&[77; 32]);
    domain::protocol::Sealer::begin(&key.public(), [1; 32]).unwrap().0
}

const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PICTURE: &[u8] = include_bytes!("../../../demo/pictures/pothole-filled.png");

/// What the rows above name.
struct Names {
    case: String,
    rev: u64,
    household: String,
    admin: String,
    used: String,
    refused: String,
    visit: String,
    parked: String,
}

impl Names {
    async fn of(world: &World) -> Self {
        let row = |list: Value, wanted: fn(&Value) -> bool| {
            let rows = list["rows"].as_array().unwrap().clone();
            rows.into_iter().find(wanted).unwrap()
        };
        let get = async |login: &str, path: &str| world.signed_in(login).get(path).await.ok();
        let cases = get("municipal", "/v1/cases?state=dispatched&mine=true").await;
        let case = row(cases, |row| row["lead_queue"] == "municipal");
        let comment = json!({ "action": "comment", "text": "一句", "photos": [] });
        let handle = Case::new(world, &case["id"]);
        let commented = handle.act("municipal", comment).await.ok();
        let people = get("admin", "/v1/people").await;
        let household = row(get("secretary-panlong", "/v1/households").await, |_| true);
        Self {
            case: handle.id,
            rev: commented["row"]["state_rev"].as_u64().unwrap(),
            household: household["id"].as_str().unwrap().to_owned(),
            admin: row(people, |row| row["login"] == "admin")["id"]
                .as_str()
                .unwrap()
                .to_owned(),
            used: Case::first_act().to_string(),
            refused: refused(world, 1, kind::REPORT_CREATE, json!({ "text": "井盖松动" })),
            visit: refused(
                world,
                2,
                kind::VISIT_CREATE,
                json!({ "household": household["id"], "facts": "睡不好" }),
            ),
            parked: parked(world, 3),
        }
    }

    /// An act on the case as it is, under an id that nothing has.
    fn act(&self, mut act: Value) -> Vec<u8> {
        act["id"] = json!(NOBODY);
        act["from_state_rev"] = json!(self.rev);
        said(act)
    }

    fn fill(&self, path: &str) -> String {
        path.replace(":case", &self.case)
            .replace(":household", &self.household)
            .replace(":admin", &self.admin)
            .replace(":refused", &self.refused)
            .replace(":visit", &self.visit)
            .replace(":parked", &self.parked)
            .replace(":nobody", NOBODY)
            .replace(":hash", &"0".repeat(64))
    }
}

fn said(body: Value) -> Vec<u8> {
    body.to_string().into()
}

fn empty(_names: &Names) -> Vec<u8> {
    Vec::new()
}

fn person(_names: &Names) -> Vec<u8> {
    said(json!({ "login": "municipal", "name": "某", "roles": ["auditor"] }))
}

/// A PNG whose head says 65,535 × 65,535.
fn colossal() -> Vec<u8> {
    let mut bytes = PICTURE.to_vec();
    bytes[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _: u32| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    !bytes
        .iter()
        .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

/// Every row of every table but the sessions, which signing in writes.
async fn contents(world: &World) -> BTreeMap<String, Vec<String>> {
    world.server.store.read(|tx| Ok(tables(tx)?)).await.unwrap()
}

fn tables(tx: &Tx<'_>) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let names =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'sessions'";
    let mut tables = BTreeMap::new();
    for table in tx.query(names, &[], |row| row.get::<String>("name"))? {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = tx.query(&columns, &[], |row| row.get::<String>("name"))?;
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let all = format!("SELECT {} AS line FROM {table}", quoted.join(" || ',' || "));
        tables.insert(table, tx.query(&all, &[], |row| row.get::<String>("line"))?);
    }
    Ok(tables)
}

fn request(world: &World, names: &Names, knock: &Knock) -> Request<Body> {
    let (_what, login, method, path, kind, body, _code) = *knock;
    let browser = if login.is_empty() {
        world.anonymous()
    } else {
        world.signed_in(login)
    };
    browser.request(method.parse().unwrap(), &names.fill(path), kind, body(names))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_cannot_take_is_told_why_and_leaves_everything_as_it_was() {
    let world = World::demo();
    let names = Names::of(&world).await;
    let before = contents(&world).await;
    assert!(
        before["cases"].len() >= 30 && before["people"].len() >= 40,
        "the control: there is something to change"
    );
    for knock in REQUESTS {
        let (what, .., code) = *knock;
        let answer = world.send(request(&world, &names, knock)).await;
        let error = serde_json::from_str::<ErrorBody>(&answer.text)
            .unwrap_or_else(|_| panic!("{what}: {} {}", answer.status, answer.text))
            .error;
        assert_eq!(
            (error.code, answer.status),
            (code, code.status()),
            "{what}: {}",
            error.details
        );
        assert_said(&error);
        let after = contents(&world).await;
        let changed: Vec<_> = before.keys().filter(|table| before[*table] != after[*table]).collect();
        assert!(changed.is_empty(), "{what} changed {changed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_sees_a_change() {
    let world = World::demo();
    let names = Names::of(&world).await;
    let before = contents(&world).await;
    let change = json!({ "name": "改名" });
    let path = format!("/v1/people/{}", names.admin);
    world.signed_in("admin").patch(&path, change).await.ok();
    assert_ne!(before["people"], contents(&world).await["people"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_act_goes_through_when_it_is_mended_and_sent_again() {
    let world = World::demo();
    let names = Names::of(&world).await;
    let path = names.fill("/v1/cases/:case/acts");
    let municipal = world.signed_in("municipal");
    let send = |body: Vec<u8>| world.send(municipal.request("POST".parse().unwrap(), &path, JSON, body));
    let refused = send(names.act(json!({ "action": "comment", "text": " ", "photos": [] }))).await;
    assert_eq!(refused.code(), "invalid");
    // The same id: a refusal uses nothing up.
    let mended = send(names.act(json!({ "action": "comment", "text": "看过了", "photos": [] })))
        .await
        .ok();
    let last = mended["row"]["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["text"], "看过了");
}
