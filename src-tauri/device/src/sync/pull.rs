//! Pulling the latest rows of every bucket in scope.

use std::collections::BTreeMap;

use domain::Bucket;
use domain::protocol::{PROTO, PullRequest, PullResponse, RowType, profile_hash};
use domain::view::{CaseRow, OriginalRequest};

use super::apply::{self, Applied};
use super::backoff::{Backoff, Lane};
use super::exchange::Fault;
use super::push::begin_history;
use super::switch::take_profile;
use crate::capture::URGENT;
use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::identity::Identity;
use crate::store::{cursor, forgetting, identity, mutation, photo_file, row};

/// Wanted size of an answer before compression, in bytes.
const MAX_BYTES: u32 = 512 * 1024;
/// Time from one comparison of everything to the next, in milliseconds: daily, and after each start.
const CHECK_EVERY_MS: i64 = 86_400_000;
/// Time to the next pull when no hint comes, in front and behind, in milliseconds.
const PULL_EVERY_MS: (i64, i64) = (20_000, 300_000);

impl Device {
    pub(crate) async fn pull(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let (epoch, cursors) = self.store.write_cache(|cache| {
            let epoch = cursor::epoch(cache)?;
            if epoch == identity.epoch {
                cursor::drop_beyond(cache, identity.seen_rev.unwrap_or(0))?;
            }
            Ok((epoch, cursor::all(cache)?))
        })?;
        let check = self.engine.memory().checks_now(self.ports.clock.mono_ms());
        let news = self.news(&identity)?;
        let bundle_key = self.lacks_bundle_key(&identity)?;
        let request = PullRequest {
            proto: PROTO,
            epoch,
            device: identity.device,
            seen: identity
                .seen_rev
                .filter(|seen| !cursors.values().any(|cursor| cursor >= seen)),
            cursors: if epoch.is_some() { cursors } else { BTreeMap::new() },
            check,
            bundle_key,
            profile: Some(profile_hash(&identity.profile)),
            max_bytes: Some(MAX_BYTES),
            announce: news.announce(),
        };
        let asked_at = self.ports.clock.mono_ms();
        let answer: std::result::Result<PullResponse, Fault> = self
            .call_json(&identity.server, Some(&identity.token), "/v1/pull", &request)
            .await;
        match answer {
            Ok(response) => {
                self.keep_bundle_key(&identity, &response)?;
                self.was_told(news, response.epoch);
                self.note_clock(identity.device, response.server_ms, asked_at)?;
                let applied = self.write_rows(&identity, &response, check)?;
                self.after_pull(&applied, &response, check);
                self.mend_doubtful().await
            }
            Err(fault) => {
                self.note_refusal(&identity, &fault)?;
                Err(fault)
            }
        }
    }

    fn write_rows(&self, asked_as: &Identity, response: &PullResponse, checked: bool) -> Result<Applied> {
        let still_us = self.store.write_outbox(|tx| {
            let Some(mut identity) = identity::get(tx)?.filter(|now| now.is(asked_as)) else {
                return Ok(None);
            };
            if let Some(profile) = &response.profile
                && take_profile(tx, &mut identity, profile)?
            {
                // Two phones answer to one name: this one takes another.
                identity.take_another_name(self.new_credentials());
                identity::put(tx, &identity)?;
                return Ok(None);
            }
            if begin_history(tx, &mut identity, response.epoch)? {
                identity.next_seq = 1;
                mutation::forget_numbers(tx)?;
            }
            if response.profile.is_some() {
                forgetting::begin_photos(tx)?;
            }
            let seen = response.buckets.iter().map(|page| page.to).max();
            let more_is_safe = identity.note_revs(seen, response.durable_rev, response.street_rev);
            identity::put(tx, &identity)?;
            Ok(Some(more_is_safe))
        })?;
        let Some(more_is_safe) = still_us else {
            return Ok(Applied::asked_again());
        };
        if more_is_safe {
            self.try_to_let_go();
        }
        let me = super::notice::own_bucket(asked_as);
        let first_fill = !self.store.cache(|cache| cursor::is_complete(cache, &me))?;
        let applied = self.store.write_cache(|tx| {
            // Somebody else may have signed in since: whoever does empties this copy, and nothing of the one before comes in.
            if !self.is_still(asked_as)? {
                return Ok(Applied::asked_again());
            }
            match cursor::epoch(tx)? {
                Some(known) if known == response.epoch => {}
                None => cursor::begin_epoch(tx, response.epoch)?,
                Some(_) => {
                    // These pages continue cursors of another history: ask again from the start.
                    cursor::begin_epoch(tx, response.epoch)?;
                    return Ok(Applied::asked_again());
                }
            }
            apply::apply(tx, response, checked)
        })?;
        if !self.is_still(asked_as)? {
            return Ok(applied);
        }
        if response.profile.is_some() {
            self.try_to_forget();
        }
        self.note_asked_originals()?;
        // Reading the own cases takes long. With the comparison after a start, because the last run may have ended in between.
        if checked && !applied.more || applied.changed.contains(&me) {
            self.note_urgent_cases(&me)?;
            self.notify_news(asked_as, first_fill)?;
        }
        Ok(applied)
    }

    /// True while the person and the device are those a request was made as.
    pub(crate) fn is_still(&self, asked_as: &Identity) -> Result<bool> {
        Ok(self.identity()?.is_some_and(|now| now.is(asked_as)))
    }

    fn note_asked_originals(&self) -> Result<()> {
        let asked: Vec<OriginalRequest> = self.store.cache(|cache| row::all(cache, RowType::OriginalRequest))?;
        if asked.is_empty() {
            return Ok(());
        }
        self.store.write_outbox(|tx| {
            asked
                .iter()
                .try_for_each(|request| photo_file::set_asked(tx, &request.sha256, true))
        })
    }

    /// The office may find a case more urgent than its reporter did; its photos stop waiting for Wi-Fi.
    fn note_urgent_cases(&self, me: &Bucket) -> Result<()> {
        let (files, _) = self.store.outbox(photo_file::waiting)?;
        if files == 0 {
            return Ok(());
        }
        let mut urgent: Vec<CaseRow> = self.store.cache(|cache| row::in_bucket(cache, me, RowType::Case))?;
        urgent.retain(|case| case.urgency <= URGENT);
        if urgent.is_empty() {
            return Ok(());
        }
        self.store.write_outbox(|tx| {
            let reports = urgent.iter().flat_map(|case| &case.reports);
            reports
                .into_iter()
                .try_for_each(|report| photo_file::hurry(tx, report.0))
        })
    }

    fn after_pull(&self, applied: &Applied, response: &PullResponse, checked: bool) {
        let now = self.ports.clock.mono_ms();
        let mut memory = self.engine.memory();
        if checked && !applied.more {
            memory.check_due_at = now + CHECK_EVERY_MS;
        }
        memory.more = applied.more;
        *memory.lanes.get_mut(Lane::Pull) = Backoff::default();
        let pause = if memory.front { PULL_EVERY_MS.0 } else { PULL_EVERY_MS.1 };
        let least = response.next_after_ms.map_or(0, i64::from);
        memory.pull_due_at = now + if applied.more { least } else { pause.max(least) };
        drop(memory);
        let mut topics: Vec<Topic> = applied.topics.iter().copied().collect();
        topics.push(Topic::Sync);
        if response.profile.is_some() {
            // Another grid is another own map, another Today.
            topics.extend([Topic::Session, Topic::Today, Topic::Map, Topic::Households]);
        }
        self.ports.changed.changed(&topics);
    }
}
