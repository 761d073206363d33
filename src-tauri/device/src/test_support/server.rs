//! A model of the server behind the transport: receipts by mutation id, sequence numbers per device, rows by
//! revision, photos by hash. It can lose replies, be asked everything twice, and be a captive portal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use domain::protocol::{
    Announcement, BlobAnswer, BucketPage, EnrolRequest, EnrolResponse, ErrorBody, ErrorCode, ForkRequest, Line,
    Mutation, OfferLine, OfferRequest, OfferResponse, PROTO_HEADER, Profile, PullRequest, PullResponse, PushRequest,
    PushResponse, REQUEST_ID_HEADER, Receipt, Row, ServerKey, Statement, Stop, SwitchRequest, UploadState, Verdict,
    WireError, body_hash, photo_line, profile_hash, receipt_line,
};
use domain::{Bucket, DeviceId, Epoch, MutationId, Sha256Hex, UserId};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{EPOCH, START_MS, profile, server_key};
use crate::ports::{EventStream, Method, Request, Response, Transport, TransportFault};

/// Who takes the phone over.
const COLLEAGUE: UserId = UserId(uuid::Uuid::from_u128(0xC011));

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Well,
    Unreachable,
    /// Every request is done; the first reply to each is lost.
    LoseFirstReply,
    /// Every request arrives twice; the second answer is given.
    Twice,
    Portal,
    Busy,
    /// Every request is answered with this status and body, under our server's own headers.
    Odd(u16, &'static [u8]),
}

pub(crate) struct TestServer(Mutex<State>);

pub(crate) struct State {
    pub(crate) mode: Mode,
    pub(crate) epoch: Epoch,
    pub(crate) rev: u64,
    /// Up to this revision there is an off-machine copy.
    pub(crate) durable_rev: Option<u64>,
    /// What was done, in order: the effect that must happen once.
    pub(crate) done: Vec<Mutation>,
    receipts: HashMap<MutationId, Receipt>,
    last_seq: HashMap<DeviceId, u64>,
    pub(crate) devices: HashMap<String, DeviceId>,
    pub(crate) revoked: bool,
    pub(crate) profile: Profile,
    codes: HashMap<String, Option<(DeviceId, String)>>,
    pub(crate) rows: BTreeMap<(Bucket, String), Row>,
    pub(crate) scope: HashSet<Bucket>,
    pub(crate) blobs: HashMap<Sha256Hex, Vec<u8>>,
    parts: HashMap<Sha256Hex, Vec<u8>>,
    answered: HashMap<String, u32>,
    pub(crate) requests: Vec<String>,
    /// What the phone said of itself with each push, pull and offer.
    pub(crate) said: Vec<Option<Announcement>>,
    /// Whether each pull asked for everything to be compared.
    pub(crate) checks: Vec<bool>,
    /// So many pulls leave something to ask for.
    pub(crate) unfinished: u32,
    /// Idempotency by mutation id switched off: the control.
    pub(crate) forgetful: bool,
    /// Signs with a key that is not the server's.
    pub(crate) forger: bool,
    /// Believes that a number is missing, whatever it is sent.
    pub(crate) sees_gaps: bool,
    /// The street has no base map.
    pub(crate) without_map: bool,
    /// So many files that are all there it fails to put together.
    pub(crate) fails_to_finish: u32,
}

