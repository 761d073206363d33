//! The way to the server, as bytes. What the bytes mean, and whether they came from our server, is decided above it.

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

/// HTTP methods used by the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Whole address.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer, whoever it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as it travelled.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// No connection, or it broke.
    #[error("the server cannot be reached")]
    Unreachable,
    /// Thirty seconds went by without a byte.
    #[error("the connection stalled")]
    Stalled,
    /// The answer is larger than any answer of ours.
    #[error("the answer is too large")]
    TooLarge,
}

/// Bytes of a stream of server-sent events.
pub type EventStream = BoxStream<'static, Result<Vec<u8>, TransportFault>>;

/// Sends requests.
pub trait Transport: Send + Sync {
    /// Sends one request and reads its whole answer.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportFault>>;
    /// Opens a stream of server-sent events.
    fn open_events(&self, request: Request) -> BoxFuture<'_, Result<(Response, EventStream), TransportFault>>;
}
