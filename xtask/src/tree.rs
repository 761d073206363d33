//! Where things are, and the environment every build of this tree shares.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Stop, command, output};

/// The one feature set of every build, so that no step rebuilds what another has built.
pub(crate) const FEATURES: [&str; 3] = ["--workspace", "--features", "field-app/custom-protocol"];

/// The folders of this checkout.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The workspace root.
    pub(crate) root: PathBuf,
    /// Where builds go; outside the checkout unless `CARGO_TARGET_DIR` says otherwise.
    pub(crate) target: PathBuf,
}

impl Tree {
    /// Finds the checkout this program was built from, and its target folder.
    pub(crate) fn find() -> Result<Self, Stop> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
        let root = root.ok_or_else(|| Stop("xtask stands in no workspace.".to_owned()))?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => default_target(&root)?,
        };
        Ok(Self { root, target })
    }

    /// True under continuous integration, where nothing may be left out.
    pub(crate) fn is_ci(&self) -> bool {
        std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
    }

    /// `cargo` in this tree, with the shared target folder.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = command(&self.root, "cargo", arguments);
        cargo.env("CARGO_TARGET_DIR", &self.target);
        // What `cargo run` says of this program itself would make build scripts that listen for it (ring's) run again, and
        // everything after them.
        for (name, _) in std::env::vars_os() {
            let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
            if name.to_str().is_some_and(own) {
                cargo.env_remove(&name);
            }
        }
        if self.is_ci() {
            cargo
                .env("CARGO_INCREMENTAL", "0")
                .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        }
        cargo
    }

    /// `npm` in the folder of the user interfaces.
    pub(crate) fn npm<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        command(&self.ui(), "npm", arguments)
    }

    /// The npm workspace of both user interfaces.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A built program. Builds of other checkouts may lie under the same name, so build first.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// The real photos and other material that tests read, when it is there.
    pub(crate) fn material(&self) -> Option<PathBuf> {
        let folder = match std::env::var_os("XUNGE_DATA") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("../shared/data"),
        };
        folder
            .join("photos")
            .is_dir()
            .then(|| folder.canonicalize().unwrap_or(folder))
    }

    /// Where screenshots go.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target.join("screenshots")
    }
}

/// Keyed by the compiler, so that another toolchain does not rebuild everything in the same folder.
fn default_target(root: &Path) -> Result<PathBuf, Stop> {
    let version = output(&mut command(root, "rustc", ["-V"]))?;
    let version = version.split_whitespace().nth(1).unwrap_or("unknown").to_owned();
    let home = std::env::var_os("HOME").ok_or_else(|| Stop("HOME is not set.".to_owned()))?;
    Ok(Path::new(&home).join(".cache/xunge").join(format!("target-{version}")))
}
