//! The story through the real app and the real office, on a hidden screen.

use std::path::Path;
use std::process::Command;

use super::Outcome;
use crate::command::{Done, Stop, command, run};
use crate::screen::Screen;
use crate::tree::Tree;

pub(super) fn story(tree: &Tree) -> Outcome {
    with_material(tree, |command| run(command.arg("tests/e2e/story.mjs")))
}

/// Android has no `ipc:` requests; there every command goes through `postMessage`.
pub(super) fn story_without_ipc(tree: &Tree) -> Outcome {
    with_material(tree, |command| {
        run(command.arg("tests/e2e/story.mjs").env("XUNGE_FORBID_IPC", "1"))
    })
}

fn with_material(tree: &Tree, act: impl FnOnce(&mut Command) -> Done) -> Outcome {
    let Some(material) = tree.material() else {
        let why = "XUNGE_DATA names no folder with the real photos".to_owned();
        return if tree.is_ci() {
            Outcome::Failed(why)
        } else {
            Outcome::NotRun(why)
        };
    };
    hidden(tree, &material, act).into()
}

fn hidden(tree: &Tree, material: &Path, act: impl FnOnce(&mut Command) -> Done) -> Done {
    link_node_modules(tree)?;
    let screen = Screen::start()?;
    let own = tree.own_folder();
    let mut node = command(&tree.root, "node", std::iter::empty::<&str>());
    node.env("DISPLAY", screen.name())
        .env_remove("WAYLAND_DISPLAY")
        .env("XUNGE_SERVER_BIN", own.join("sync-server"))
        .env("XUNGE_APP_BIN", own.join("field-app"))
        .env("XUNGE_DATA", material)
        .env("XUNGE_SCREENSHOTS", tree.screenshots());
    act(&mut node)
}

/// Node looks for packages beside and above a script; those of the end-to-end tests are installed with `ui`.
pub(crate) fn link_node_modules(tree: &Tree) -> Done {
    let link = tree.root.join("tests/e2e/node_modules");
    if link.symlink_metadata().is_ok() {
        return Ok(());
    }
    std::os::unix::fs::symlink("../../ui/node_modules", &link)
        .map_err(|error| Stop::because("tests/e2e/node_modules", &error))
}
