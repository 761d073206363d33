//! Servers that get receipts wrong.

use std::collections::{BTreeMap, BTreeSet};

use device::ports::{Request, Response};
use domain::protocol::{ErrorCode, Mutation, PushRequest, PushResponse, Receipt, Verdict, body_hash, kind};
use domain::{DeviceId, MutationId};
use serde_json::json;
use uuid::Uuid;

use super::wire::{asked, body, is, plain, refusal, said, saying, with_body};
use crate::server::Gate;

/// Idempotency switched off: a mutation that comes again is new work under a new name, as on a server that names what it
/// receives.
#[derive(Debug, Default, Clone)]
pub struct ForgetsWhatItHas {
    seen: BTreeSet<MutationId>,
    numbers: BTreeMap<DeviceId, u64>,
    named: u128,
}

impl ForgetsWhatItHas {
    fn name(&mut self) -> Uuid {
        self.named += 1;
        Uuid::from_u128(0xF000_0000_0000_4000_8000_0000_0000_0000 + self.named)
    }

    fn anew(&mut self, mutation: &Mutation) -> Mutation {
        let mut again = mutation.clone();
        again.id = MutationId(self.name());
        if [kind::REPORT_CREATE, kind::VISIT_CREATE].contains(&mutation.kind.as_str()) {
            again.entity = self.name();
            again.body["id"] = json!(again.entity);
            for need in again.body["needs"].as_array_mut().into_iter().flatten() {
                need["id"] = json!(self.name());
            }
        }
        again
    }
}

impl Gate for ForgetsWhatItHas {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") {
            return server(request);
        }
        let before = self.clone();
        let mut push: PushRequest = asked(request);
        let sent = push.mutations.clone();
        for mutation in &mut push.mutations {
            if !self.seen.insert(mutation.id) {
                *mutation = self.anew(mutation);
            }
            let number = self.numbers.entry(push.device).or_default();
            *number += 1;
            mutation.seq = *number;
        }
        let response = server(&with_body(request, serde_json::to_vec(&push).unwrap()));
        let Some(mut answer) = said::<PushResponse>(&response) else {
            *self = before;
            return response;
        };
        for (receipt, mutation) in answer.receipts.iter_mut().zip(&sent) {
            receipt.id = mutation.id;
            receipt.body_hash = body_hash(mutation);
        }
        answer.last_seq = sent.last().map_or(answer.last_seq, |last| last.seq);
        saying(response, &answer)
    }
}

/// Knows mutations by their number alone and sees no forks: what has an old number counts as done.
#[derive(Debug, Default)]
pub struct KnowsNumbersOnly {
    last: BTreeMap<DeviceId, u64>,
}

impl Gate for KnowsNumbersOnly {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") {
            return server(request);
        }
        let mut push: PushRequest = asked(request);
        let last = self.last.entry(push.device).or_default();
        let (old, new) = push.mutations.into_iter().partition(|mutation| mutation.seq <= *last);
        push.mutations = new;
        let response = server(&with_body(request, serde_json::to_vec(&push).unwrap()));
        let Some(mut answer) = said::<PushResponse>(&response) else {
            return response;
        };
        *last = (*last).max(answer.last_seq);
        answer.receipts.extend(old.iter().map(applied));
        saying(response, &answer)
    }
}

/// Thanks for work that it found no room for.
#[derive(Debug, Default)]
pub struct ThanksWhenFull {
    /// What it said when it last had room.
    said: Option<PushResponse>,
}

impl Gate for ThanksWhenFull {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") {
            return server(request);
        }
        let response = server(&plain(request));
        if let Some(answer) = said(&response) {
            self.said = Some(answer);
            return response;
        }
        let full = response.status == ErrorCode::DiskFull.status();
        let Some(mut answer) = self.said.clone().filter(|_| full) else {
            return response;
        };
        let push: PushRequest = asked(request);
        answer.receipts = push.mutations.iter().map(applied).collect();
        answer.last_seq = push.mutations.last().map_or(answer.last_seq, |last| last.seq);
        saying(refusal(request, 200, ""), &answer)
    }
}

/// A receipt that nobody worked for.
fn applied(mutation: &Mutation) -> Receipt {
    Receipt {
        id: mutation.id,
        verdict: Verdict::Applied,
        rev: None,
        body_hash: body_hash(mutation),
    }
}

/// Fails on every push that contains this text, as a server would that has a fault in it.
#[derive(Debug)]
pub struct ChokesOn(pub &'static str);

impl Gate for ChokesOn {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        let chokes = is(request, "/v1/push") && String::from_utf8_lossy(&body(request)).contains(self.0);
        if chokes {
            refusal(request, 500, "internal")
        } else {
            server(request)
        }
    }
}
