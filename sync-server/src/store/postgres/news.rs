//! What other server processes committed. They are not told by LISTEN and NOTIFY, which takes a lock of the whole
//! database at each commit: each process looks at the streets' revisions twice a second.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Bucket, StreetId};
use tokio::sync::broadcast;

use super::connect::Url;
use super::line::Kind;
use super::session::Session;
use crate::live::Poke;
use crate::store::{StoreError, Tx, bucket_rows, streets};

/// How often the streets are looked at.
const EVERY: Duration = Duration::from_millis(500);
const SNAPSHOT: &str = Kind::Read.begin();
/// The most buckets whose revision is remembered. Beyond it some pokes are sent twice, which does no harm.
const REMEMBERED: usize = 100_000;

/// The revisions of which this process's watchers know, by bucket.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<HashMap<(StreetId, Bucket), u64>>>);

impl Told {
    /// Notes what this process committed itself.
    pub(super) fn note(&self, pokes: &[Poke]) {
        let mut known = self.known();
        for poke in pokes {
            let last = known.entry((poke.street.clone(), poke.bucket.clone())).or_default();
            *last = poke.rev.max(*last);
        }
    }

    /// True when this is news; from then on it is not.
    fn is_news(&self, poke: &Poke) -> bool {
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let last = known.entry((poke.street.clone(), poke.bucket.clone())).or_default();
        let news = *last < poke.rev;
        *last = poke.rev.max(*last);
        news
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(StreetId, Bucket), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the thread that looks when it is dropped.
pub(super) struct Watch {
    _alive: Sender<()>,
}

/// The streets' revisions before this process serves: what is committed after that is news.
pub(super) fn known(session: &Session) -> Result<HashMap<StreetId, u64>, StoreError> {
    session.begin(SNAPSHOT)?;
    let revs = streets::revs(&Tx::postgres(session, false))?;
    session.rollback()?;
    Ok(revs.into_iter().collect())
}

/// Starts to look for what comes after these revisions.
pub(super) fn watch(
    url: Url,
    revs: HashMap<StreetId, u64>,
    told: Told,
    pokes: broadcast::Sender<Poke>,
) -> Result<Watch, StoreError> {
    let (alive, gone) = channel::<()>();
    std::thread::Builder::new()
        .name("store-news".to_owned())
        .spawn(move || {
            let mut news = News { session: None, revs };
            while gone.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                match news.look(&url, pokes.receiver_count() > 0) {
                    Ok(reached) => reached
                        .into_iter()
                        .filter(|poke| told.is_news(poke))
                        .for_each(|poke| drop(pokes.send(poke))),
                    Err(error) => {
                        tracing::warn!(error = error.log_text(), "the streets could not be looked at");
                        news.session = None;
                    }
                }
            }
        })?;
    Ok(Watch { _alive: alive })
}

struct News {
    session: Option<Session>,
    revs: HashMap<StreetId, u64>,
}

impl News {
    /// The buckets that have moved since the last look; none when nobody asks for them.
    fn look(&mut self, url: &Url, wanted: bool) -> Result<Vec<Poke>, StoreError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::connect(url)?,
        };
        session.begin(SNAPSHOT)?;
        let tx = Tx::postgres(&session, false);
        let mut reached = Vec::new();
        for (street, rev) in streets::revs(&tx)? {
            let before = self.revs.insert(street.clone(), rev);
            if wanted && before.is_some_and(|before| before < rev) {
                reached.extend(bucket_rows::moved(&tx, &street, before.unwrap_or(rev))?);
            }
        }
        session.rollback()?;
        self.session = Some(session);
        Ok(reached)
    }
}
