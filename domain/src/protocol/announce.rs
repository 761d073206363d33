//! What a phone says of itself at every handshake, so that the office sees which phones hold unsent work and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OfferRequest, PullRequest, PushRequest};
use crate::{DeviceId, UserId};

/// Codes and versions longer than this are cut when they are kept; none of ours is.
const MAX_WORD: usize = 40;

/// State of a phone. What is zero or absent is left out on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Announcement {
    /// Mutations without a verdict.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unsent: u32,
    /// Photo files not yet stored on the server.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub photos_unsent: u32,
    /// Age of the oldest unsent mutation, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_unsent_ms: Option<i64>,
    /// Code of the last sync failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How often rows here differed from the server's, and were mended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub divergences: u32,
    /// Who is signed in, on a phone on which others ever were or may have been; such a phone always says it. A server that takes
    /// it for another's was restored to a day before they signed in, or its answer to the change of hands was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<UserId>,
    /// Free space on the phone, in bytes; two digits of it are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    /// The server's clock minus the phone's in milliseconds, from the last answer, in whole minutes; left out while they differ by
    /// no more than [`crate::fleet::CLOCK_SKEW_MS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_ms: Option<i64>,
    /// Version of the app.
    #[serde(default)]
    pub app_version: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Announcement {
    /// As it is kept: a phone may say anything, and it is read by people.
    #[must_use]
    pub fn within_limits(mut self) -> Self {
        cut(&mut self.app_version);
        if let Some(code) = &mut self.last_error {
            cut(code);
        }
        self.oldest_unsent_ms = self.oldest_unsent_ms.map(|age| age.max(0));
        self
    }
}

fn cut(word: &mut String) {
    if let Some((end, _)) = word.char_indices().nth(MAX_WORD) {
        word.truncate(end);
    }
}

/// A request with which an enrolled phone makes contact.
pub trait Handshake {
    /// Protocol version.
    fn proto(&self) -> u16;
    /// The device it says it comes from, where it says so.
    fn device(&self) -> Option<DeviceId>;
    /// State of the phone, when it is news.
    fn announce(&self) -> Option<&Announcement>;
}

impl Handshake for PushRequest {
    fn proto(&self) -> u16 {
        self.proto
    }

    fn device(&self) -> Option<DeviceId> {
        Some(self.device)
    }

    fn announce(&self) -> Option<&Announcement> {
        self.announce.as_ref()
    }
}

impl Handshake for PullRequest {
    fn proto(&self) -> u16 {
        self.proto
    }

    fn device(&self) -> Option<DeviceId> {
        Some(self.device)
    }

    fn announce(&self) -> Option<&Announcement> {
        self.announce.as_ref()
    }
}

impl Handshake for OfferRequest {
    fn proto(&self) -> u16 {
        self.proto
    }

    fn device(&self) -> Option<DeviceId> {
        None
    }

    fn announce(&self) -> Option<&Announcement> {
        self.announce.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_with_nothing_to_say_says_little() {
        let quiet = Announcement {
            app_version: "0.1.0".to_owned(),
            ..Announcement::default()
        };
        assert_eq!(serde_json::to_string(&quiet).unwrap(), r#"{"app_version":"0.1.0"}"#);
    }

    #[test]
    fn words_of_any_length_are_kept_short() {
        let loud = Announcement {
            app_version: "版".repeat(4_000),
            last_error: Some("x".repeat(4_000)),
            oldest_unsent_ms: Some(-5),
            ..Announcement::default()
        };
        let kept = loud.within_limits();
        assert_eq!(kept.app_version.chars().count(), MAX_WORD);
        assert_eq!(kept.last_error.map(|code| code.len()), Some(MAX_WORD));
        assert_eq!(kept.oldest_unsent_ms, Some(0));
    }
}
