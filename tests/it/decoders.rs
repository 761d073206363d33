//! Whatever bytes arrive, each decoder answers with a word of its own: never an internal error, never a panic, never
//! more memory than its limit. Requests are damaged on their way to the server, answers on their way to the phone.
//! `PROVE_SCALE=n` tries n times as many; a case that fails says its seed.

use std::time::Duration;

use device::packing;
use device::ports::{Method, Request, Response};
use domain::DeviceId;
use domain::protocol::{DICTIONARY_HEADER, DICTIONARY_NUMBER, PROTO, PROTO_HEADER, PullRequest, PushRequest};
use fastrand::Rng;
use serde_json::json;
use xunge_tests::World;
use xunge_tests::network::{Fate, Reply, Weather};
use xunge_tests::phone::Phone;
use xunge_tests::picture;
use xunge_tests::record::a_report;
use xunge_tests::server::ADDRESS;

/// Damaged requests in a daily run.
const REQUESTS: u64 = 1_000;
/// Damaged answers that a phone gets, in a daily run.
const PHONES: u64 = 5;
const FRAMES: u64 = 5_000;
/// What a phone lets an answer grow to in these tests.
const LIMIT: u64 = 100_000;

/// Changes, drops, repeats and inserts bytes.
fn damage(bytes: &mut Vec<u8>, dice: &mut Rng) {
    for _ in 0..dice.usize(1..=8) {
        let at = dice.usize(..=bytes.len());
        let end = (at + dice.usize(..32)).min(bytes.len());
        match dice.u8(..6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.insert(at, dice.u8(..)),
            3 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            // What opens and closes things in JSON, and numbers that are too large.
            4 => {
                let piece: &[u8] = dice
                    .choice([
                        &b"["[..],
                        b"{",
                        b"\"",
                        b"null",
                        b"-1e999",
                        b"18446744073709551616",
                        b"\\u0000",
                    ])
                    .unwrap();
                bytes.splice(at..end, piece.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.u8(..8);
                }
            }
        }
    }
}

struct Sender {
    device: DeviceId,
    token: String,
    push: Vec<u8>,
    pull: Vec<u8>,
    offer: Vec<u8>,
}

impl Sender {
    fn of(phone: &Phone) -> Self {
        let (device, token) = phone.credentials();
        let mutations = phone.mutations();
        let photos: Vec<_> = (0..3).map(|n| format!("{n:064}")).collect();
        let push = PushRequest {
            proto: PROTO,
            epoch: None,
            device,
            seen: None,
            announce: None,
            mutations,
        };
        let pull = PullRequest {
            proto: PROTO,
            bundle_key: false,
            epoch: None,
            device,
            cursors: [(domain::scope::reference(), 7)].into(),
            profile: None,
            max_bytes: None,
            seen: None,
            check: false,
            announce: None,
        };
        Self {
            device,
            token,
            push: serde_json::to_vec(&push).unwrap(),
            pull: serde_json::to_vec(&pull).unwrap(),
            offer: serde_json::to_vec(&json!({ "proto": PROTO, "hashes": photos })).unwrap(),
        }
    }

    /// A request that was damaged before it was packed, or after, or in its headers.
    fn damaged(&self, dice: &mut Rng) -> Request {
        let (method, path, body) = match dice.u8(..5) {
            0 | 1 => (Method::Post, "/v1/push".to_owned(), self.push.clone()),
            2 => (Method::Post, "/v1/pull".to_owned(), self.pull.clone()),
            3 => (Method::Post, "/v1/blobs/offer".to_owned(), self.offer.clone()),
            _ => {
                let method = if dice.bool() { Method::Put } else { Method::Patch };
                let mut name = format!("{:064x}", dice.u128(..)).into_bytes();
                if dice.bool() {
                    name.truncate(dice.usize(..64));
                }
                (
                    method,
                    format!("/v1/blobs/{}", String::from_utf8(name).unwrap()),
                    vec![7; dice.usize(..5_000)],
                )
            }
        };
        let mut body = body;
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            (
                PROTO_HEADER,
                dice.choice(["1", "0", "99", "x", "-1"])
                    .map_or(PROTO.to_string(), |text| (*text).to_owned()),
            ),
            ("authorization", format!("Bearer {}", self.token)),
            (
                "upload-offset",
                dice.choice(["0", "1", "18446744073709551615", "99999999999999999999", "-1", "x"])
                    .map_or_else(String::new, |text| (*text).to_owned()),
            ),
            (
                "upload-complete",
                dice.choice(["?0", "?1", "1", "true"])
                    .map_or_else(String::new, |text| (*text).to_owned()),
            ),
        ];
        if dice.u8(..4) > 0 {
            headers[1].1 = PROTO.to_string();
        }
        damage(&mut body, dice);
        let packing = dice.u8(..4);
        if packing > 0 {
            body = packing::pack(&body, packing == 2).unwrap().unwrap_or(body);
            headers.push(("content-encoding", "zstd".to_owned()));
        }
        if packing == 2 {
            headers.push((DICTIONARY_HEADER, DICTIONARY_NUMBER.to_string()));
        }
        if packing == 3 {
            damage(&mut body, dice);
        }
        Request {
            method,
            url: format!("{ADDRESS}{path}"),
            headers,
            body,
        }
    }
}

