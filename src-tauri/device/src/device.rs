//! The device: one folder with two databases and its photos, and the ports to the outside.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::CapturedAt;
use domain::protocol::WireError;
use tokio::sync::Notify;

use crate::failure::{Failure, Result};
use crate::ports::{Files, Ports, Topic};
use crate::rest::DataKey;
use crate::store::{SET_ASIDE, Store, forgetting, photo_file};
use crate::sync::engine::Engine;
use crate::sync::is_wiping;
use crate::uploads::Upload;
use crate::view::Front;

/// A phone without its shell. All functions but [`Device::enrol`] and [`Device::run`] block for as long as a disk
/// takes; call them where that does no harm.
pub struct Device {
    pub(crate) dir: PathBuf,
    /// The disk as it is, where the files of `ports` are encrypted ones.
    pub(crate) disk: Option<Arc<dyn Files>>,
    pub(crate) ports: Ports,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    uploads: Mutex<HashMap<String, Upload>>,
    front: Mutex<Option<Front>>,
    /// The key it was opened with was destroyed.
    ended: AtomicBool,
    end_bell: Notify,
}

impl Device {
    /// Opens or makes the device in a folder of its own, encrypted with `key`; without one, as before a PIN is chosen.
    ///
    /// # Errors
    /// `database_newer`, `database_corrupt` (the outbox is left as it is), `phone_full` or `phone_write`.
    pub fn open(dir: &Path, ports: Ports, key: Option<&DataKey>) -> std::result::Result<Self, WireError> {
        Ok(Self::open_inner(dir, ports, key)?)
    }

    fn open_inner(dir: &Path, mut ports: Ports, key: Option<&DataKey>) -> Result<Self> {
        for folder in [
            dir.to_owned(),
            dir.join("photos"),
            dir.join("fetched"),
            dir.join("uploads"),
            dir.join("maps"),
        ] {
            ports.files.create_dir(&folder)?;
        }
        let opened = Store::open(dir, ports.files.as_ref(), key, ports.clock.wall_ms())?;
        let mut disk = None;
        if let Some(key) = key {
            let sealed = key.files(Arc::clone(&ports.files), Arc::clone(&ports.ids));
            disk = Some(std::mem::replace(&mut ports.files, sealed));
        }
        let device = Self {
            dir: dir.to_owned(),
            disk,
            ports,
            store: opened.store,
            engine: Engine::new(),
            uploads: Mutex::new(HashMap::new()),
            front: Mutex::new(None),
            ended: AtomicBool::new(false),
            end_bell: Notify::new(),
        };
        if device.store.outbox(is_wiping)? {
            device.finish_wiping()?;
        }
        device.try_to_forget();
        device.try_to_look_for_lost();
        device.drop_old_uploads()?;
        device.try_to_let_go();
        device.try_to_collect_orphans();
        if opened.cache_set_aside {
            device
                .ports
                .changed
                .changed(&[Topic::Reference, Topic::Households, Topic::Map]);
        }
        Ok(device)
    }

    /// Brings work to the server and rows to the phone, for as long as the app runs. Never returns.
    pub async fn run(&self) {
        crate::sync::run_loop(self).await;
    }

    /// Says whether the app is in front. In front it asks more often and listens for hints.
    pub fn set_in_front(&self, front: bool) {
        let mut memory = self.engine.memory();
        let came = front && !memory.front;
        memory.front = front;
        if came {
            memory.pull_due_at = memory.pull_due_at.min(self.ports.clock.mono_ms());
        }
        drop(memory);
        self.engine.wake();
    }

    /// The system says that the network changed: every wait ends.
    pub fn network_changed(&self) {
        self.engine.memory().try_everything_now();
        self.engine.wake();
        self.ports.changed.changed(&[Topic::Sync]);
    }

    /// Removes what somebody left who is signed in here no more. Until the disk lets it, no row is shown to anybody, and the app
    /// opens and takes records all the same.
    pub(crate) fn try_to_forget(&self) {
        if let Err(failure) = self.forget() {
            tracing::warn!(code = ?failure.code(), "the rows of whoever was signed in before could not be removed yet");
        }
    }

