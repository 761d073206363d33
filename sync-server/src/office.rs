//! What the office side needs beside the store: its address, its limits on guessing, and the cost of passwords.

use std::path::PathBuf;

use domain::{ErrorCode, ReceivedAt};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::auth::password;
use crate::auth::peer::Peer;
use crate::auth::throttle::Throttle;
use crate::{Failure, Outcome};

/// At most this many passwords are hashed at once: each takes 19 MiB, and a flood of sign-ins must not take the memory.
const HASHES_AT_ONCE: usize = 4;

/// Settings of the office side.
#[derive(Debug)]
pub struct Office {
    /// Address under which phones and browsers reach this server, such as `https://xunge.example`; no slash at its end.
    pub public_url: Option<String>,
    /// True when a proxy in front says where requests come from.
    pub behind_proxy: bool,
    /// Folder of the built office UI.
    pub ui: Option<PathBuf>,
    /// Tries left for passwords and codes.
    pub throttle: Throttle,
    /// Figures for Prometheus; absent in tests.
    pub metrics: Option<PrometheusHandle>,
    /// Places for passwords being hashed.
    pub hashing: tokio::sync::Semaphore,
}

impl Default for Office {
    fn default() -> Self {
        Self {
            public_url: None,
            behind_proxy: false,
            ui: None,
            throttle: Throttle::default(),
            metrics: None,
            hashing: tokio::sync::Semaphore::new(HASHES_AT_ONCE),
        }
    }
}

impl Office {
    /// True when browsers reach the office over https, so that cookies may be kept to it.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    /// Takes one try for a login or a door with a one-time secret.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyTries`] with the seconds to wait.
    pub fn throttled(&self, peer: Peer, what: &str, now: ReceivedAt) -> Outcome<()> {
        let tries = self.throttle.take(peer.0, what, now);
        tries.map_err(|seconds| Failure::refused(ErrorCode::TooManyTries, json!({ "retry_after_s": seconds })))
    }

    /// Hashes a password away from the threads that serve requests.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when it cannot be computed.
    pub async fn hash_password(&self, password: String, random: [u8; 32]) -> Outcome<String> {
        let mut salt = [0; 16];
        salt.copy_from_slice(&random[..16]);
        self.costly(move || password::hash(&password, &salt))
            .await?
            .map_err(Failure::from)
    }

    /// True when the password is the one `stored` was made from; takes as long when there is none.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when the server is going down.
    pub async fn verify_password(&self, password: String, stored: Option<String>) -> Outcome<bool> {
        self.costly(move || password::verify(&password, stored.as_deref()))
            .await
    }

    async fn costly<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
        let _place = self.hashing.acquire().await.or(Err(Failure::from(ErrorCode::Busy)))?;
        tokio::task::spawn_blocking(work).await.or(Err(Failure::Panicked))
    }
}
