//! Servers that get photos wrong.

use device::ports::{Method, Request, Response};
use domain::protocol::UploadState;

use super::wire::{is, refusal, saying};
use crate::server::Gate;

/// Every third photo that arrives is thanked for and thrown away.
#[derive(Debug, Default)]
pub struct SaysStored {
    arrived: u64,
}

impl Gate for SaysStored {
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response {
        if request.method == Method::Put {
            self.arrived += 1;
            if self.arrived.is_multiple_of(3) {
                let offset = request.body.len() as u64;
                return saying(refusal(request, 200, ""), &UploadState { offset, stored: true });
            }
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
