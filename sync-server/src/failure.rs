//! Why a request or a transaction ended without success. Only a [`WireError`] ever leaves the server.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ErrorCode;
use domain::protocol::{ErrorBody, WireError};

use crate::store::StoreError;

/// A refusal meant for the caller, or a fault of our own.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The caller is told this.
    #[error("refused: {0:?}")]
    Refused(WireError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be written or read.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// Code panicked; the transaction was rolled back.
    #[error("panicked")]
    Panicked,
}

/// What most functions of the server return.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A refusal with typed details.
    #[must_use]
    pub fn refused(code: ErrorCode, details: serde_json::Value) -> Self {
        Self::Refused(WireError { code, details })
    }

    /// What the caller is told.
    #[must_use]
    pub fn wire(self) -> WireError {
        match self {
            Self::Refused(error) => error,
            Self::Store(error) => error.code().into(),
            Self::File(error) => file_code(&error).into(),
            Self::Panicked => ErrorCode::Internal.into(),
        }
    }
}

fn file_code(error: &std::io::Error) -> ErrorCode {
    if error.kind() == std::io::ErrorKind::StorageFull {
        ErrorCode::DiskFull
    } else {
        ErrorCode::Internal
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self::Refused(error)
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(StoreError::Json(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match &self {
            Self::Refused(_) => {}
            Self::Store(error) => tracing::error!(error = error.log_text(), "store failed"),
            Self::File(error) => tracing::error!(kind = ?error.kind(), "file failed"),
            Self::Panicked => tracing::error!("panicked"),
        }
        respond(self.wire())
    }
}

fn respond(error: WireError) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry_after = error.details.get("retry_after_s").and_then(serde_json::Value::as_u64);
    let mut response = (status, Json(ErrorBody { error })).into_response();
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
