//! The phone behind a request: a handler that takes a [`Phone`] can only be called by an enrolled one.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use domain::protocol::{PROTO_HEADER, RevokeOrder};
use domain::{DeviceId, ErrorCode, UserId};
use serde_json::json;

use crate::auth::Access;
use crate::encoding::spoken;
use crate::server::Server;
use crate::store::devices::{self, DeviceRecord};
use crate::{Failure, Outcome, hash};

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

    /// Refuses a phone that somebody else is signed in on than is known here: it would be shown what is not theirs, and its work
    /// judged by another's rights. It locks itself, and whoever holds it signs in anew. One that only sends what is left may go on.
    ///
    /// # Errors
    /// [`ErrorCode::DeviceRevoked`] with the order to lock.
    pub fn is_of(&self, signed_in: Option<UserId>) -> Outcome<()> {
        if self.0.revoked || signed_in.is_none_or(|user| user == self.0.user) {
            return Ok(());
        }
        tracing::warn!(device = %self.0.id, "somebody else is signed in on this phone than is known here");
        Err(Failure::refused(
            ErrorCode::DeviceRevoked,
            json!({ "order": RevokeOrder::Lock }),
        ))
    }
}

impl FromRequestParts<Server> for Phone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let device = known(parts, server).await?;
        speaks(parts)?;
        if device.revoked {
            Err(revoked(&device))
        } else {
            Ok(Self(device))
        }
    }
}

/// A phone that may hand over what it holds: an enrolled one, or a revoked one that is to send what is left.
#[derive(Debug, Clone)]
pub struct Sender(pub Phone);

impl Sender {
    /// What the route table states for handlers that take a sender.
    pub const ACCESS: Access = Access::Device;
}

impl FromRequestParts<Server> for Sender {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let device = known(parts, server).await?;
        speaks(parts)?;
        if may_send(&device) {
            Ok(Self(Phone(device)))
        } else {
            Err(revoked(&device))
        }
    }
}

/// Any phone that is known here, revoked or not. One says that it removes everything, as a restore may have forgotten that it
/// was ordered to; another asks for a name of its own, as it may not be the one that was revoked.
#[derive(Debug, Clone)]
pub struct Known(pub DeviceRecord);

impl Known {
    /// What the route table states for handlers that take any known phone.
    pub const ACCESS: Access = Access::Device;
}

impl FromRequestParts<Server> for Known {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        let device = known(parts, server).await?;
        speaks(parts)?;
        Ok(Self(device))
    }
}

/// True while what a phone pushes is taken. One that said it removes everything, and whose answer was lost, is still there
/// and may hold what its worker wrote since.
#[must_use]
pub fn may_send(device: &DeviceRecord) -> bool {
    !device.revoked || device.order == RevokeOrder::UploadThenWipe
}

/// The refusal a revoked phone gets: what it is to do.
#[must_use]
pub fn revoked(device: &DeviceRecord) -> Failure {
    Failure::refused(ErrorCode::DeviceRevoked, json!({ "order": device.order }))
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
