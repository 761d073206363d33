//! A server that was restored and does not say so.

use device::ports::{Request, Response};

use super::wire::{body, is, plain, with_body};
use crate::server::Gate;

/// Speaks of the first history for ever.
#[derive(Debug, Default)]
pub struct HidesRestore {
    first: Option<String>,
    now: Option<String>,
}

impl Gate for HidesRestore {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/push") && !is(request, "/v1/pull") {
            return server(request);
        }
        let mut request = plain(request);
        if let (Some(first), Some(now)) = (&self.first, &self.now) {
            let text = String::from_utf8(body(&request)).unwrap().replace(first, now);
            request = with_body(&request, text.into_bytes());
        }
        let mut response = server(&request);
        let text = String::from_utf8(response.body.clone()).unwrap();
        let said: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        let Some(epoch) = said.and_then(|said| said["epoch"].as_str().map(str::to_owned)) else {
            return response;
        };
        let first = self.first.get_or_insert_with(|| epoch.clone());
        response.body = text.replace(&epoch, first).into_bytes();
        response.headers.retain(|(name, _)| name != "content-length");
        self.now = Some(epoch);
        response
    }
}
