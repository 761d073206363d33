//! What the phone need not keep any longer: delivered, safe in an off-machine copy of the server, and a week old. Until
//! then everything stays, so that a server restored from that copy gets back whatever the copy lacks.

use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::{draft, mutation, photo_file};

/// Delivered records and photos stay at least this long, in milliseconds: seven days.
const RECORDS_MS: i64 = 7 * 86_400_000;
/// Untouched originals stay at least this long after the capture: thirty days.
const ORIGINALS_MS: i64 = 30 * 86_400_000;

impl Device {
    /// Lets go of what is safe elsewhere.
    pub(crate) fn let_go(&self) -> Result<()> {
        let now = self.ports.clock.wall_ms();
        let (files, records) = self.store.write_outbox(|tx| {
            let drafts = draft::words(tx)?;
            let mut files = photo_file::to_free(tx, now - RECORDS_MS, now - ORIGINALS_MS)?;
            files.retain(|file| !drafts.mention(file.as_str()));
            files.iter().try_for_each(|file| photo_file::set_freed(tx, file, now))?;
            Ok((files, mutation::let_go(tx, now - RECORDS_MS)?))
        })?;
        // The database says first that they may go: a file left behind by a power cut is an orphan, and collected.
        for file in &files {
            let path = self.photo_path(file);
            if self.ports.files.size(&path).is_some() {
                self.ports.files.remove(&path)?;
            }
        }
        if !files.is_empty() || records > 0 {
            self.ports
                .changed
                .changed(&[Topic::Reports, Topic::Households, Topic::Sync]);
        }
        Ok(())
    }
}