    /// On a full disk the app opens all the same, and the next start looks.
    fn try_to_look_for_lost(&self) {
        if let Err(failure) = self.store.write_outbox(|tx| photo_file::look_for_lost(tx)) {
            tracing::warn!(code = ?failure.code(), "photos that were lost could not be looked for");
        }
    }

    /// Removes copies of the server's rows that were found damaged and set aside.
    pub(crate) fn remove_set_aside(&self) -> Result<()> {
        let files = &self.ports.files;
        for file in files.list(&self.dir)? {
            if file.name.starts_with(SET_ASIDE) {
                files.remove(&self.dir.join(file.name))?;
            }
        }
        Ok(files.sync_dir(&self.dir)?)
    }

    fn forget(&self) -> Result<()> {
        if self.store.outbox(forgetting::are_photos_due)? {
            self.forget_fetched()?;
            self.remove_set_aside()?;
            self.store.write_outbox(|tx| forgetting::end_photos(tx))?;
        }
        // Whoever looks at the rows removes what is not theirs first.
        if self.store.outbox(forgetting::is_due)? {
            self.store.cache(|_| Ok(()))?;
        }
        Ok(())
    }

    /// Lets go of what is safe elsewhere. Whatever waits for it is more than the room it makes: on a full disk the app opens
    /// and takes its rows all the same, and the next start tries again.
    pub(crate) fn try_to_let_go(&self) {
        if let Err(failure) = self.let_go() {
            tracing::warn!(code = ?failure.code(), "what is safe elsewhere could not be let go of");
        }
    }

    /// Removes files that nothing names. Where it cannot be known what is named, they all stay, and the app opens all the same.
    fn try_to_collect_orphans(&self) {
        if let Err(failure) = self.collect_orphans() {
            tracing::warn!(code = ?failure.code(), "files that nothing names could not be removed");
        }
    }

    /// The key it was opened with is destroyed: this device ends, and another begins in its folder.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.end_bell.notify_one();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Waits for the end, for one that waits.
    pub(crate) async fn ending(&self) {
        while !self.has_ended() {
            self.end_bell.notified().await;
        }
    }

    pub(crate) fn now(&self) -> CapturedAt {
        CapturedAt(self.ports.clock.wall_ms())
    }

    pub(crate) fn uploads(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the lock screen was last given to show.
    pub(crate) fn known_front(&self) -> MutexGuard<'_, Option<Front>> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the interface, and the engine that there is work.
    pub(crate) fn saved(&self, topics: &[Topic]) {
        self.engine.wake();
        self.ports.changed.changed(topics);
    }
}

/// The code for something that is not here.
pub(crate) fn not_found() -> Failure {
    Failure::from(domain::ErrorCode::NotFound)
}

#[cfg(test)]
mod tests {
    use crate::test_support::{World, jpeg};

    #[test]
    fn a_draft_that_no_longer_parses_neither_stops_the_app_nor_costs_its_photos() {
        let mut world = World::enrolled();
        let draft = world.open_report();
        let photo = world.add_photo(&draft.id, "a.jpg", &jpeg(1)).photos.remove(0);
        let spoiled = world
            .device
            .store
            .write_outbox(|tx| Ok(tx.execute("update draft set body = '[' || body || ']'", [])?));
        assert_eq!(spoiled.unwrap(), 1);
        let manifest = photo.manifest.clone();
        for (_, file) in manifest.files() {
            let path = world.device.photo_path(&file.sha256);
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        world.restart();
        assert!(world.device.get_session().unwrap().enrolled);
        assert!(world.device.photo_file(&photo.id).is_ok());
        let other = world.device.open_draft(crate::view::NewDraft {
            kind: crate::view::DraftKind::Report,
            household: None,
            about: None,
        });
        let shown = world.device.list_drafts().unwrap();
        assert_eq!(shown, [other.unwrap()], "nor does it hide the others");
        assert!(world.device.get_today().is_ok());
        let on_disk = world
            .device
            .store
            .outbox(|outbox| Ok(outbox.query_row("select count(*) from draft", [], |row| row.get::<_, u32>(0))?));
        assert_eq!(on_disk.unwrap(), 2, "and it stays");
    }
}
