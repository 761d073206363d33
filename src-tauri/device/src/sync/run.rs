//! The three loops: records and rows, photos, hints. They run for as long as the app does.

use std::time::Duration;

use tokio::sync::Notify;

use super::backoff::Lane;
use super::exchange::Fault;
use super::plan::{FactsStep, PhotoStep, facts_step, photo_step};
use crate::device::Device;
use crate::ports::Topic;

/// A wait is looked at again at least this often: a phone that slept did not count its time.
const LONGEST_SLEEP_MS: i64 = 60_000;
/// Pause after this phone's own storage failed.
const STORAGE_PAUSE: Duration = Duration::from_secs(5);

/// Runs the sync engine. Never returns; drop the future to stop it.
pub(crate) async fn run_loop(device: &Device) {
    tokio::join!(device.facts_loop(), device.photos_loop(), device.live_loop());
}

impl Device {
    async fn facts_loop(&self) {
        loop {
            let Some(step) = self.next_facts_step().await else {
                continue;
            };
            if let FactsStep::Wait(until) = step {
                self.keep_front();
                self.rest(until, &self.engine.facts_bell).await;
            } else {
                self.take_facts_step(step).await;
                self.engine.photos_bell.notify_one();
            }
        }
    }

    /// The next step; none after a failure of this phone's storage, and a pause.
    async fn next_facts_step(&self) -> Option<FactsStep> {
        match self.situation() {
            Ok(situation) => {
                let now = self.ports.clock.mono_ms();
                let mut memory = self.engine.memory();
                let step = facts_step(&situation, &memory.lanes, now);
                let waits = if let FactsStep::Wait(until) = step { until } else { None };
                memory.next_try_at = waits.filter(|_| situation.pending);
                Some(step)
            }
            Err(failure) => {
                tracing::error!(code = ?failure.code(), "the sync engine cannot read its own state");
                tokio::time::sleep(STORAGE_PAUSE).await;
                None
            }
        }
    }

    /// Does one step and notes its failure on its lane.
    pub(crate) async fn take_facts_step(&self, step: FactsStep) {
        self.ports.changed.changed(&[Topic::Sync]);
        let (lane, done) = match step {
            FactsStep::Fork => (Lane::Facts, self.fork().await),
            FactsStep::Switch => (Lane::Facts, self.finish_switch().await),
            FactsStep::Push => (Lane::Facts, self.push(false).await),
            FactsStep::Probe => (Lane::Facts, self.push(true).await),
            FactsStep::Ask => (Lane::Facts, self.ask().await),
            FactsStep::Pull => (Lane::Pull, self.pull().await),
            FactsStep::Offer => (Lane::Previews, self.offer().await),
            FactsStep::Wipe => (Lane::Facts, self.wipe_as_ordered().await),
            FactsStep::Basemap => (Lane::Map, self.fetch_basemap().await),
            FactsStep::Wait(_) => return,
        };
        match done {
            Ok(()) if matches!(step, FactsStep::Probe | FactsStep::Ask) => self.engine.memory().try_everything_now(),
            Ok(()) => {}
            Err(fault) => self.note_failure(lane, &fault),
        }
        self.ports.changed.changed(&[Topic::Sync, Topic::Reports]);
    }

    fn note_failure(&self, lane: Lane, fault: &Fault) {
        tracing::debug!(?lane, code = ?fault.code(), "a request failed");
        let now = self.ports.clock.mono_ms();
        let mut memory = self.engine.memory();
        memory.last_error = Some(fault.code());
        let random = |most| self.ports.ids.up_to(most);
        memory.lanes.get_mut(lane).fail(now, random, fault.retry_after_ms());
    }

    async fn photos_loop(&self) {
        loop {
            let Ok(situation) = self.situation() else {
                tokio::time::sleep(STORAGE_PAUSE).await;
                continue;
            };
            let now = self.ports.clock.mono_ms();
            let step = photo_step(&situation, &self.engine.memory().lanes, now);
            match step {
                PhotoStep::Wait(until) => self.rest(until, &self.engine.photos_bell).await,
                PhotoStep::Upload(hash) => {
                    self.ports.changed.changed(&[Topic::Sync]);
                    if let Err(fault) = self.upload(&hash).await {
                        tracing::debug!(code = ?fault.code(), "an upload failed");
                    }
                    self.engine.facts_bell.notify_one();
                }
            }
        }
    }

    /// Waits for an instant or a bell.
    async fn rest(&self, until: Option<i64>, bell: &Notify) {
        let now = self.ports.clock.mono_ms();
        let wait = until.map_or(LONGEST_SLEEP_MS, |until| (until - now).clamp(1, LONGEST_SLEEP_MS));
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(1));
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
