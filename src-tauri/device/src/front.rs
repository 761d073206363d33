//! What the lock screen may show after a start, when nothing else can be read: it lies on the disk in the clear.

use std::path::{Path, PathBuf};

use crate::device::Device;
use crate::failure::Result;
use crate::ports::Files;
use crate::store::{mutation, setting};
use crate::sync::SETTINGS;
use crate::view::Front;

/// What was kept last; the defaults when that cannot be read.
pub(crate) fn read(dir: &Path, files: &dyn Files) -> Front {
    let text = files.read(&path(dir)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn path(dir: &Path) -> PathBuf {
    dir.join("front.json")
}

impl Device {
    /// What may be shown of this phone.
    pub(crate) fn front(&self) -> Result<Front> {
        self.store.outbox(|outbox| {
            let (waiting, _) = mutation::unsent(outbox)?;
            Ok(Front::new(waiting, &setting::get(outbox, SETTINGS)?))
        })
    }

    /// Keeps it where a locked phone finds it. A power cut may leave the one of before; no more than a number is at stake.
    pub(crate) fn keep_front(&self) {
        let Some(disk) = &self.disk else { return };
        let kept = self.front().and_then(|front| {
            let mut known = self.known_front();
            if known.as_ref() != Some(&front) {
                let path = path(&self.dir);
                let temporary = path.with_extension("part");
                disk.write(&temporary, &serde_json::to_vec(&front)?)?;
                disk.rename(&temporary, &path)?;
                *known = Some(front);
            }
            Ok(())
        });
        if let Err(failure) = kept {
            tracing::debug!(code = ?failure.code(), "the number on the lock screen stays as it was");
        }
    }
}
