//! What can be said about the Android app without Android's own tools. `docs/ANDROID.md` says what cannot.

pub(crate) mod kotlin;
pub(crate) mod manifest;
pub(crate) mod template;
pub(crate) mod types;

use std::path::PathBuf;

use crate::command::{Done, command, run};
use crate::tree::Tree;

impl Tree {
    /// The shell of the field app.
    fn shell(&self) -> PathBuf {
        self.root.join("src-tauri")
    }

    /// The Android project.
    fn android(&self) -> PathBuf {
        self.shell().join("gen/android")
    }
}

/// Installs Tauri's command line and the Kotlin linter, exactly as locked.
pub(crate) fn install_tools(tree: &Tree) -> Done {
    run(&mut command(
        &tree.shell(),
        "npm",
        [
            "install",
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ],
    ))
}
