//! Every door of the server is tried with input that nobody planned for.

use super::Outcome;
use crate::command::{Done, command, run as run_command};
use crate::tree::Tree;

/// Pinned, so that a new release cannot change what a commit means.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Runs schemathesis from an environment of its own, once per role signed in and once as a device.
fn doors(tree: &Tree) -> Done {
    let environment = tree.target.join("tools/schemathesis");
    let python = environment.join("bin/python");
    if !python.is_file() {
        run_command(command(&tree.root, "python3", ["-m", "venv"]).arg(&environment))?;
    }
    let arguments = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        SCHEMATHESIS,
    ];
    run_command(&mut command(&tree.root, &python.to_string_lossy(), arguments))?;
    let mut doors = command(&tree.root, &python.to_string_lossy(), ["tests/doors/doors.py"]);
    doors.env("XUNGE_SERVER_BIN", tree.own_folder().join("sync-server"));
    run_command(&mut doors)
}

pub(super) fn run(tree: &Tree) -> Outcome {
    doors(tree).into()
}
