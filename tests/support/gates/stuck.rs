//! Servers that leave a phone waiting.

use std::collections::BTreeSet;

use device::ports::{Request, Response};
use domain::DeviceId;
use domain::protocol::PushRequest;

use super::wire::{asked, is, plain, refusal};
use crate::server::Gate;

/// How far a clock may be from the server's for [`RefusesWrongClocks`], in milliseconds.
const TOLERATED_MS: i64 = 300_000;

/// Says "later" for ever to every push with a third of the mutations in it, by their names.
#[derive(Debug, Default)]
pub struct Ignores;

impl Gate for Ignores {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        let ignored = is(request, "/v1/push")
            && asked::<PushRequest>(request)
                .mutations
                .iter()
                .any(|mutation| mutation.id.0.as_bytes()[15].is_multiple_of(3));
        if ignored {
            refusal(request, 503, "busy")
        } else {
            server(request)
        }
    }
}

/// Says "later" for ever to the work of whoever is not signed in on the phone any more.
#[derive(Debug, Default)]
pub struct IgnoresFormer;

impl Gate for IgnoresFormer {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") {
            return server(request);
        }
        let push: PushRequest = asked(request);
        let signed_in = push.announce.and_then(|said| said.signed_in);
        let of_former = push
            .mutations
            .iter()
            .any(|it| signed_in.is_some_and(|now| now != it.author));
        if of_former {
            refusal(request, 503, "busy")
        } else {
            server(request)
        }
    }
}

/// Tells a phone that is to send first to remove everything at once.
#[derive(Debug, Default)]
pub struct WipesAtOnce;

impl Gate for WipesAtOnce {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        let mut response = server(&plain(request));
        if response.status == 403 {
            let text = String::from_utf8_lossy(&response.body).replace("upload_then_wipe", "wipe");
            response.body = text.into_bytes();
            response.headers.retain(|(name, _)| name != "content-length");
        }
        response
    }
}

/// Takes nothing that was made under a clock five minutes wrong, as some systems do.
#[derive(Debug, Default)]
pub struct RefusesWrongClocks;

impl Gate for RefusesWrongClocks {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        let refused = is(request, "/v1/push")
            && asked::<PushRequest>(request).mutations.iter().any(|mutation| {
                mutation
                    .server_est_ms
                    .is_some_and(|server| (mutation.wall_ms - server).abs() > TOLERATED_MS)
            });
        if refused {
            refusal(request, 503, "busy")
        } else {
            server(request)
        }
    }
}

/// Fails on every push that contains this text, and from then on fails on everything of that phone: a queue that one
/// bad mutation blocks.
#[derive(Debug)]
pub struct BlocksAfter {
    text: &'static str,
    blocked: BTreeSet<DeviceId>,
}

impl BlocksAfter {
    /// Until it meets this text, it behaves.
    #[must_use]
    pub fn meeting(text: &'static str) -> Self {
        Self {
            text,
            blocked: BTreeSet::new(),
        }
    }
}

impl Gate for BlocksAfter {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") {
            return server(request);
        }
        let push: PushRequest = asked(request);
        let said = |mutation: &domain::protocol::Mutation| mutation.body.to_string().contains(self.text);
        if push.mutations.iter().any(said) {
            self.blocked.insert(push.device);
        }
        if self.blocked.contains(&push.device) {
            refusal(request, 500, "internal")
        } else {
            server(request)
        }
    }
}
