//! The phone's door: everything wrong that can come in by the sync protocol, what it is answered, and what stays.
//!
//! [`REQUESTS`] are refused whole: nothing is written and the phone's next push goes through. [`MUTATIONS`] are refused
//! one by one: the receipt says why, what the person typed is kept, and the next mutation of the same push is applied.

use axum::body::Body;
use axum::http::{Request, header};
use domain::protocol::{Announcement, ErrorBody, ErrorCode, Mutation, Verdict, WireError, kind};
use domain::{
    Action, CapturedAt, CaseAct, CaseId, LatLon, PlaceClaim, PlaceSource, Report, ReportId, ReportNote, Visit, VisitId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pull::{household, settle};
use crate::push::{creates, mutation, report};
use crate::visits::visit;
use crate::words::assert_said;
use crate::world::{GRID_A, MORNING, Phone, World, enrolment, user};

type Bytes = Vec<u8>;

/// What is odd, the method, the path, headers in place of the usual ones (an empty one is left out), the body, and the
/// answer.
type Knock = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    fn(&Phone) -> Bytes,
    ErrorCode,
);

/// Requests that no phone of ours sends. `:own` is the photo that the phone has announced, `:unknown` one that nobody has.
#[rustfmt::skip]
const REQUESTS: &[Knock] = &[
    ("no token", "POST", "/v1/push", &[("authorization", "")], push_of_nothing, ErrorCode::Unauthenticated),
    ("a foreign token", "POST", "/v1/push", &[("authorization", "Bearer x")], push_of_nothing, ErrorCode::Unauthenticated),
    ("no protocol version", "POST", "/v1/push", &[("x-sync-proto", "")], push_of_nothing, ErrorCode::ProtoUnsupported),
    ("a version of the future", "POST", "/v1/push", &[("x-sync-proto", "9")], push_of_nothing, ErrorCode::ProtoUnsupported),
    ("the version before the first", "POST", "/v1/push", &[("x-sync-proto", "0")], push_of_nothing, ErrorCode::ProtoUnsupported),
    ("the version after the last", "POST", "/v1/push", &[("x-sync-proto", "2")], push_of_nothing, ErrorCode::ProtoUnsupported),
    ("the version before the first in the body", "POST", "/v1/push", &[], |phone| altered(phone, "proto", json!(0)), ErrorCode::ProtoUnsupported),
    ("a version of the future in the body", "POST", "/v1/push", &[], |phone| altered(phone, "proto", json!(9)), ErrorCode::ProtoUnsupported),
    ("another device's name", "POST", "/v1/push", &[], |phone| altered(phone, "device", json!(Uuid::nil())), ErrorCode::DeviceMismatch),
    ("a form", "POST", "/v1/push", &[("content-type", "text/plain")], push_of_nothing, ErrorCode::UnsupportedMedia),
    ("nothing", "POST", "/v1/push", &[], |_| Bytes::new(), ErrorCode::BadRequest),
    ("half a body", "POST", "/v1/push", &[], |phone| push_of_nothing(phone)[..20].to_vec(), ErrorCode::BadRequest),
    ("bytes that are no text", "POST", "/v1/push", &[], |_| vec![0xff, 0xfe, 0x00], ErrorCode::BadRequest),
    ("something else", "POST", "/v1/push", &[], |_| b"[]".to_vec(), ErrorCode::BadRequest),
    ("a field twice", "POST", "/v1/push", &[], |_| br#"{"proto":1,"proto":1}"#.to_vec(), ErrorCode::BadRequest),
    ("a number out of range", "POST", "/v1/push", &[], |phone| altered(phone, "proto", json!(-1)), ErrorCode::BadRequest),
    ("nested without end", "POST", "/v1/push", &[], |_| [vec![b'['; 5000], vec![b']'; 5000]].concat(), ErrorCode::BadRequest),
    ("129 mutations", "POST", "/v1/push", &[], too_many, ErrorCode::TooLarge),
    ("300 kB", "POST", "/v1/push", &[], |phone| altered(phone, "x", json!("y".repeat(300_000))), ErrorCode::TooLarge),
    ("a compression nobody speaks", "POST", "/v1/push", &[("content-encoding", "br")], push_of_nothing, ErrorCode::BadEncoding),
    ("damaged compression", "POST", "/v1/push", &[("content-encoding", "zstd")], push_of_nothing, ErrorCode::BadEncoding),
    ("a bomb", "POST", "/v1/push", &[("content-encoding", "zstd")], bomb, ErrorCode::BadEncoding),
    ("a cursor below nothing", "POST", "/v1/pull", &[], |phone| altered(phone, "cursors", json!({ "ref": -1 })), ErrorCode::BadRequest),
    ("cursors that are no map", "POST", "/v1/pull", &[], |phone| altered(phone, "cursors", json!([1])), ErrorCode::BadRequest),
    ("an offer of 201 photos", "POST", "/v1/blobs/offer", &[], |_| json!({ "proto": 1, "hashes": vec!["0"; 201] }).to_string().into(), ErrorCode::TooLarge),
    ("an offer of nothing", "POST", "/v1/blobs/offer", &[], |_| b"{}".to_vec(), ErrorCode::BadRequest),
    ("a photo nobody named", "PUT", "/v1/blobs/:unknown", &[], push_of_nothing, ErrorCode::BlobUnknown),
    ("a photo under no hash", "PUT", "/v1/blobs/..%2Fetc", &[], push_of_nothing, ErrorCode::Invalid),
    ("another photo under a hash", "PUT", "/v1/blobs/:own", &[], push_of_nothing, ErrorCode::HashMismatch),
    ("a photo too large for one request", "PUT", "/v1/blobs/:own", &[], |_| vec![0; 2 * 1024 * 1024], ErrorCode::TooLarge),
    ("a part without its place", "PATCH", "/v1/blobs/:own", &[], push_of_nothing, ErrorCode::BadRequest),
    ("a part at no place", "PATCH", "/v1/blobs/:own", &[("upload-offset", "-1")], push_of_nothing, ErrorCode::BadRequest),
    ("a part at the wrong place", "PATCH", "/v1/blobs/:own", &[("upload-offset", "77")], push_of_nothing, ErrorCode::OffsetMismatch),
    ("a photo that is not here", "GET", "/v1/blobs/:unknown", &[], push_of_nothing, ErrorCode::NotFound),
    ("a code nobody gave out", "POST", "/v1/enrol", &[], |_| serde_json::to_vec(&enrolment("NONE0000", 9)).unwrap(), ErrorCode::CodeInvalid),
    ("a used code", "POST", "/v1/enrol", &[], |_| serde_json::to_vec(&enrolment("CODE0001", 9)).unwrap(), ErrorCode::CodeInvalid),
    ("a weak token", "POST", "/v1/enrol", &[], weak_token, ErrorCode::Invalid),
    ("a fork without a token", "POST", "/v1/fork", &[], |_| json!({ "proto": 1, "device": Uuid::nil(), "token": "" }).to_string().into(), ErrorCode::Invalid),
    ("an address nobody knows", "POST", "/v1/pushes", &[], push_of_nothing, ErrorCode::NotFound),
    ("a method nobody knows", "DELETE", "/v1/push", &[], push_of_nothing, ErrorCode::MethodNotAllowed),
];

fn push_of_nothing(phone: &Phone) -> Bytes {
    serde_json::to_vec(&envelope(phone)).unwrap()
}

fn envelope(phone: &Phone) -> Value {
    json!({ "proto": 1, "epoch": phone.epoch, "device": phone.device, "announce": Announcement::default(),
        "mutations": [], "cursors": {}, "max_bytes": null })
}

fn altered(phone: &Phone, field: &str, to: Value) -> Bytes {
    let mut body = envelope(phone);
    body[field] = to;
    body.to_string().into()
}

fn too_many(phone: &Phone) -> Bytes {
    let slim = |seq| Mutation {
        body: Value::Null,
        ..creates(phone, seq, &report(1, "manhole"))
    };
    let all: Vec<Mutation> = (1..=129).map(slim).collect();
    altered(phone, "mutations", json!(all))
}

fn bomb(_phone: &Phone) -> Bytes {
    zstd::encode_all(&vec![b' '; 64 * 1024 * 1024][..], 1).unwrap()
}

fn weak_token(_phone: &Phone) -> Bytes {
    let mut request = enrolment("CODE0001", 9);
    request.token = "short".to_owned();
    serde_json::to_vec(&request).unwrap()
}

fn request(knock: &Knock, phone: &Phone, own_photo: &str) -> Request<Body> {
    let (_what, method, path, headers, body, _code) = *knock;
    let token = format!("Bearer {}", phone.token);
    let usual = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("x-sync-proto", "1"),
    ];
    let path = path.replace(":own", own_photo).replace(":unknown", &"0".repeat(64));
    let mut request = Request::builder().method(method).uri(path);
    let replaced = |name: &str| headers.iter().any(|(header, _)| *header == name);
    let rest = usual.iter().filter(|(name, _)| !replaced(name));
    for (name, value) in rest.chain(headers).filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body(phone))).unwrap()
}

