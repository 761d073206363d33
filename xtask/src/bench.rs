//! `cargo xtask bench`: ratios against a peer or a physical limit in the same run.

use crate::command::{Done, Stop, run as run_command};
use crate::setup;
use crate::tree::Tree;

/// Builds with optimisation and runs every benchmark; `arguments` go to it as they are.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> Done {
    setup::for_bench(tree)?;
    let material = tree
        .material()
        .ok_or_else(|| Stop("XUNGE_DATA names no folder with the real photos.".to_owned()))?;
    let mut bench = tree.cargo(["run", "--locked", "--release", "--package", "bench", "--"]);
    bench.args(arguments).env("XUNGE_DATA", material);
    run_command(&mut bench)
}
