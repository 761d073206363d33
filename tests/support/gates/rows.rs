//! Servers that hand out the wrong rows.

use std::collections::{BTreeMap, BTreeSet};

use device::ports::{Request, Response};
use domain::protocol::{PullRequest, PullResponse};
use domain::{Bucket, DeviceId};

use super::wire::{asked, is, plain, said, saying};
use crate::server::Gate;

/// A cursor that passes rows which were not visible yet, as with revisions given before the commit: now and then the last
/// row of a page is missing, and the cursor is beyond it.
#[derive(Debug, Default)]
pub struct SkipsRows {
    pages: u64,
}

impl Gate for SkipsRows {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/pull") || asked::<PullRequest>(request).cursors.is_empty() {
            return server(request);
        }
        let response = server(&plain(request));
        let Some(mut answer) = said::<PullResponse>(&response) else {
            return response;
        };
        // With digests the phone would mend it.
        answer.buckets.iter_mut().for_each(|page| page.digest = None);
        for page in answer.buckets.iter_mut().filter(|page| !page.rows.is_empty()) {
            self.pages += 1;
            if self.pages.is_multiple_of(3) {
                drop(page.rows.pop());
            }
        }
        saying(response, &answer)
    }
}

/// Says nothing of what a bucket holds as a whole.
#[derive(Debug, Default)]
pub struct WithoutDigests;

impl Gate for WithoutDigests {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/pull") {
            return server(request);
        }
        let response = server(&plain(request));
        let Some(mut answer) = said::<PullResponse>(&response) else {
            return response;
        };
        answer.buckets.iter_mut().for_each(|page| page.digest = None);
        saying(response, &answer)
    }
}

/// Takes nothing back: a bucket once granted stays in scope.
#[derive(Debug, Default)]
pub struct KeepsScope {
    granted: BTreeMap<DeviceId, BTreeSet<Bucket>>,
}

impl Gate for KeepsScope {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if !is(request, "/v1/pull") {
            return server(request);
        }
        let device = asked::<PullRequest>(request).device;
        let response = server(&plain(request));
        let Some(mut answer) = said::<PullResponse>(&response) else {
            return response;
        };
        let granted = self.granted.entry(device).or_default();
        granted.extend(answer.scope.iter().cloned());
        answer.scope = granted.iter().cloned().collect();
        saying(response, &answer)
    }
}
