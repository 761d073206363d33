//! Types, lints, tests, build and size of the user interfaces. What each does stands in `ui/package.json`.

use super::Outcome;
use crate::command::run;
use crate::tree::Tree;
use crate::{build, setup};

pub(super) fn install(tree: &Tree) -> Outcome {
    setup::clean_node_modules(tree)
        .and_then(|()| crate::android::install_tools(tree))
        .into()
}

pub(super) fn check(tree: &Tree) -> Outcome {
    run(&mut tree.npm(["run", "check"])).into()
}

pub(super) fn test(tree: &Tree) -> Outcome {
    run(&mut tree.npm(["test"])).into()
}

pub(super) fn build(tree: &Tree) -> Outcome {
    build::interfaces(tree).into()
}

pub(super) fn size(tree: &Tree) -> Outcome {
    run(&mut tree.npm(["run", "size"])).into()
}
