//! Phones on a real network, each running by itself as an app does.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::phone::Phone;
use crate::promises::Ledger;
use crate::real::RealStreet;

/// So many phones are enrolled at a time: more from one address would be taken for somebody who guesses codes.
const AT_ONCE: usize = 4;

/// Phones that run.
pub struct Crew {
    phones: Vec<Arc<Phone>>,
    running: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Enrols these workers' phones and lets them run, in front, until they have what concerns them.
    ///
    /// # Panics
    /// When one cannot enrol.
    pub async fn enrol(street: &RealStreet, logins: &[String], address: &str) -> Self {
        let enrolling = logins.iter().map(|login| async {
            let phone = Arc::new(street.phone(login, address));
            phone.enrol(street.code_for(login)).await;
            phone
        });
        let phones: Vec<_> = stream::iter(enrolling).buffered(AT_ONCE).collect().await;
        let running = phones.iter().map(run).collect();
        let crew = Self { phones, running };
        crew.wait(Duration::from_secs(60), |phone| phone.buckets().len() >= 5)
            .await;
        crew
    }

    /// The phones, in the order of their workers.
    #[must_use]
    pub fn phones(&self) -> &[Arc<Phone>] {
        &self.phones
    }

    /// Records on the phones without a verdict.
    ///
    /// # Panics
    /// When a device cannot read its own state.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        let of = |phone: &Arc<Phone>| phone.device().get_sync().unwrap().facts_waiting;
        self.phones.iter().map(of).sum()
    }

    /// Waits until every phone has sent all, and then until it has pulled what became of it. Nobody taps anything before
    /// that. Returns the phones that are stuck.
    pub async fn settle(&self, patience: Duration) -> Vec<String> {
        let mut stuck = self.wait(patience, Phone::has_sent_all).await;
        for phone in &self.phones {
            if stuck.is_empty() && !phone.hear().await {
                stuck.push(format!("{} hears nothing", phone.worker));
            }
        }
        stuck
    }

    /// Waits until it holds for every phone; returns those for which it does not.
    async fn wait(&self, patience: Duration, holds: impl Fn(&Phone) -> bool) -> Vec<String> {
        let until = Instant::now() + patience;
        loop {
            let not_yet = self.phones.iter().filter(|phone| !holds(phone));
            let not_yet: Vec<String> = not_yet.map(|phone| format!("{} is stuck", phone.worker)).collect();
            if not_yet.is_empty() || Instant::now() > until {
                return not_yet;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The apps end, and the checker asks phones and server what they hold. No server process runs any more.
    #[must_use]
    pub fn end(&self, street: &RealStreet) -> Vec<String> {
        self.running.iter().for_each(JoinHandle::abort);
        let phones: Vec<&Phone> = self.phones.iter().map(Arc::as_ref).collect();
        let mut ledger = Ledger::default();
        phones.iter().for_each(|phone| ledger.note(phone));
        street.breaches(&ledger, &phones)
    }
}

fn run(phone: &Arc<Phone>) -> JoinHandle<()> {
    let device = Arc::clone(phone.device());
    device.set_in_front(true);
    tokio::spawn(async move { device.run().await })
}