/// Everything that a request could have changed, as numbers.
async fn written(world: &World) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM reports",
        "SELECT COUNT(*) FROM cases",
        "SELECT COUNT(*) FROM visits",
        "SELECT COUNT(*) FROM receipts",
        "SELECT COUNT(*) FROM parked",
        "SELECT COUNT(*) FROM devices",
        "SELECT COUNT(*) FROM timeline",
        "SELECT COUNT(*) FROM bucket_rows",
        "SELECT SUM(rev) FROM streets",
        "SELECT SUM(last_seq) FROM devices",
    ] {
        counts.push(world.number(sql).await);
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_no_phone_of_ours_sends_is_told_why_and_changes_nothing() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let own_photo = crate::blobs::announced(&world, &phone).await;
    let before = written(&world).await;
    for knock in REQUESTS {
        let (what, .., code) = *knock;
        let answer = world.send(request(knock, &phone, own_photo.as_str())).await;
        let error = answer.json::<ErrorBody>().error;
        assert_eq!((error.code, answer.status.as_u16()), (code, code.status()), "{what}");
        assert_said(&error);
        assert_eq!(written(&world).await, before, "{what}");
    }
    let answer = world.push(&phone, &[creates(&phone, 2, &report(2, "manhole"))]).await;
    assert_eq!(
        answer.receipts[0].verdict,
        Verdict::Applied,
        "the phone's own push still goes through"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_codes_is_told_how_long_to_wait() {
    let world = World::new();
    let mut last = None;
    for number in 0..10 {
        let guess = enrolment(&format!("GUESS{number:03}"), 1);
        last = Some(world.post(None, "/v1/enrol", &guess).await);
    }
    let last = last.unwrap();
    let error = last.json::<ErrorBody>().error;
    assert_eq!((last.status.as_u16(), error.code), (429, ErrorCode::TooManyTries));
    assert_said(&error);
    assert_eq!(
        last.headers[header::RETRY_AFTER].to_str().unwrap(),
        error.details["retry_after_s"].to_string()
    );
}

/// What is odd, the mutation, and why it is refused or set aside.
type Refused = (&'static str, fn(&Phone, u64) -> Mutation, ErrorCode);

#[rustfmt::skip]
const MUTATIONS: &[Refused] = &[
    ("a kind nobody knows", |phone, seq| mutation(phone, seq, "report.paint", Uuid::from_u128(9), json!({ "colour": 3 })), ErrorCode::MutationUnknown),
    ("a version of the future", |phone, seq| Mutation { v: 2, ..creates(phone, seq, &odd()) }, ErrorCode::MutationUnknown),
    ("another person's name", |phone, seq| Mutation { author: user(2), ..creates(phone, seq, &odd()) }, ErrorCode::OutOfScope),
    ("no body", |phone, seq| mutation(phone, seq, kind::REPORT_CREATE, Uuid::from_u128(8), Value::Null), ErrorCode::BadRequest),
    ("a body of another shape", |phone, seq| mutation(phone, seq, kind::REPORT_CREATE, Uuid::from_u128(8), json!([1, 2])), ErrorCode::BadRequest),
    ("a report under another's name", |phone, seq| mutation(phone, seq, kind::REPORT_CREATE, Uuid::from_u128(8), json!(odd())), ErrorCode::BadRequest),
    ("no category", |phone, seq| creates(phone, seq, &Report { category: "".into(), ..odd() }), ErrorCode::Invalid),
    ("a category nobody knows", |phone, seq| creates(phone, seq, &Report { category: "dragon".into(), ..odd() }), ErrorCode::Invalid),
    ("neither photo nor reason", |phone, seq| creates(phone, seq, &Report { no_photo_reason: None, ..odd() }), ErrorCode::Invalid),
    ("4001 signs", |phone, seq| creates(phone, seq, &Report { text: "字".repeat(4001), ..odd() }), ErrorCode::Invalid),
    ("a place beyond the pole", |phone, seq| creates(phone, seq, &at(91.0, 0.0)), ErrorCode::Invalid),
    ("a place beyond all numbers", |phone, seq| creates(phone, seq, &at(1e308, -1e308)), ErrorCode::Invalid),
    ("a note on no report", |phone, seq| noted(phone, seq, "看看"), ErrorCode::NotFound),
    ("an empty note", |phone, seq| noted(phone, seq, ""), ErrorCode::Invalid),
    ("no report taken back", |phone, seq| mutation(phone, seq, kind::REPORT_WITHDRAW, odd().id.0, json!({ "report": odd().id, "reason": "", "captured_at": MORNING })), ErrorCode::NotFound),
    ("a household nobody knows", |phone, seq| visited(phone, seq, &Visit { household: domain::HouseholdId(Uuid::nil()), ..visit(9, MORNING) }), ErrorCode::NotFound),
    ("a visit that ends before it begins", |phone, seq| visited(phone, seq, &Visit { started_at: CapturedAt(MORNING + 1), ..visit(9, MORNING) }), ErrorCode::Invalid),
    ("met without a condition", |phone, seq| visited(phone, seq, &Visit { condition: None, ..visit(9, MORNING) }), ErrorCode::Invalid),
    ("an act on no case", |phone, seq| acted(phone, seq, Uuid::nil()), ErrorCode::OutOfScope),
    ("an act of no kind", |phone, seq| mutation(phone, seq, kind::CASE_ACT, Uuid::nil(), json!({ "case": Uuid::nil(), "from_state_rev": 1, "action": "explode" })), ErrorCode::BadRequest),
];

/// A report of its own for each row, so that none is a repeat of another.
fn odd() -> Report {
    Report {
        id: ReportId(Uuid::from_u128(0xB0DD)),
        ..report(1, "manhole")
    }
}

fn at(lat: f64, lon: f64) -> Report {
    let mut report = odd();
    report.place.chosen = Some(PlaceClaim {
        source: PlaceSource::Pin,
        point: LatLon { lat, lon },
        accuracy_m: Some(-1.0),
    });
    report
}

fn noted(phone: &Phone, seq: u64, text: &str) -> Mutation {
    let note = ReportNote {
        report: odd().id,
        text: text.to_owned(),
        photos: Vec::new(),
        captured_at: CapturedAt(MORNING),
    };
    mutation(phone, seq, kind::REPORT_NOTE, odd().id.0, json!(note))
}

fn visited(phone: &Phone, seq: u64, visit: &Visit) -> Mutation {
    let visit = Visit {
        id: VisitId(Uuid::from_u128(0xF0DD)),
        ..visit.clone()
    };
    mutation(phone, seq, kind::VISIT_CREATE, visit.id.0, json!(visit))
}

fn acted(phone: &Phone, seq: u64, case: Uuid) -> Mutation {
    let act = Action::Comment {
        text: "看看".to_owned(),
        photos: Vec::new(),
    };
    mutation(
        phone,
        seq,
        kind::CASE_ACT,
        case,
        json!(CaseAct {
            case: CaseId(case),
            from_state_rev: 1,
            act
        }),
    )
}

/// What the server keeps of a mutation it did not apply.
async fn kept(world: &World, id: String) -> Option<Mutation> {
    let sql = "SELECT kept FROM receipts WHERE mutation_id = $1 AND kept IS NOT NULL
               UNION ALL SELECT mutation FROM parked WHERE mutation_id = $1";
    let store = &world.server.store;
    let found = store.read(move |tx| Ok(tx.query_opt(sql, sync_server::args![id], |row| row.json("kept"))?));
    found.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_that_is_refused_says_why_is_kept_and_lets_the_next_one_pass() {
    for (number, (what, make, expected)) in MUTATIONS.iter().enumerate() {
        let world = World::new();
        settle(&world, household(1, GRID_A)).await;
        let phone = world.enrol(1, user(1)).await;
        let bad = make(&phone, 1);
        let good = creates(&phone, 2, &report(100 + number as u128, "manhole"));
        let answer = world.push(&phone, &[bad.clone(), good]).await;
        let (code, details) = match &answer.receipts[0].verdict {
            Verdict::Rejected { code, details } => (*code, details.clone()),
            Verdict::Parked { code } => (*code, Value::Null),
            answered @ (Verdict::Applied | Verdict::Merged { .. } | Verdict::Superseded) => {
                panic!("{what}: {answered:?}")
            }
        };
        assert_eq!(code, *expected, "{what}: {details}");
        assert_said(&WireError { code, details });
        assert_eq!(kept(&world, bad.id.to_string()).await, Some(bad), "{what}");
        assert_eq!(answer.receipts[1].verdict, Verdict::Applied, "{what}");
        assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 1, "{what}");
    }
}

/// Times and numbers at the ends of what can be written down.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_beyond_measure_loses_no_report() {
    let world = World::new();
    let phone = world.enrol(1, user(1)).await;
    let times = [
        i64::MIN,
        i64::MIN + 1,
        -1,
        0,
        253_402_300_800_000,
        i64::MAX - 1,
        i64::MAX,
    ];
    for (seq, time) in (1..).zip(times) {
        let one = Report {
            captured_at: CapturedAt(time),
            ..report(u128::from(seq), "manhole")
        };
        let sent = Mutation {
            wall_ms: time,
            server_est_ms: Some(time),
            ..creates(&phone, seq, &one)
        };
        let answer = world.push(&phone, &[sent]).await;
        assert_eq!(answer.receipts[0].verdict, Verdict::Applied, "{time}");
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM cases").await, 7);
    assert_eq!(
        world
            .pull(&phone, &[])
            .await
            .buckets
            .iter()
            .filter(|page| page.id.0.starts_with("me:"))
            .count(),
        1
    );
}
