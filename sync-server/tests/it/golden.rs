//! The wire as it was published: what the first app sends is understood for ever, and what it reads is still there.
//!
//! `tests/wire/NAME.json` is a request as the first app wrote it, and is never changed. `NAME.answer.json` is what this server
//! answers, with names made on the spot, keys, signatures and digests left out; `UPDATE_WIRE=1` writes it anew. A change there is a
//! change of the protocol: it may add, it may not take away.

use std::path::PathBuf;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::blobs::blob;
use crate::pull::{household, settle};
use crate::world::{GRID_A, Phone, World, user};

/// What the first app cannot do without, for each answer.
const NEEDED: [(&str, &[&str]); 8] = [
    ("enrol", &["profile", "epoch", "server_ms"]),
    ("push", &["epoch", "server_ms", "receipts", "last_seq", "street_rev"]),
    ("act", &["epoch", "server_ms", "receipts", "last_seq", "street_rev"]),
    ("pull", &["epoch", "server_ms", "street_rev", "scope", "buckets"]),
    ("offer", &["epoch", "lines"]),
    ("put", &["epoch", "offset", "stored"]),
    ("compare", &["epoch", "parts"]),
    ("fork", &["profile", "epoch", "server_ms"]),
];
/// The same for what stands in lists.
const NEEDED_OF_EACH: [(&str, &str, &[&str]); 3] = [
    ("push", "/receipts/0", &["id", "verdict", "rev", "body_hash"]),
    ("pull", "/buckets/0", &["id", "reset", "to", "more", "rows", "gone"]),
    ("pull", "/buckets/1/rows/0", &["type", "id", "rev", "data"]),
];

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wire")
        .join(format!("{name}.json"))
}

/// Leaves out what is another one in each run, or made with a secret.
fn plain(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if ["sig", "key", "digest"].contains(&name.as_str()) && field.is_string() {
                    *field = Value::from("…");
                }
                plain(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::String(text) if text.starts_with("01950000-0000-7000-8000-") => *value = Value::from("made here"),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What the first app would miss in an answer.
fn lacking(name: &str, answer: &Value) -> Vec<String> {
    let whole = NEEDED.iter().map(|(of, needed)| (*of, "", *needed));
    let of_this = whole.chain(NEEDED_OF_EACH).filter(|(of, ..)| *of == name);
    let missing = of_this.flat_map(|(_, place, needed)| {
        let found = answer.pointer(place);
        let absent = move |field: &&&str| found.is_none_or(|found| found.get(field).is_none());
        needed
            .iter()
            .filter(absent)
            .map(move |field| format!("{place}/{field}"))
    });
    missing.collect()
}

fn check(name: &str, mut answer: Value) {
    assert_eq!(lacking(name, &answer), [""; 0], "{name}");
    plain(&mut answer);
    let (path, text) = (
        file(&format!("{name}.answer")),
        format!("{}\n", serde_json::to_string_pretty(&answer).unwrap()),
    );
    if std::env::var_os("UPDATE_WIRE").is_some() {
        std::fs::write(path, text).unwrap();
    } else {
        assert_eq!(
            text,
            std::fs::read_to_string(path).unwrap(),
            "{name} is answered otherwise"
        );
    }
}

/// Sends a request of the first app, with the names of this world in it.
async fn send(world: &World, phone: &Phone, name: &str, path: &str) -> Value {
    let case = case(world).await;
    let text = std::fs::read_to_string(file(name)).unwrap();
    let text = text
        .replace("{{epoch}}", &phone.epoch.to_string())
        .replace("{{household}}", &household(1, GRID_A).id.to_string())
        .replace("{{case}}", &case);
    let request: Value = serde_json::from_str(&text).unwrap();
    let answer = world.post(Some(&phone.token), path, &request).await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "{name}: {}",
        String::from_utf8_lossy(&answer.bytes)
    );
    answer.json()
}

async fn case(world: &World) -> String {
    let sql = "SELECT id FROM cases ORDER BY number LIMIT 1";
    let found = world
        .server
        .store
        .read(move |tx| Ok(tx.query_opt(sql, &[], |row| row.get::<String>("id"))?))
        .await;
    found.unwrap().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_app_sends_is_understood_and_what_it_reads_is_there() {
    let world = World::on_sqlite();
    settle(&world, household(1, GRID_A)).await;
    let phone = world.enrol(1, user(1)).await;
    check("enrol", send(&world, &phone, "enrol", "/v1/enrol").await);
    let pushed = send(&world, &phone, "push", "/v1/push").await;
    let verdicts: Vec<_> = pushed["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["applied"; 5]);
    check("push", pushed);
    let acted = send(&world, &phone, "act", "/v1/push").await;
    assert_eq!(acted["receipts"][0]["verdict"], "applied");
    check("act", acted);
    check("pull", send(&world, &phone, "pull", "/v1/pull").await);
    check("offer", send(&world, &phone, "offer", "/v1/blobs/offer").await);
    let bytes = b"a small photo";
    let put = blob(&world, &phone, Method::PUT, &sync_server::hash::of(bytes), None, bytes).await;
    check("put", put.json());
    check("compare", send(&world, &phone, "compare", "/v1/compare").await);
    check("fork", send(&world, &phone, "fork", "/v1/fork").await);
}

#[test]
fn an_answer_that_lost_a_field_of_the_first_app_is_caught() {
    let mut caught = 0;
    for (name, needed) in NEEDED {
        let text = std::fs::read_to_string(file(&format!("{name}.answer"))).unwrap();
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(lacking(name, &whole), [""; 0], "{name}");
        for field in needed {
            let mut less = whole.clone();
            drop(less.as_object_mut().unwrap().remove(*field));
            assert!(!lacking(name, &less).is_empty(), "{name} without {field}");
            caught += 1;
        }
    }
    println!(
        "PROVE P14 what_the_first_app_sends_and_reads runs={} violations=0 control=caught",
        NEEDED.len()
    );
    assert!(caught > 20);
}
