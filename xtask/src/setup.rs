//! What must be on the machine before anything is built.

mod packages;
pub(crate) mod python;
mod tools;

use crate::command::{Done, run};
use crate::tree::Tree;

pub(crate) use packages::{ANDROID_TYPES, install};

/// Everything that building and running with a window needs.
pub(crate) fn for_run(tree: &Tree, headless: bool) -> Done {
    tools::check(tree)?;
    install(tree, packages::BUILD)?;
    if headless {
        install(tree, packages::HEADLESS)?;
    }
    node_modules(tree)
}

/// Everything that the tests need.
pub(crate) fn for_tests(tree: &Tree) -> Done {
    for_checks(tree)?;
    node_modules(tree)
}

/// The same without the node packages, which the tests install as a step of their own.
pub(crate) fn for_checks(tree: &Tree) -> Done {
    tools::check(tree)?;
    install(tree, packages::BUILD)?;
    install(tree, packages::HEADLESS)?;
    install(tree, packages::CHECKS)
}

/// What the benchmarks compare with.
pub(crate) fn for_bench(tree: &Tree) -> Done {
    tools::check(tree)?;
    install(tree, packages::BUILD)?;
    install(tree, packages::BENCH)
}

/// Installs the node packages exactly as locked, unless they are there already.
pub(crate) fn node_modules(tree: &Tree) -> Done {
    let installed = tree.ui().join("node_modules/.package-lock.json");
    let lock = tree.ui().join("package-lock.json");
    let newer = |path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    if newer(&installed).is_some_and(|at| newer(&lock).is_some_and(|lock| at >= lock)) {
        return Ok(());
    }
    clean_node_modules(tree)
}

/// Installs the node packages exactly as locked.
pub(crate) fn clean_node_modules(tree: &Tree) -> Done {
    run(&mut tree.npm(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]))
}
