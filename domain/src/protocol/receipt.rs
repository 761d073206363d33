//! The server's stored answer to a mutation: written once, replayed for ever.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::MutationId;
use crate::protocol::ErrorCode;

/// What became of a mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[ts(export)]
pub enum Verdict {
    /// Done, or known already.
    Applied,
    /// Done in part: these fields kept a newer value.
    Merged {
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// A newer change made it void.
    Superseded,
    /// Not possible; the code says why. Nothing typed is lost: the server keeps the mutation whole.
    Rejected {
        /// Why.
        code: ErrorCode,
        /// Typed details for the code, such as every problem found.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        #[schema(value_type = Object)]
        #[ts(type = "unknown")]
        details: Value,
    },
    /// Not a verdict: the server has stored the mutation whole and a person will look at it.
    /// The phone keeps it and shows it; a later push of the same mutation may bring its verdict.
    Parked {
        /// Why.
        code: ErrorCode,
    },
}

/// The answer to one mutation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Whose answer.
    pub id: MutationId,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The street's revision at which it took effect; absent while parked.
    pub rev: Option<u64>,
    /// SHA-256 (hexadecimal) over the mutation's canonical body, see `docs/PROTOCOL.md`.
    pub body_hash: String,
}
