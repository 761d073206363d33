//! Every door of the server is tried with input that nobody planned for.

use super::Outcome;
use crate::command::{Done, command, run as run_command};
use crate::setup::python;
use crate::tree::Tree;

/// Pinned, so that a new release cannot change what a commit means.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Runs schemathesis from an environment of its own, once per role signed in and once as a device.
fn doors(tree: &Tree) -> Done {
    let python = python::environment(tree, SCHEMATHESIS)?.join("python");
    let mut doors = command(&tree.root, &python.to_string_lossy(), ["tests/doors/doors.py"]);
    doors.env("XUNGE_SERVER_BIN", tree.own_folder().join("sync-server"));
    run_command(&mut doors)
}

pub(super) fn run(tree: &Tree) -> Outcome {
    doors(tree).into()
}
