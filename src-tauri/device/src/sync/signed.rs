//! The server's signature on its answers. What it did not sign it has not said: a phone that knows the server's key takes no
//! receipt and no stored photo without one.

use domain::Epoch;
use domain::protocol::{Line, Statement};
use rusqlite::Connection;

use super::exchange::Fault;
use crate::failure::Result;
use crate::store::identity::Identity;
use crate::store::proof;

/// A signed answer that holds, or one of a server that gave no key.
#[derive(Debug)]
pub(crate) struct Signed(Option<(Statement, String, String)>);

impl Signed {
    /// Checks an answer that confirms these lines.
    ///
    /// # Errors
    /// [`Fault::Foreign`] when the signature is missing or not the server's.
    pub(crate) fn check(
        identity: &Identity,
        epoch: Epoch,
        street_rev: Option<u64>,
        lines: Vec<Line>,
        sig: Option<&str>,
    ) -> std::result::Result<Self, Fault> {
        let Some(key) = &identity.server_key else {
            return Ok(Self(None));
        };
        if lines.is_empty() {
            return Ok(Self(None));
        }
        let (Some(street_rev), Some(sig)) = (street_rev, sig) else {
            return Err(Fault::Foreign);
        };
        let statement = Statement {
            epoch,
            street_rev,
            lines,
        };
        if statement.is_signed_by(key, sig) {
            Ok(Self(Some((statement, sig.to_owned(), key.clone()))))
        } else {
            Err(Fault::Foreign)
        }
    }

    /// Keeps it; returns the number under which it is kept.
    pub(crate) fn keep(&self, outbox: &Connection) -> Result<Option<i64>> {
        let Some((statement, sig, key)) = &self.0 else {
            return Ok(None);
        };
        proof::insert(outbox, statement, sig, key).map(Some)
    }
}
