//! The phone behind a request: a handler that takes a [`Phone`] can only be called by an enrolled one.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use domain::protocol::PROTO_HEADER;
use domain::{DeviceId, ErrorCode};

use crate::auth::Access;
use crate::encoding::spoken;
use crate::server::Server;
use crate::store::devices::{self, DeviceRecord};
use crate::{Outcome, hash};

/// An enrolled phone that was not revoked.
#[derive(Debug, Clone)]
pub struct Phone(pub DeviceRecord);

impl Phone {
    /// What the route table states for handlers that take a phone.
    pub const ACCESS: Access = Access::Device;

    /// Refuses a body that names another device than the token's.
    ///
    /// # Errors
    /// [`ErrorCode::DeviceMismatch`].
    pub fn names_itself(&self, device: DeviceId) -> Outcome<()> {
        if self.0.id == device {
            Ok(())
        } else {
            Err(ErrorCode::DeviceMismatch.into())
        }
    }
}

impl FromRequestParts<Server> for Phone {
    type Rejection = crate::Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let device = known(parts, server).await?;
        speaks(parts)?;
        if device.revoked {
            Err(ErrorCode::DeviceRevoked.into())
        } else {
            Ok(Self(device))
        }
    }
}

/// The phone that a token belongs to, whatever became of it.
///
/// # Errors
/// [`ErrorCode::Unauthenticated`].
pub(crate) async fn known(parts: &Parts, server: &Server) -> Outcome<DeviceRecord> {
    let token_hash = hash::of(bearer(parts).ok_or(ErrorCode::Unauthenticated)?);
    let device = server
        .store
        .read(move |tx| Ok(devices::by_token(tx, &token_hash)?))
        .await?;
    device.ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// Refuses a protocol version that is not spoken here.
///
/// # Errors
/// [`ErrorCode::ProtoUnsupported`].
pub(crate) fn speaks(parts: &Parts) -> Outcome<()> {
    let proto = parts.headers.get(PROTO_HEADER).and_then(|value| value.to_str().ok());
    spoken(proto.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
