//! The two ports through which time and fresh ids come in. Tests give their own; [`SystemClock`] and [`RandomIds`]
//! are the only places that read the machine's clock and random source.

use domain::ReceivedAt;
use uuid::Uuid;

/// The server's clock.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> ReceivedAt;
}

/// Where fresh names and secrets come from.
pub trait Ids: Send + Sync {
    /// A fresh `UUIDv7`.
    fn uuid(&self) -> Uuid;
    /// 32 random bytes, for tokens.
    fn secret(&self) -> [u8; 32];
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the server reads the clock"
    )]
    fn now(&self) -> ReceivedAt {
        ReceivedAt(chrono::Utc::now().timestamp_millis())
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where the server makes ids")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("an operating system without a random source cannot run a server");
        bytes
    }
}
