//! `cargo xtask test`: every check as a named step, and a summary at the end.

mod e2e;
mod generated;
mod rust;
mod schemathesis;
mod screens;
mod step;
mod summary;
mod ui;

use std::time::Instant;

use crate::android;
use crate::command::{Done, Stop};
use crate::options::Options;
use crate::setup;
use crate::tree::Tree;

pub(crate) use e2e::link_node_modules;
pub(crate) use screens::take as screenshots;
pub(crate) use step::{Outcome, Step};
use summary::Summary;

/// Every step, in order. A step that needs what an earlier one builds says so.
const STEPS: &[Step] = &[
    Step {
        name: "machine",
        what: "tools and Debian packages",
        needs: &[],
        run: machine,
    },
    Step {
        name: "fmt",
        what: "cargo fmt --check",
        needs: &[],
        run: rust::fmt,
    },
    Step {
        name: "npm",
        what: "npm ci",
        needs: &["machine"],
        run: ui::install,
    },
    Step {
        name: "ui-check",
        what: "vue-tsc, eslint and message keys",
        needs: &["npm"],
        run: ui::check,
    },
    Step {
        name: "ui-test",
        what: "vitest",
        needs: &["npm"],
        run: ui::test,
    },
    Step {
        name: "ui-build",
        what: "vite build of both interfaces",
        needs: &["npm"],
        run: ui::build,
    },
    Step {
        name: "ui-size",
        what: "first-load JavaScript of the field app",
        needs: &["ui-build"],
        run: ui::size,
    },
    Step {
        name: "clippy",
        what: "cargo clippy, warnings are errors",
        needs: &["ui-build"],
        run: rust::clippy,
    },
    Step {
        name: "doc",
        what: "cargo doc, warnings are errors",
        needs: &["ui-build"],
        run: rust::doc,
    },
    Step {
        name: "licences",
        what: "cargo deny: licences, bans, sources",
        needs: &[],
        run: rust::deny,
    },
    Step {
        name: "test",
        what: "every Rust test",
        needs: &["ui-build"],
        run: rust::test,
    },
    Step {
        name: "test-postgres",
        what: "the server's tests once more, on PostgreSQL",
        needs: &["test"],
        run: rust::test_on_postgres,
    },
    Step {
        name: "generated",
        what: "generated files are up to date",
        needs: &["ui-build"],
        run: generated::check,
    },
    Step {
        name: "programs",
        what: "cargo build",
        needs: &["ui-build"],
        run: rust::programs,
    },
    Step {
        name: "e2e",
        what: "the story through the real app and office",
        needs: &["programs"],
        run: e2e::story,
    },
    Step {
        name: "e2e-android-path",
        what: "the same without ipc: requests",
        needs: &["programs"],
        run: e2e::story_without_ipc,
    },
    Step {
        name: "screens-field",
        what: "pictures and accessibility of the field app",
        needs: &["npm"],
        run: screens::field,
    },
    Step {
        name: "screens-office",
        what: "pictures and accessibility of the office",
        needs: &["npm"],
        run: screens::office,
    },
    Step {
        name: "doors",
        what: "schemathesis, once per role and as a device",
        needs: &["programs"],
        run: schemathesis::run,
    },
    Step {
        name: "android-manifest",
        what: "manifest, signing and capabilities",
        needs: &[],
        run: android::manifest::check,
    },
    Step {
        name: "android-template",
        what: "the Android project against Tauri's template",
        needs: &["npm"],
        run: android::template::check,
    },
    Step {
        name: "kotlin",
        what: "ktlint",
        needs: &["npm"],
        run: android::kotlin::check,
    },
    Step {
        name: "android-types",
        what: "cargo check for aarch64-linux-android",
        needs: &["ui-build"],
        run: android::types::check,
    },
];

/// What `cargo xtask lint` runs.
const LINT: &[&str] = &["fmt", "npm", "ui-check", "ui-build", "clippy"];

/// Runs the steps that were asked for, all of them unless told otherwise.
pub(crate) fn run(tree: &Tree, options: &Options) -> Done {
    let (only, skip): (Vec<&str>, Vec<&str>) = (options.all("--only").collect(), options.all("--skip").collect());
    if options.has("--list") {
        for step in STEPS {
            println!("{:18} {}", step.name, step.what);
        }
        return Ok(());
    }
    let named = only.iter().chain(&skip).copied();
    if let Some(unknown) = named
        .into_iter()
        .find(|name| STEPS.iter().all(|step| step.name != *name))
    {
        return Err(Stop(format!(
            "There is no step \"{unknown}\"; `cargo xtask test --list` names them."
        )));
    }
    perform(tree, |step| {
        (only.is_empty() || only.contains(&step.name)) && !skip.contains(&step.name)
    })
}

/// The checks that need no build of the tests.
pub(crate) fn lint(tree: &Tree, _options: &Options) -> Done {
    perform(tree, |step| LINT.contains(&step.name))
}

fn perform(tree: &Tree, wanted: impl Fn(&Step) -> bool) -> Done {
    std::fs::create_dir_all(&tree.target).map_err(|error| Stop::because("the target folder", &error))?;
    make_room(tree)?;
    let mut summary = Summary::default();
    for step in STEPS.iter().filter(|step| wanted(step)) {
        println!("\n── {}: {}", step.name, step.what);
        let started = Instant::now();
        let outcome = match summary.first_failed(step.needs) {
            Some(earlier) => Outcome::Failed(format!("needs \"{earlier}\", which failed")),
            None => (step.run)(tree),
        };
        summary.add(step.name, outcome, started.elapsed());
    }
    summary.print();
    summary.verdict()
}

fn machine(tree: &Tree) -> Outcome {
    setup::for_checks(tree).into()
}

/// Each checkout leaves its own programs in the shared folder; a machine that tests many of them would fill up.
fn make_room(tree: &Tree) -> Done {
    const LARGEST_GB: u64 = 16;
    let own = tree
        .target
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("target-"));
    if !tree.is_ci() || !own {
        return Ok(());
    }
    let size =
        crate::command::output(crate::command::command(&tree.root, "du", ["-s", "--block-size=1G"]).arg(&tree.target))?;
    let size: u64 = size
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(0);
    if size > LARGEST_GB {
        println!("The shared target folder holds {size} GB; it is emptied first.");
        std::fs::remove_dir_all(&tree.target).map_err(|error| Stop::because("the target folder", &error))?;
        std::fs::create_dir_all(&tree.target).map_err(|error| Stop::because("the target folder", &error))?;
    }
    Ok(())
}
