//! The user interfaces and the programs.

use std::path::PathBuf;

use crate::command::{Done, Stop, run};
use crate::tree::{FEATURES, Tree};

/// The programs that a build of the tree gives.
#[derive(Debug)]
pub(crate) struct Programs {
    /// `sync-server`.
    pub(crate) server: PathBuf,
    /// `field-app`.
    pub(crate) app: PathBuf,
}

/// Builds both user interfaces; the shell and the server take them from `ui/*/dist`.
pub(crate) fn interfaces(tree: &Tree) -> Done {
    run(&mut tree.npm(["run", "build"]))
}

/// Builds every program and copies the two that run into this checkout's own folder,
/// because another checkout may share the target folder and overwrite them while they run.
pub(crate) fn programs(tree: &Tree) -> Result<Programs, Stop> {
    run(tree.cargo(["build", "--locked"]).args(FEATURES))?;
    let own = tree.own_folder();
    std::fs::create_dir_all(&own).map_err(|error| Stop::because("the folder for the programs", &error))?;
    let take = |name: &str| {
        let (from, to) = (tree.binary(name), own.join(name));
        // A running program cannot be written to, but its name can be taken away.
        let fresh = to.with_extension("fresh");
        std::fs::copy(&from, &fresh)
            .and_then(|_| std::fs::rename(&fresh, &to))
            .map_err(|error| Stop::because(name, &error))?;
        Ok::<_, Stop>(to)
    };
    Ok(Programs {
        server: take("sync-server")?,
        app: take("field-app")?,
    })
}
