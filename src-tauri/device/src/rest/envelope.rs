//! The data key as it lies on the disk: encrypted with a key made from the PIN, and that once more by the platform's key
//! store where there is one.

use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::protocol::ErrorCode;
use seal::{Seal, WHOLE_NONCE};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::DataKey;
use super::key::KEY_BYTES;
use crate::failure::{Failure, Result};
use crate::ports::{Files, KeyStore, Ports};

const SALT: usize = 16;

/// What one guess of the PIN costs (argon2id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl PinCost {
    /// What a phone pays: RFC 9106's choice where memory is short (64 MiB, three passes), on one lane. `cargo xtask bench
    /// rest` prints how long that takes.
    pub const PHONE: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
    };
}

/// What stands in the key file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Envelope {
    v: u8,
    cost: PinCost,
    /// All in base64.
    salt: String,
    wrapped: String,
    /// True when the platform's key store wrapped it too.
    key_store: bool,
    /// True once nothing lies unencrypted on the disk any more.
    pub(crate) moved: bool,
}

impl Envelope {
    /// Wraps the key.
    pub(crate) fn seal(key: &DataKey, pin: &str, cost: PinCost, moved: bool, ports: &Ports) -> Result<Self> {
        let (mut salt, mut nonce) = ([0; SALT], [0; WHOLE_NONCE]);
        ports.ids.fill(&mut salt);
        ports.ids.fill(&mut nonce);
        let sealed = cipher(pin, &salt, cost)?
            .seal(nonce, key.bytes())
            .ok_or(ErrorCode::Internal)?;
        let inner = [nonce.as_slice(), &sealed].concat();
        let wrapped = match &ports.key_store {
            Some(store) => store.wrap(&inner)?,
            None => inner,
        };
        Ok(Self {
            v: 1,
            cost,
            salt: STANDARD.encode(salt),
            wrapped: STANDARD.encode(wrapped),
            key_store: ports.key_store.is_some(),
            moved,
        })
    }

    /// The key; none for a wrong PIN.
    ///
    /// # Errors
    /// `key_lost` when the platform's key store no longer knows its own, or the file is damaged.
    pub(crate) fn open(&self, pin: &str, store: Option<&dyn KeyStore>) -> Result<Option<DataKey>> {
        let lost = || Failure::from(ErrorCode::KeyLost);
        let decode = |text: &str| STANDARD.decode(text).map_err(|_broken| lost());
        let (salt, wrapped) = (decode(&self.salt)?, decode(&self.wrapped)?);
        let inner = match (self.key_store, store) {
            (true, Some(store)) => store.unwrap(&wrapped).map_err(|_gone| lost())?,
            (true, None) => return Err(lost()),
            (false, _) => wrapped,
        };
        let (nonce, sealed) = inner.split_at_checked(WHOLE_NONCE).ok_or_else(lost)?;
        let nonce: [u8; WHOLE_NONCE] = nonce.try_into().map_err(|_short| lost())?;
        let opened = cipher(pin, &salt, self.cost)?.open(nonce, sealed);
        let Some(bytes) = opened.map(Zeroizing::new) else {
            return Ok(None);
        };
        let bytes: &[u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_odd| lost())?;
        Ok(Some(DataKey::from_bytes(bytes)))
    }

    /// What lies in the folder; none while no PIN was ever chosen.
    pub(crate) fn read(dir: &Path, files: &dyn Files) -> Result<Option<Self>> {
        if files.size(&path(dir)).is_none() {
            return Ok(None);
        }
        let text = files.read(&path(dir))?;
        let found = serde_json::from_slice(&text).map_err(|_broken| Failure::from(ErrorCode::KeyLost))?;
        Ok(Some(found))
    }

    /// Puts it in the folder, durably: it is the old one or this one, never half of it.
    pub(crate) fn write(&self, dir: &Path, files: &dyn Files) -> Result<()> {
        Ok(replace(dir, &path(dir), &serde_json::to_vec(self)?, files)?)
    }
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("key.json")
}

/// Replaces a small file durably.
pub(crate) fn replace(dir: &Path, path: &Path, bytes: &[u8], files: &dyn Files) -> io::Result<()> {
    let temporary = path.with_extension("part");
    files.write(&temporary, bytes)?;
    files.sync(&temporary)?;
    files.rename(&temporary, path)?;
    files.sync_dir(dir)
}

fn cipher(pin: &str, salt: &[u8], cost: PinCost) -> Result<Seal> {
    let fault = |_| Failure::from(ErrorCode::KeyLost);
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(KEY_BYTES)).map_err(fault)?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, key.as_mut_slice())
        .map_err(fault)?;
    Ok(Seal::new(&key))
}
