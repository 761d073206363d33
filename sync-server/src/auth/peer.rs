//! Where a request comes from, for throttling and for what only this machine may ask.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use domain::ErrorCode;

use super::Access;
use crate::server::Server;
use crate::{Failure, Outcome};

/// The address a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// True for the server's own machine.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        self.0.to_canonical().is_loopback()
    }
}

impl FromRequestParts<Server> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Self::Rejection> {
        let socket = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        Ok(Self(client(socket, &parts.headers, server.office.behind_proxy)))
    }
}

/// A request of the server's own machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local(pub Peer);

impl Local {
    /// What the route table states for handlers that take it.
    pub const ACCESS: Access = Access::Loopback;
}

impl FromRequestParts<Server> for Local {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let Ok(peer) = Peer::from_request_parts(parts, server).await;
        if peer.is_loopback() {
            Ok(Self(peer))
        } else {
            Err(ErrorCode::Forbidden.into())
        }
    }
}

/// The client's address: the socket's, or behind a proxy the last address that the proxy itself added.
/// A request without a socket (a test without a network) counts as foreign.
fn client(socket: Option<IpAddr>, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let forwarded = || {
        headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    if behind_proxy {
        forwarded().unwrap_or(unknown)
    } else {
        socket.unwrap_or(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn forwarded(value: &'static str) -> HeaderMap {
        [("x-forwarded-for".parse().unwrap(), value.parse().unwrap())]
            .into_iter()
            .collect::<HeaderMap>()
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_proxy() {
        let headers = forwarded("127.0.0.1, 203.0.113.9");
        assert_eq!(client(Some(LOCAL), &headers, false), LOCAL);
        assert_eq!(
            client(Some(LOCAL), &headers, true),
            "203.0.113.9".parse::<IpAddr>().unwrap()
        );
    }

    #[test]
    fn a_missing_or_odd_address_is_never_this_machine() {
        assert!(!Peer(client(None, &HeaderMap::new(), false)).is_loopback());
        assert!(!Peer(client(Some(LOCAL), &forwarded("nonsense"), true)).is_loopback());
        assert!(
            !Peer(client(Some(LOCAL), &HeaderMap::new(), true)).is_loopback(),
            "the proxy forgot to say"
        );
        assert!(Peer("::ffff:127.0.0.1".parse().unwrap()).is_loopback());
    }
}