impl TestServer {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            mode: Mode::Well,
            epoch: EPOCH,
            rev: 1,
            durable_rev: None,
            done: Vec::new(),
            receipts: HashMap::new(),
            last_seq: HashMap::new(),
            devices: HashMap::new(),
            revoked: false,
            profile: profile(),
            codes: HashMap::from(["GOODCODE", "NEXTCODE", "LASTCODE"].map(|code| (code.to_owned(), None))),
            rows: BTreeMap::new(),
            scope: HashSet::new(),
            blobs: HashMap::new(),
            parts: HashMap::new(),
            answered: HashMap::new(),
            requests: Vec::new(),
            said: Vec::new(),
            checks: Vec::new(),
            unfinished: 0,
            forgetful: false,
            forger: false,
            without_map: false,
            fails_to_finish: 0,
            sees_gaps: false,
        }))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn set_mode(&self, mode: Mode) {
        self.state().mode = mode;
    }

    pub(crate) fn add_device(&self, token: &str, device: DeviceId) {
        self.state().devices.insert(token.to_owned(), device);
    }

    pub(crate) fn put_rows(&self, rows: Vec<(Bucket, Row)>) {
        rows.into_iter()
            .for_each(|(bucket, row)| self.state().put_row(bucket, row));
    }

    /// Restores a backup that knows none of what came since.
    pub(crate) fn restore_empty(&self, epoch: Epoch) {
        let mut state = self.state();
        state.epoch = epoch;
        state.done.clear();
        state.receipts.clear();
        state.last_seq.clear();
        state.blobs.clear();
        state.parts.clear();
        state.durable_rev = None;
    }

    fn answer(&self, request: &Request) -> Result<Response, TransportFault> {
        let mut state = self.state();
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        state.requests.push(path.clone());
        match state.mode {
            Mode::Unreachable => return Err(TransportFault::Unreachable),
            Mode::Portal => {
                return Ok(Response {
                    status: 200,
                    headers: Vec::new(),
                    body: b"<html>".to_vec(),
                });
            }
            Mode::Busy => {
                let details = json!({ "retry_after_s": 3 });
                let code = ErrorCode::Busy;
                let (status, body) = refusal(WireError { code, details });
                let mut response = respond(request, status, &body);
                response.headers.push(("retry-after".to_owned(), "3".to_owned()));
                return Ok(response);
            }
            Mode::Odd(status, body) => return Ok(respond(request, status, body)),
            Mode::Well | Mode::LoseFirstReply | Mode::Twice => {}
        }
        let mut done = state.handle(&path, request);
        if state.mode == Mode::Twice {
            done = state.handle(&path, request);
        }
        if state.mode == Mode::LoseFirstReply {
            // Every other reply on each path: the repeat of a lost one is answered.
            let answered = state.answered.entry(path).or_default();
            *answered += 1;
            if *answered % 2 == 1 {
                return Err(TransportFault::Unreachable);
            }
        }
        let (status, body) = done.unwrap_or_else(refusal);
        Ok(respond(request, status, &body))
    }
}

fn refusal(error: WireError) -> (u16, Vec<u8>) {
    (error.code.status(), serde_json::to_vec(&ErrorBody { error }).unwrap())
}

fn respond(request: &Request, status: u16, body: &[u8]) -> Response {
    let id = header(request, REQUEST_ID_HEADER).unwrap_or_default();
    let headers = vec![
        (PROTO_HEADER.to_owned(), "1".to_owned()),
        (REQUEST_ID_HEADER.to_owned(), id.to_owned()),
        ("content-encoding".to_owned(), "zstd".to_owned()),
    ];
    Response {
        status,
        headers,
        body: zstd::bulk::compress(body, 3).unwrap(),
    }
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.as_str())
}

type Done = Result<(u16, Vec<u8>), WireError>;

fn ok(body: impl Serialize) -> Done {
    Ok((200, serde_json::to_vec(&body).unwrap()))
}

impl State {
    pub(crate) fn put_row(&mut self, bucket: Bucket, mut row: Row) {
        self.rev += 1;
        row.rev = self.rev;
        self.scope.insert(bucket.clone());
        self.rows.insert((bucket, row.id.clone()), row);
    }

