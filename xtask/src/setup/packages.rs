//! Debian packages: asked for only when they are missing.

use std::process::Command;

use crate::command::{Done, Stop, command, exists, run, succeeds};
use crate::tree::Tree;

/// The field app's window, and the ciphers of its databases.
pub(super) const BUILD: &[&str] = &[
    "gcc",
    "g++",
    "make",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libssl-dev",
];
/// A window without a screen, and the two browsers that look at it.
pub(super) const HEADLESS: &[&str] = &["xvfb", "webkit2gtk-driver", "chromium", "fonts-noto-cjk"];
/// Checks of manifests, Kotlin and the server's doors; the server's second database.
pub(super) const CHECKS: &[&str] = &[
    "git",
    "libxml2-utils",
    "default-jre-headless",
    "python3-venv",
    "postgresql",
];
/// What the benchmarks compare with.
pub(super) const BENCH: &[&str] = &["libvips-tools", "time"];
/// A compiler that comes with the sources of its standard library, for the Android type check.
pub(crate) const ANDROID_TYPES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// Installs what is missing of `packages`, as root or through sudo.
pub(crate) fn install(tree: &Tree, packages: &[&str]) -> Done {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|name| !is_installed(tree, name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !exists("apt-get") {
        return Err(Stop(format!(
            "This needs Debian 12 or 13 (Ubuntu as far as it goes); on another system install these first: {}.",
            missing.join(", ")
        )));
    }
    println!("Installing {}", missing.join(", "));
    run(&mut apt(tree, &["update", "-q"])?)?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(&missing);
    run(&mut apt(tree, &install)?)
}

fn is_installed(tree: &Tree, package: &str) -> bool {
    succeeds(&mut command(
        &tree.root,
        "sh",
        [
            "-c",
            "dpkg -s \"$0\" 2>/dev/null | grep -q '^Status: install ok'",
            package,
        ],
    ))
}

fn apt(tree: &Tree, arguments: &[&str]) -> Result<Command, Stop> {
    let root = crate::command::output(&mut command(&tree.root, "id", ["-u"]))?.trim() == "0";
    if root {
        let mut apt = command(&tree.root, "apt-get", arguments);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        Ok(apt)
    } else if exists("sudo") {
        let mut words = vec!["DEBIAN_FRONTEND=noninteractive", "apt-get"];
        words.extend(arguments);
        Ok(command(&tree.root, "sudo", words))
    } else {
        Err(Stop(
            "Installing Debian packages needs root or sudo, and here is neither.".to_owned(),
        ))
    }
}
