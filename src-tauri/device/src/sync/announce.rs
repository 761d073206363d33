//! What this phone says of itself at every handshake. What the server has heard already is left out, so that a sync which
//! brings nothing stays small.

use domain::fleet::CLOCK_SKEW_MS;
use domain::protocol::Announcement;
use domain::{DeviceId, Epoch, ErrorCode, UserId};

use super::agree::DIVERGENCES;
use super::switch::SHARED;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::identity::Identity;
use crate::store::{identity, mutation, photo_file, setting};

const MINUTE_MS: i64 = 60_000;

/// What a server with this history was told by this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    device: DeviceId,
    epoch: Option<Epoch>,
    /// Device time of the oldest unsent mutation: its age alone is no news.
    oldest: Option<i64>,
    /// The rest.
    said: Announcement,
}

/// What there is to say in one request.
#[derive(Debug)]
pub(crate) struct News {
    whole: Announcement,
    told: Told,
    heard: bool,
}

impl News {
    /// Nothing when the server has heard it.
    pub(crate) fn announce(&self) -> Option<Announcement> {
        (!self.heard).then(|| self.whole.clone())
    }
}

impl Device {
    /// What to say of this phone now.
    pub(crate) fn news(&self, identity: &Identity) -> Result<News> {
        let (whole, oldest) = self.state()?;
        let said = Announcement {
            oldest_unsent_ms: None,
            ..whole.clone()
        };
        let told = Told {
            device: identity.device,
            epoch: identity.epoch,
            oldest,
            said,
        };
        // Who is signed in is asked before each answer.
        let once = identity.epoch.is_some() && told.said.signed_in.is_none();
        let heard = once && self.engine.memory().told.as_ref() == Some(&told);
        Ok(News { whole, told, heard })
    }

    /// The server answered the request that carried it. One with another history has forgotten what was said before.
    pub(crate) fn was_told(&self, news: News, epoch: Epoch) {
        self.engine.memory().told = Some(news.told).filter(|told| told.epoch == Some(epoch));
    }

    /// What this phone holds unsent, for the office.
    pub(crate) fn announcement(&self) -> Result<Announcement> {
        Ok(self.state()?.0)
    }

    fn state(&self) -> Result<(Announcement, Option<i64>)> {
        let now = self.ports.clock.wall_ms();
        let last_error = self.engine.memory().failing();
        let free_bytes = self.ports.files.free_space(&self.dir).map(coarse);
        self.store.outbox(|outbox| {
            let (unsent, oldest) = mutation::unsent(outbox)?;
            let photos_unsent = photo_file::held_here_alone(outbox)?;
            let state = Announcement {
                unsent,
                photos_unsent,
                oldest_unsent_ms: oldest.map(|then| (now - then).max(0)),
                last_error: last_error.and_then(code_name),
                divergences: setting::get(outbox, DIVERGENCES)?,
                signed_in: signed_in(outbox)?,
                clock_skew_ms: clock_skew(outbox)?,
                free_bytes,
                app_version: self.ports.app_version.clone(),
            };
            Ok((state, oldest))
        })
    }
}

/// How wrong this phone's clock is, where it is; a minute more or less is no news.
fn clock_skew(outbox: &rusqlite::Connection) -> Result<Option<i64>> {
    let offset = identity::get(outbox)?.and_then(|identity| identity.clock_offset_ms);
    let wrong = offset.filter(|offset| offset.saturating_abs() > CLOCK_SKEW_MS);
    Ok(wrong.map(|offset| offset / MINUTE_MS * MINUTE_MS))
}

/// Who is signed in, where the server may take the phone for another's.
fn signed_in(outbox: &rusqlite::Connection) -> Result<Option<UserId>> {
    let shared: bool = setting::get(outbox, SHARED)?;
    let identity = if shared { identity::get(outbox)? } else { None };
    Ok(identity.map(|identity| identity.profile.user))
}

/// The first two digits: a phone's free space changes with every photo, and nobody needs to hear of each.
fn coarse(bytes: u64) -> u64 {
    let unit = 10_u64.pow(bytes.checked_ilog10().unwrap_or(0).saturating_sub(1));
    bytes / unit * unit
}

/// A code as it travels.
fn code_name(code: ErrorCode) -> Option<String> {
    serde_json::to_value(code)
        .map_err(Failure::from)
        .ok()?
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_told_with_two_digits() {
        let cases = [
            (0, 0),
            (7, 7),
            (99, 99),
            (187_654_321, 180_000_000),
            (12_345_678_901, 12_000_000_000),
        ];
        for (bytes, told) in cases {
            assert_eq!(coarse(bytes), told, "{bytes}");
        }
    }
}
