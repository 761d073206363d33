//! The sync sheet: what waits, why, and when it goes.

use domain::protocol::{ErrorCode, WireError, kind};
use domain::{CapturedAt, Visit};

use super::edits::read as read_edit;
use super::own;
use super::standing::Outlook;
use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::mutation::{self, Stored};
use crate::store::photo_file::{self, Kept};
use crate::view::{SyncItem, SyncItemKind, SyncView, Word};

impl Device {
    /// What waits, why, and when it goes.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn get_sync(&self) -> std::result::Result<SyncView, WireError> {
        Ok(self.sync_view()?)
    }

    /// Tries everything at once, whatever the waiting times. What the server parked is offered again.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn sync_now(&self) -> std::result::Result<SyncView, WireError> {
        self.store.write_outbox(|tx| mutation::offer_parked_now(tx))?;
        let mut memory = self.engine.memory();
        memory.try_everything_now();
        memory.pull_due_at = 0;
        drop(memory);
        self.engine.wake();
        self.ports.changed.changed(&[Topic::Sync, Topic::Reports]);
        self.get_sync()
    }

    fn sync_view(&self) -> Result<SyncView> {
        let outlook = self.outlook()?;
        let allowance = self.allowance()?;
        let identity = self.identity()?;
        let me = identity.as_ref().map(|identity| identity.profile.user);
        let (rows, unsent, (photos_waiting, bytes_waiting)) = self.store.outbox(|outbox| {
            let mut rows: Vec<(Stored, Vec<Kept>)> = Vec::new();
            for row in mutation::all(outbox)?
                .into_iter()
                .filter(|row| me.is_none_or(|me| row.author == me) && !row.dismissed)
            {
                let files = photo_file::of_mutation(outbox, row.id)?;
                rows.push((row, files));
            }
            Ok((rows, mutation::unsent_of(outbox, me)?, photo_file::waiting(outbox)?))
        })?;
        let mut items = Vec::new();
        for (row, files) in &rows {
            items.extend(self.item(&outlook, row, files)?);
        }
        // It is asked rarely, and goes on being true in between.
        let unknown = identity
            .as_ref()
            .is_some_and(|identity| identity.revoked && identity.order.is_none());
        let memory = self.engine.memory();
        let (wall, mono) = (self.ports.clock.wall_ms(), self.ports.clock.mono_ms());
        Ok(SyncView {
            word: overall(&items, unsent.of_others + unsent.held_back),
            network: allowance.network.kind,
            rule: allowance.rule(),
            facts_waiting: unsent.own,
            of_others: unsent.of_others,
            held_back: unsent.held_back,
            photos_waiting,
            bytes_waiting,
            last_success_at: identity
                .as_ref()
                .and_then(|identity| identity.last_success_ms)
                .map(CapturedAt),
            next_try_at: memory.next_try_at.map(|then| CapturedAt(wall + then - mono)),
            last_error: memory.error(mono).or(unknown.then_some(ErrorCode::Unauthenticated)),
            running: memory.running > 0,
            items,
            server_reachable: memory.reachable,
            clock_skew_ms: identity.and_then(|identity| identity.clock_offset_ms),
        })
    }

    /// A record that has not arrived whole.
    fn item(&self, outlook: &Outlook, row: &Stored, files: &[Kept]) -> Result<Option<SyncItem>> {
        let (word, why) = outlook.of_record(row, files, &own::photos(row));
        if word == Word::Delivered {
            return Ok(None);
        }
        let text = |field: &str| {
            row.body
                .get(field)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let kind = item_kind(row);
        let label = match kind {
            SyncItemKind::Report => text("category"),
            SyncItemKind::Visit | SyncItemKind::Household => self.door(row)?,
            SyncItemKind::Note | SyncItemKind::Withdrawal | SyncItemKind::Act => String::new(),
        };
        Ok(Some(SyncItem {
            kind,
            id: row.entity.to_string(),
            label,
            word,
            why,
            refused: row.is_refused().then_some(row.id),
        }))
    }

    /// The door a visit was made at, or whose file was edited.
    pub(crate) fn door(&self, row: &Stored) -> Result<String> {
        if self.lock()?.is_some() {
            return Ok(String::new());
        }
        let household = if row.kind == kind::VISIT_CREATE {
            serde_json::from_value::<Visit>(row.body.clone())?.household
        } else {
            read_edit(row)?.0
        };
        let home: Option<domain::view::HouseholdRow> = self.store.cache(|cache| {
            crate::store::row::get(cache, domain::protocol::RowType::Household, &household.to_string())
        })?;
        Ok(home.map_or_else(String::new, |home| door(&home.household)))
    }
}

/// What kind of record a mutation is.
pub(crate) fn item_kind(row: &Stored) -> SyncItemKind {
    match row.kind.as_str() {
        kind::REPORT_CREATE => SyncItemKind::Report,
        kind::REPORT_NOTE => SyncItemKind::Note,
        kind::REPORT_WITHDRAW => SyncItemKind::Withdrawal,
        kind::VISIT_CREATE => SyncItemKind::Visit,
        kind::HOUSEHOLD_EDIT | kind::RESIDENT_ADD | kind::RESIDENT_EDIT | kind::RESIDENT_REMOVE => {
            SyncItemKind::Household
        }
        _ => SyncItemKind::Act,
    }
}

/// A door as people say it.
pub(crate) fn door(home: &domain::Household) -> String {
    [&home.estate, &home.building, &home.unit, &home.room]
        .map(String::as_str)
        .join(" ")
        .replace("  ", " ")
}

/// The word of the whole phone. What others left is not shown, but all is delivered only once that is.
fn overall(items: &[SyncItem], of_others: u32) -> Word {
    let none_shown = if of_others > 0 { Word::OnPhone } else { Word::Delivered };
    [Word::NeedsYou, Word::Sending, Word::OnPhone]
        .into_iter()
        .find(|word| items.iter().any(|item| item.word == *word))
        .unwrap_or(none_shown)
}