fn wrong(answer: &Response) -> bool {
    let refused = answer.status >= 400;
    let has_code = || {
        let body: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
        body.is_some_and(|body| body["error"]["code"].is_string())
    };
    answer.status >= 500 || refused && !has_code()
}

#[tokio::test(start_paused = true)]
async fn no_request_whatever_its_bytes_is_an_internal_error() {
    let world = World::new();
    let phone = world.worker("li").await;
    phone.offline();
    phone.capture(a_report().saying("树倒了").with_photo(picture::small(1)));
    phone.capture(a_report().about("manhole").with_photo(picture::small(2)));
    let sender = Sender::of(&phone);
    let count = REQUESTS * crate::scale();
    let (mut found, mut refused) = (Vec::new(), 0);
    for seed in 0..count {
        let request = sender.damaged(&mut Rng::with_seed(seed));
        let answer = world.server.answer(&request).unwrap();
        refused += u64::from(answer.status >= 400);
        if wrong(&answer) {
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            found.push(format!("seed {seed}: {} {said}", answer.status));
        }
    }
    println!("PROVE P5 damaged_requests runs={count} violations={}", found.len());
    println!("{refused} of them were refused; the device is {}", sender.device);
    assert_eq!(found, [""; 0]);
    assert!(refused > count / 2, "most damage is noticed");
    let other = world.worker("wang").await;
    other.capture(a_report().with_photo(picture::small(3)));
    other.sync().await;
    assert!(other.has_sent_all(), "the server goes on");
}

#[test]
fn no_frame_unpacks_to_more_than_the_limit() {
    let bomb = packing::pack(&vec![0; 50_000_000], false).unwrap().unwrap();
    assert!(bomb.len() < 10_000, "a bomb is small");
    assert_eq!(packing::unpack(&bomb, LIMIT).unwrap().len() as u64, LIMIT + 1);
    let plain = "{\"verdict\":\"applied\",\"rev\":812}".repeat(40).into_bytes();
    let count = FRAMES * crate::scale();
    for seed in 0..count {
        let mut dice = Rng::with_seed(seed);
        let mut frame = packing::pack(&plain, dice.bool()).unwrap().unwrap();
        damage(&mut frame, &mut dice);
        let unpacked = packing::unpack(&frame, LIMIT).map_or(0, |plain| plain.len() as u64);
        assert!(unpacked <= LIMIT + 1, "seed {seed}");
    }
    println!("PROVE P5 damaged_frames runs={count} violations=0");
}

/// Every other answer is noise.
struct Noise(Rng);

impl Weather for Noise {
    fn fate(&mut self, _request: &Request) -> Fate {
        let reply = if self.0.bool() {
            Reply::Noise(self.0.u64(..))
        } else {
            Reply::Given
        };
        Fate { reply, ..Fate::WELL }
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_is_answered_with_noise_goes_on_by_itself() {
    let phones = PHONES * crate::scale();
    let mut found = Vec::new();
    for seed in 1..=phones {
        let world = World::seeded(seed);
        let phone = world.worker("li").await;
        phone.link.set_weather(Noise(Rng::with_seed(seed)));
        for n in 0..4 {
            phone.capture(a_report().with_photo(picture::small(seed * 10 + n)));
        }
        phone.run_for(Duration::from_secs(600)).await;
        phone.online().sync().await;
        found.extend(
            world
                .breaches(&[&phone])
                .into_iter()
                .map(|breach| format!("seed {seed}: {breach}")),
        );
    }
    println!("PROVE P6 answers_of_noise runs={phones} violations={}", found.len());
    assert_eq!(found, [""; 0]);
}
