//! A street with six enrolled phones, made once and copied for each history.

use std::path::PathBuf;

use xunge_tests::World;
use xunge_tests::server::copy_folder;
use xunge_tests::street::WORKERS;
use xunge_tests::world::fast_folder;

/// Folders to copy.
pub(super) struct Template {
    folder: tempfile::TempDir,
}

impl Template {
    pub(super) fn make() -> Self {
        let folder = fast_folder();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let world = World::new();
            for worker in WORKERS {
                let mut phone = world.worker(worker).await;
                phone.kill();
                copy_folder(phone.folder(), &folder.path().join(worker));
            }
            world.server.back_up(&folder.path().join("server"));
        });
        Self { folder }
    }

    pub(super) fn of(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
