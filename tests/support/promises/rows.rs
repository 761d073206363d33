//! What a phone shows is what a phone that asks from the very start is handed: every row, no other, at its revision.

use std::collections::BTreeMap;

use device::ports::{Method, Request};
use domain::Bucket;
use domain::protocol::{PROTO, PROTO_HEADER, PullRequest, PullResponse};
use serde_json::Value;

use super::outbox;
use crate::phone::Phone;
use crate::server::{ADDRESS, StreetServer};

type Rows = BTreeMap<(String, String, String), (u64, Value)>;

pub(super) fn check(server: &StreetServer, phone: &Phone) -> Vec<String> {
    let there = match handed_out(server, phone) {
        Ok(there) => there,
        Err(code) if code == "device_revoked" => return Vec::new(), // it keeps what it had
        Err(code) => return vec![format!("{}: asked for its rows, the server says {code}", phone.worker)],
    };
    let here = shown(phone);
    let mut breaches = Vec::new();
    for (name, (rev, data)) in &there {
        match here.get(name) {
            None => breaches.push(format!("{}: {name:?} is not on the phone", phone.worker)),
            Some((older, _)) if older != rev => {
                breaches.push(format!("{}: {name:?} is at {older}, not {rev}", phone.worker));
            }
            Some((_, shown)) if shown != data => {
                breaches.push(format!(
                    "{}: {name:?} at {rev} is not what the server has",
                    phone.worker
                ));
            }
            Some(_) => {}
        }
    }
    for name in here.keys().filter(|name| !there.contains_key(*name)) {
        breaches.push(format!(
            "{}: {name:?} is on the phone and not the phone's to see",
            phone.worker
        ));
    }
    breaches
}

fn shown(phone: &Phone) -> Rows {
    let cache = outbox::cache(phone.folder());
    let mut statement = cache
        .prepare(
            "select b.name, r.type, r.id, r.rev, r.data from member m
             join bucket b on b.n = m.bucket join row r on r.n = m.row",
        )
        .unwrap();
    let found = statement.query_map([], |row| {
        let data: Vec<u8> = row.get(4)?;
        let data = device::row_text(&data).expect("no row is damaged");
        let name = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((name, (row.get(3)?, serde_json::from_str(&data).unwrap())))
    });
    found.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Everything the server hands this phone when it has nothing, or the code it is refused with.
fn handed_out(server: &StreetServer, phone: &Phone) -> Result<Rows, String> {
    let (device, token) = phone.credentials();
    let mut cursors: BTreeMap<Bucket, u64> = BTreeMap::new();
    let mut rows = Rows::new();
    loop {
        let asked = PullRequest {
            proto: PROTO,
            bundle_key: false,
            epoch: Some(server.handle().epoch),
            device,
            cursors: cursors.clone(),
            check: false,
            profile: None,
            max_bytes: None,
            seen: None,
            announce: None,
        };
        let request = Request {
            method: Method::Post,
            url: format!("{ADDRESS}/v1/pull"),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                (PROTO_HEADER, PROTO.to_string()),
                ("authorization", format!("Bearer {token}")),
            ],
            body: serde_json::to_vec(&asked).unwrap(),
        };
        let answer = server.answer(&request).ok_or("nothing")?;
        if answer.status != 200 {
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            return Err(said["error"]["code"].as_str().unwrap_or("no code").to_owned());
        }
        let answer: PullResponse = serde_json::from_slice(&answer.body).unwrap();
        for page in &answer.buckets {
            cursors.insert(page.id.clone(), page.to);
            for row in &page.rows {
                let kind = serde_json::to_value(row.kind).unwrap();
                let name = (page.id.0.clone(), kind.as_str().unwrap().to_owned(), row.id.clone());
                rows.insert(name, (row.rev, row.data.read().unwrap()));
            }
            for gone in &page.gone {
                let kind = serde_json::to_value(gone.kind).unwrap();
                rows.remove(&(page.id.0.clone(), kind.as_str().unwrap().to_owned(), gone.id.clone()));
            }
        }
        if answer.buckets.iter().all(|page| !page.more) {
            return Ok(rows);
        }
    }
}