    fn handle(&mut self, path: &str, request: &Request) -> Done {
        let body = match header(request, "content-encoding") {
            Some("zstd") => zstd::bulk::decompress(&request.body, 1 << 24).unwrap(),
            _ => request.body.clone(),
        };
        if path == "v1/enrol" {
            return self.enrol(&serde_json::from_slice(&body).unwrap());
        }
        let token = header(request, "authorization")
            .unwrap_or_default()
            .trim_start_matches("Bearer ")
            .to_owned();
        let device = *self.devices.get(&token).ok_or(ErrorCode::Unauthenticated)?;
        if self.revoked {
            return Err(ErrorCode::DeviceRevoked.into());
        }
        if ["v1/push", "v1/pull", "v1/blobs/offer"].contains(&path) {
            let whole: Value = serde_json::from_slice(&body).unwrap();
            let announce = whole.get("announce").cloned();
            self.said
                .push(announce.map(|said| serde_json::from_value(said).unwrap()));
        }
        match path {
            "v1/switch" => self.switch(&serde_json::from_slice(&body).unwrap()),
            "v1/fork" => self.fork(&serde_json::from_slice(&body).unwrap()),
            "v1/push" => self.push(device, serde_json::from_slice(&body).unwrap()),
            "v1/pull" => self.pull(&serde_json::from_slice(&body).unwrap()),
            "v1/blobs/offer" => self.offer(serde_json::from_slice(&body).unwrap()),
            "v1/wiped" => Ok((204, Vec::new())),
            "v1/basemap" if self.without_map => Err(ErrorCode::NotFound.into()),
            "v1/basemap" => Ok((200, br#"{"type":"FeatureCollection","features":[]}"#.to_vec())),
            other => match other.strip_prefix("v1/blobs/") {
                Some(hash) if request.method == Method::Get => {
                    let kept = self.blobs.get(&Sha256Hex::from(hash)).ok_or(ErrorCode::NotFound)?;
                    Ok((200, kept.clone()))
                }
                Some(hash) => self.upload(hash.into(), request, body),
                None => Err(ErrorCode::NotFound.into()),
            },
        }
    }

    fn enrol(&mut self, request: &EnrolRequest) -> Done {
        let asked = (request.device, request.token.clone());
        let bound = self.codes.get_mut(&request.code).ok_or(ErrorCode::CodeInvalid)?;
        if *bound.get_or_insert(asked.clone()) != asked {
            return Err(ErrorCode::CodeInvalid.into());
        }
        self.devices.insert(asked.1, asked.0);
        self.joined()
    }

    /// Another person takes the phone; whoever repeats it is the same one.
    fn switch(&mut self, request: &SwitchRequest) -> Done {
        if !self.codes.contains_key(&request.code) {
            return Err(ErrorCode::CodeInvalid.into());
        }
        self.profile.user = COLLEAGUE;
        self.joined()
    }

    fn fork(&mut self, request: &ForkRequest) -> Done {
        self.devices.insert(request.token.clone(), request.device);
        self.joined()
    }

    fn joined(&self) -> Done {
        ok(EnrolResponse {
            profile: self.profile.clone(),
            epoch: self.epoch,
            server_ms: START_MS,
            key: Some(server_key().public()),
            order: None,
        })
    }

    fn push(&mut self, device: DeviceId, request: PushRequest) -> Done {
        if request.device != device {
            return Err(ErrorCode::DeviceMismatch.into());
        }
        if request
            .mutations
            .iter()
            .any(|mutation| mutation.body.to_string().contains("poison"))
        {
            return Err(ErrorCode::Internal.into());
        }
        let mut last = self.last_seq.get(&device).copied().unwrap_or(0);
        let (mut receipts, mut stop) = (Vec::new(), None);
        for mutation in request.mutations {
            let known = self.receipts.get(&mutation.id).filter(|_| !self.forgetful);
            if let Some(known) = known {
                last = if mutation.seq == last + 1 { mutation.seq } else { last };
                receipts.push(known.clone());
                continue;
            }
            if mutation.seq <= last && !self.forgetful {
                stop = Some(Stop::Fork { last });
                break;
            }
            if mutation.seq > last + 1 || self.sees_gaps {
                stop = Some(Stop::Gap { last });
                break;
            }
            last = mutation.seq;
            receipts.push(self.apply(mutation));
        }
        self.last_seq.insert(device, last);
        let sig = self.signed(receipts.iter().map(receipt_line).collect());
        ok(PushResponse {
            epoch: self.epoch,
            server_ms: START_MS,
            receipts,
            last_seq: last,
            stop,
            street_rev: self.rev,
            durable_rev: self.durable_rev,
            sig,
            next_after_ms: None,
        })
    }

    /// The server's signature, or another's where it is a forger.
    fn signed(&self, lines: Vec<Line>) -> Option<String> {
        let statement = Statement {
            epoch: self.epoch,
            street_rev: self.rev,
            lines,
        };
        let key = if self.forger {
            ServerKey::from_seed(&[9; 32])
        } else {
            server_key()
        };
        (!statement.lines.is_empty()).then(|| key.sign(&statement))
    }

    fn apply(&mut self, mutation: Mutation) -> Receipt {
        self.rev += 1;
        let said = |field: &&str| mutation.body.get(*field).and_then(Value::as_str);
        let text = ["text", "facts", "reason"].iter().find_map(said).unwrap_or_default();
        let verdict = match text {
            "refuse me" => Verdict::Rejected {
                code: ErrorCode::OutOfScope,
                details: Value::Null,
            },
            "park me" => Verdict::Parked {
                code: ErrorCode::Internal,
            },
            _ => Verdict::Applied,
        };
        let parked = matches!(verdict, Verdict::Parked { .. });
        let rev = (!parked).then_some(self.rev);
        let receipt = Receipt {
            id: mutation.id,
            verdict,
            rev,
            body_hash: body_hash(&mutation),
        };
        if !parked {
            self.receipts.insert(mutation.id, receipt.clone());
        }
        self.done.push(mutation);
        receipt
    }

    fn pull(&mut self, request: &PullRequest) -> Done {
        self.checks.push(request.check);
        let more = self.unfinished > 0;
        self.unfinished = self.unfinished.saturating_sub(1);
        let same = request.epoch == Some(self.epoch);
        let pages = self.scope.iter().map(|bucket| {
            let cursor = request.cursors.get(bucket).copied().filter(|_| same);
            let members = self
                .rows
                .iter()
                .filter(|((of, _), row)| of == bucket && row.rev > cursor.unwrap_or(0));
            BucketPage {
                id: bucket.clone(),
                reset: cursor.is_none(),
                to: self.rev,
                more,
                rows: members.map(|(_, row)| row.clone()).collect(),
                gone: Vec::new(),
                digest: None,
            }
        });
        ok(PullResponse {
            epoch: self.epoch,
            bundle_key: None,
            sig: None,
            server_ms: START_MS,
            street_rev: self.rev,
            durable_rev: self.durable_rev,
            profile: Some(self.profile.clone()).filter(|now| request.profile.as_ref() != Some(&profile_hash(now))),
            scope: self.scope.iter().cloned().collect(),
            buckets: pages.collect(),
            next_after_ms: None,
        })
    }

    fn offer(&self, request: OfferRequest) -> Done {
        let lines = request.hashes.into_iter().map(|sha256| {
            let named = self.names(&sha256);
            let answer = if self.blobs.contains_key(&sha256) {
                BlobAnswer::Have
            } else if named {
                BlobAnswer::Want {
                    offset: self.parts.get(&sha256).map_or(0, |part| part.len() as u64),
                }
            } else {
                BlobAnswer::Unknown
            };
            OfferLine { sha256, answer }
        });
        let lines: Vec<OfferLine> = lines.collect();
        let have = lines.iter().filter(|line| line.answer == BlobAnswer::Have);
        let have = have.map(|line| photo_line(&line.sha256));
        ok(OfferResponse {
            epoch: self.epoch,
            street_rev: Some(self.rev),
            sig: self.signed(have.collect()),
            lines,
        })
    }

    /// True when a mutation that arrived names this file, whatever became of it.
    fn names(&self, sha256: &Sha256Hex) -> bool {
        self.done
            .iter()
            .any(|mutation| mutation.body.to_string().contains(sha256.as_str()))
    }

    fn upload(&mut self, hash: Sha256Hex, request: &Request, body: Vec<u8>) -> Done {
        let epoch = self.epoch;
        if !self.names(&hash) {
            return Err(ErrorCode::BlobUnknown.into());
        }
        if let Some(stored) = self.blobs.get(&hash) {
            return ok(UploadState {
                epoch,
                offset: stored.len() as u64,
                stored: true,
                street_rev: Some(self.rev),
                sig: self.signed(vec![photo_line(&hash)]),
            });
        }
        let line = photo_line(&hash);
        let offset: Option<usize> = header(request, "upload-offset").map(|text| text.parse().unwrap());
        let complete = offset.is_none() || header(request, "upload-complete") == Some("?1");
        let part = self.parts.entry(hash.clone()).or_default();
        if offset.is_some_and(|offset| offset != part.len()) {
            let details = json!({ "offset": part.len() });
            return Err(WireError {
                code: ErrorCode::OffsetMismatch,
                details,
            });
        }
        if offset.is_none() {
            part.clear();
        }
        part.extend(body);
        let offset = part.len() as u64;
        if complete && self.fails_to_finish > 0 {
            self.fails_to_finish -= 1;
            return Err(ErrorCode::Busy.into());
        }
        if complete {
            let whole = self.parts.remove(&hash).unwrap();
            let hex: String = Sha256::digest(&whole)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            if hex != hash.0 {
                return Err(ErrorCode::HashMismatch.into());
            }
            self.blobs.insert(hash, whole);
        }
        ok(UploadState {
            epoch,
            offset,
            stored: complete,
            street_rev: complete.then_some(self.rev),
            sig: self.signed(complete.then_some(line).into_iter().collect()),
        })
    }
}

impl Transport for TestServer {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportFault>> {
        async move { self.answer(&request) }.boxed()
    }

    fn open_events(&self, _request: Request) -> BoxFuture<'_, Result<(Response, EventStream), TransportFault>> {
        async { Err(TransportFault::Unreachable) }.boxed()
    }
}
