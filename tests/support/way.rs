//! How a request reaches the server: by a call in this process, or over a real network.

use std::sync::Arc;

use device::HttpTransport;
use device::ports::{Request, Response, Transport as _};

use crate::server::{ADDRESS, StreetServer};

/// A way to the server.
pub enum Way {
    /// The real router, in this process.
    Here(Arc<StreetServer>),
    /// The device's own transport, and the address of whoever listens there.
    There(HttpTransport, String),
}

impl Way {
    /// To a server that listens at this address.
    #[must_use]
    pub fn to(address: impl Into<String>) -> Self {
        Self::There(HttpTransport::new(), address.into())
    }

    pub(crate) fn address(&self) -> &str {
        match self {
            Self::Here(_) => ADDRESS,
            Self::There(_, address) => address,
        }
    }

    /// The answer to one request; none where there is none.
    pub(crate) async fn ask(&self, request: &Request) -> Option<Response> {
        match self {
            Self::Here(server) => server.answer(request),
            Self::There(http, _) => http.send(request.clone()).await.ok(),
        }
    }
}
