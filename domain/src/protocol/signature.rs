//! Signed answers: either side can prove later what arrived.
//!
//! One signature stands for everything an answer confirms: each receipt and each stored photo is hashed by itself, and the
//! server signs the list of hashes together with its epoch and the street's revision. Whoever keeps the list and the
//! signature can prove any one of them without showing the others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::hash::canonical_hash;
use super::{Mutation, Receipt, body_hash};
use crate::{Epoch, Sha256Hex};

/// Begins whatever is signed here, so that the signature means nothing elsewhere.
const PURPOSE: &[u8] = b"xunge answer 1\n";

/// Hash of one thing that an answer confirms, in lower-case hexadecimal.
pub type Line = String;

/// What a server confirms with one signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Its epoch.
    pub epoch: Epoch,
    /// The street's revision then.
    pub street_rev: u64,
    /// What is confirmed, in the order of the answer.
    pub lines: Vec<Line>,
}

impl Statement {
    /// The bytes that are signed: the purpose, then each part as a line of text.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = PURPOSE.to_vec();
        bytes.extend_from_slice(format!("{}\n{}\n", self.epoch, self.street_rev).as_bytes());
        for line in &self.lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        bytes
    }

    /// True when `signature` was made over this with the key that belongs to `key`.
    #[must_use]
    pub fn is_signed_by(&self, key: &str, signature: &str) -> bool {
        let key = decoded::<32>(key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = decoded::<64>(signature).map(|bytes| Signature::from_bytes(&bytes));
        match (key, signature) {
            (Some(key), Some(signature)) => key.verify_strict(&self.bytes(), &signature).is_ok(),
            (None, _) | (_, None) => false,
        }
    }
}

/// The line of a receipt: the hash of its canonical JSON, see `docs/PROTOCOL.md`.
#[must_use]
pub fn receipt_line(receipt: &Receipt) -> Line {
    canonical_hash(&json!(receipt))
}

/// The line of a photo that is stored, and whose bytes hash to its name.
#[must_use]
pub fn photo_line(sha256: &Sha256Hex) -> Line {
    canonical_hash(&json!({ "stored": sha256 }))
}

/// A server's own key.
#[derive(Clone)]
pub struct ServerKey(SigningKey);

impl ServerKey {
    /// The key that grows from these random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// What phones check signatures with: base64url without padding.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    /// Signs; base64url without padding.
    #[must_use]
    pub fn sign(&self, statement: &Statement) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(&statement.bytes()).to_bytes())
    }
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ServerKey").field(&self.public()).finish()
    }
}

/// Everything that one phone can prove, as it writes it into a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The server's public key, as it was pinned at enrolment.
    pub key: String,
    /// Records themselves, where they are shown beside their receipts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Mutation>,
    /// What was confirmed.
    pub proofs: Vec<Proof>,
}

impl Evidence {
    /// How many of the records shown have no receipt here: changed since, or never confirmed. The receipts are to be checked
    /// by themselves.
    #[must_use]
    pub fn unproved(&self) -> usize {
        let receipts = || self.proofs.iter().flat_map(|proof| &proof.receipts);
        let proved = |record: &Mutation| {
            let hash = body_hash(record);
            receipts().any(|receipt| receipt.id == record.id && receipt.body_hash == hash)
        };
        self.records.iter().filter(|record| !proved(record)).count()
    }
}

/// One signed answer, and those of its parts that are shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// What was signed.
    pub statement: Statement,
    /// The signature.
    pub sig: String,
    /// Receipts of it.
    pub receipts: Vec<Receipt>,
    /// Stored photos of it.
    pub photos: Vec<Sha256Hex>,
}

impl Proof {
    /// True when the server said all that is shown here.
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        let shown = self
            .receipts
            .iter()
            .map(receipt_line)
            .chain(self.photos.iter().map(photo_line));
        self.statement.is_signed_by(key, &self.sig)
            && shown.into_iter().all(|line| self.statement.lines.contains(&line))
    }
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MutationId;
    use crate::protocol::{ErrorCode, Verdict};
    use uuid::Uuid;

    fn receipt(n: u128, verdict: Verdict) -> Receipt {
        Receipt {
            id: MutationId(Uuid::from_u128(n)),
            verdict,
            rev: Some(7),
            body_hash: "ab".repeat(32),
        }
    }

    fn proof(key: &ServerKey) -> Proof {
        let refused = Verdict::Rejected {
            code: ErrorCode::Stale,
            details: json!({ "now": "closed" }),
        };
        let receipts = vec![receipt(1, Verdict::Applied), receipt(2, refused)];
        let photos = vec![Sha256Hex("cd".repeat(32))];
        let lines = receipts
            .iter()
            .map(receipt_line)
            .chain(photos.iter().map(photo_line))
            .collect();
        let statement = Statement {
            epoch: Epoch(Uuid::from_u128(9)),
            street_rev: 12,
            lines,
        };
        let sig = key.sign(&statement);
        Proof {
            statement,
            sig,
            receipts,
            photos,
        }
    }

    #[test]
    fn what_a_server_signed_is_proved_by_its_public_key_alone() {
        let key = ServerKey::from_seed(&[5; 32]);
        let whole = proof(&key);
        assert!(whole.holds(&key.public()));
        let one = Proof {
            receipts: vec![receipt(1, Verdict::Applied)],
            photos: Vec::new(),
            ..whole
        };
        assert!(one.holds(&key.public()), "one of them without the others");
    }

    #[test]
    fn nothing_can_be_changed_afterwards() {
        let key = ServerKey::from_seed(&[5; 32]);
        let whole = proof(&key);
        let changes: [fn(&mut Proof); 9] = [
            |it| it.statement.street_rev += 1,
            |it| it.statement.epoch = Epoch(Uuid::from_u128(8)),
            |it| it.statement.lines.swap(0, 1),
            |it| it.statement.lines.truncate(1),
            |it| it.receipts[0].verdict = Verdict::Superseded,
            |it| it.receipts[0].rev = None,
            |it| it.receipts[1].body_hash = "00".repeat(32),
            |it| it.photos[0] = Sha256Hex("ce".repeat(32)),
            |it| it.sig = ServerKey::from_seed(&[6; 32]).sign(&it.statement),
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut changed = whole.clone();
            change(&mut changed);
            assert!(!changed.holds(&key.public()), "change {n}");
        }
        for odd in ["", "AAAA", "=", "\u{6811}"] {
            assert!(!whole.statement.is_signed_by(&key.public(), odd));
            assert!(!whole.statement.is_signed_by(odd, &whole.sig));
        }
    }
}
