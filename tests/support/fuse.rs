//! Power that may go at any moment: every call a device makes to its clock or its disk is such a moment. The app ends there
//! by a panic, so nothing after it happens; open transactions are rolled back as SQLite rolls them back at the next start.

use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// What a cut ends the app with.
#[derive(Debug, Clone, Copy)]
pub struct PowerCut;

const NEVER: i64 = i64::MAX;

/// Burns down by one with each call.
#[derive(Debug)]
pub struct Fuse {
    left: AtomicI64,
    /// The whole process ends, as by a kill.
    kills: AtomicBool,
}

impl Default for Fuse {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(NEVER),
            kills: AtomicBool::new(false),
        }
    }
}

impl Fuse {
    /// The power goes after so many calls.
    pub fn burn_down_after(&self, calls: u32) {
        self.left.store(i64::from(calls), Ordering::Relaxed);
    }

    /// This process is killed after so many calls.
    pub fn kill_after(&self, calls: u32) {
        self.kills.store(true, Ordering::Relaxed);
        self.burn_down_after(calls);
    }

    /// The power stays.
    pub fn disarm(&self) {
        self.left.store(NEVER, Ordering::Relaxed);
    }

    /// Does something that is not the phone's own doing, and at which its power never goes.
    pub fn spare<T>(&self, does: impl FnOnce() -> T) -> T {
        let left = self.left.swap(NEVER, Ordering::Relaxed);
        let done = does();
        self.left.store(left, Ordering::Relaxed);
        done
    }

    /// A moment at which the power may go. Once it is gone, every later call ends the same way.
    pub(crate) fn moment(&self) {
        if self.left.load(Ordering::Relaxed) == NEVER || std::thread::panicking() {
            return;
        }
        if self.left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            if self.kills.load(Ordering::Relaxed) {
                std::process::abort();
            }
            panic::panic_any(PowerCut);
        }
    }

    /// Cuts are part of the story and are not printed.
    pub fn keep_quiet() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let loud = panic::take_hook();
            panic::set_hook(Box::new(move |cause| {
                if !cause.payload().is::<PowerCut>() {
                    loud(cause);
                }
            }));
        });
    }
}
