//! Every main screen of both interfaces: saved as pictures in both themes and both languages, and examined by axe-core.

use super::Outcome;
use crate::command::{Done, run};
use crate::options::Options;
use crate::setup;
use crate::tree::Tree;

pub(super) fn field(tree: &Tree) -> Outcome {
    let out = tree.screenshots().join("field");
    run(tree
        .npm(["run", "screens", "--workspace", "field", "--", "--out"])
        .arg(out))
    .into()
}

pub(super) fn office(tree: &Tree) -> Outcome {
    let out = tree.screenshots().join("office");
    run(tree
        .npm(["run", "screens", "--workspace", "office"])
        .env("OFFICE_OUT", out))
    .and_then(|()| run(&mut tree.npm(["run", "live", "--workspace", "office"])))
    .into()
}

/// `cargo xtask screenshots`.
pub(crate) fn take(tree: &Tree, _options: &Options) -> Done {
    setup::for_tests(tree)?;
    let taken = super::perform(tree, |step| step.name.starts_with("screens-"));
    println!("Screenshots: {}", tree.screenshots().display());
    taken
}
