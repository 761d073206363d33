//! Servers that get photos wrong.

use device::ports::{Method, Request, Response};
use domain::Epoch;
use domain::protocol::{OfferResponse, UploadState};

use super::wire::{is, plain, refusal, said, saying};
use crate::server::Gate;

/// Every third photo that arrives is thanked for and thrown away.
#[derive(Debug, Default)]
pub struct SaysStored {
    arrived: u64,
    epoch: Option<Epoch>,
}

impl Gate for SaysStored {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if request.method == Method::Put {
            self.arrived += 1;
            let third = self.arrived.is_multiple_of(3);
            if let Some(epoch) = self.epoch.filter(|_| third) {
                let offset = request.body.len() as u64;
                let state = UploadState {
                    epoch,
                    offset,
                    stored: true,
                    street_rev: None,
                    sig: None,
                };
                return saying(refusal(request, 200, ""), &state);
            }
        } else if is(request, "/v1/blobs/offer") {
            let answer = server(&plain(request));
            self.epoch = said::<OfferResponse>(&answer).map(|offer| offer.epoch).or(self.epoch);
            return answer;
        }
        server(request)
    }
}

/// Finds the bytes of this photo wrong, however often they come.
#[derive(Debug)]
pub struct RefusesPhoto(pub String);

impl Gate for RefusesPhoto {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if request.method == Method::Put && is(request, &self.0) {
            refusal(request, 422, "hash_mismatch")
        } else {
            server(request)
        }
    }
}
