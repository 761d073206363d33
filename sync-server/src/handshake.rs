//! A phone makes contact. What it says of itself is kept before anything of its request can be refused, in a transaction of
//! its own: the office learns of a phone that holds work also when that very sync fails.

use axum::extract::{FromRequest, Request};
use domain::protocol::{Announcement, Handshake, OfferRequest, PullRequest, PushRequest};
use domain::{Bucket, ReceivedAt};
use serde::de::DeserializeOwned;

use crate::Outcome;
use crate::encoding::{Wire, spoken};
use crate::live::Poke;
use crate::phone::{self, Phone};
use crate::server::Server;
use crate::store::devices::{self, DeviceRecord};

/// A phone that says the same again is written down this often, in milliseconds.
const HEARD_EVERY_MS: i64 = 60_000;
/// Unsent work is the same when its age tells of times that differ by less, in milliseconds.
const SAME_WORK_MS: u64 = 60_000;
/// Whoever looks after the street's phones is poked under this name when one of them has said something new.
pub const FLEET: &str = "fleet";

/// The body of an enrolled phone's request, at most `LIMIT` bytes, and the phone. It names itself, and what it said is kept.
#[derive(Debug, Clone)]
pub struct Contact<T, const LIMIT: usize>(pub DeviceRecord, pub T);

/// Whose request is answered.
pub trait Admits {
    /// True when this phone may ask so.
    fn admits(device: &DeviceRecord) -> bool {
        !device.revoked
    }
}

impl Admits for PushRequest {
    fn admits(device: &DeviceRecord) -> bool {
        phone::may_send(device)
    }
}

impl Admits for PullRequest {}

impl Admits for OfferRequest {
    fn admits(device: &DeviceRecord) -> bool {
        phone::may_send(device)
    }
}

impl<T: DeserializeOwned + Handshake + Admits + Send, const LIMIT: usize> FromRequest<Server> for Contact<T, LIMIT> {
    type Rejection = crate::Failure;

    async fn from_request(request: Request, server: &Server) -> Outcome<Self> {
        let (parts, body) = request.into_parts();
        let device = phone::known(&parts, server).await?;
        let spoken_in_head = phone::speaks(&parts);
        let asked = Wire::<T, LIMIT>::from_request(Request::from_parts(parts, body), server).await;
        if let Ok(Wire(asked)) = &asked
            && asked.device().is_none_or(|named| named == device.id)
        {
            heard(server, &device, asked.announce()).await;
        }
        spoken_in_head?;
        if !T::admits(&device) {
            return Err(phone::revoked(&device));
        }
        let Wire(asked) = asked?;
        spoken(asked.proto())?;
        let phone = Phone(device);
        if let Some(named) = asked.device() {
            phone.names_itself(named)?;
        }
        phone.is_of(asked.announce().and_then(|said| said.signed_in))?;
        let device = phone.0;
        Ok(Self(device, asked))
    }
}

/// True when a person would read it as news. That unsent work grew older since then is none.
fn is_news(said: &Announcement, device: &DeviceRecord, now: ReceivedAt) -> bool {
    let (Some(before), Some(at)) = (&device.announce, device.announced_at) else {
        return true;
    };
    let made = |said: &Announcement, at: ReceivedAt| said.oldest_unsent_ms.map(|age| at.0.saturating_sub(age));
    let same_work = match (made(said, now), made(before, at)) {
        (Some(one), Some(other)) => one.abs_diff(other) < SAME_WORK_MS,
        (one, other) => one == other,
    };
    let aged = Announcement {
        oldest_unsent_ms: before.oldest_unsent_ms,
        ..said.clone()
    };
    !same_work || aged != *before
}

/// Keeps what the phone says of itself, when it is news. Where that fails the sync goes on: it has its own to say.
async fn heard(server: &Server, device: &DeviceRecord, announce: Option<&Announcement>) {
    let now = server.now();
    let announce = announce.map(|said| said.clone().within_limits());
    let fresh = device.last_seen_at.is_some_and(|at| now.0 - at.0 < HEARD_EVERY_MS);
    let news = announce.as_ref().is_some_and(|said| is_news(said, device, now));
    if fresh && !news {
        return;
    }
    let (street, id) = (device.street.clone(), device.id);
    let kept = server
        .store
        .write(move |tx| {
            devices::heard(tx, &street, id, announce.as_ref(), now)?;
            if news {
                tx.poke(Poke {
                    street,
                    bucket: Bucket(FLEET.to_owned()),
                    rev: u64::try_from(now.0).unwrap_or(0),
                });
            }
            Ok(())
        })
        .await;
    if let Err(failure) = kept {
        tracing::warn!(device = %device.id, code = ?failure.wire().code, "what a phone said of itself was not kept");
    }
}
