//! The two tools that cannot be had as Debian packages: Rust and Node.

use crate::command::{Done, Stop, command, output};
use crate::tree::Tree;

const RUST: (u32, u32) = (1, 95);
const NODE: (u32, u32) = (20, 19);

/// One clear sentence for each tool that is missing or too old.
pub(super) fn check(tree: &Tree) -> Done {
    newer(tree, "rustc", RUST, "Rust", "https://rustup.rs")?;
    newer(tree, "node", NODE, "Node", "https://nodejs.org")?;
    newer(tree, "npm", (9, 0), "npm", "https://nodejs.org")
}

fn newer(tree: &Tree, program: &str, wanted: (u32, u32), name: &str, from: &str) -> Done {
    let (major, minor) = wanted;
    let found = output(&mut command(&tree.root, program, ["--version"]))
        .map_err(|Stop(why)| Stop(format!("Xunge needs {name} {major}.{minor} or newer ({from}): {why}.")))?;
    match version(&found) {
        Some(version) if version >= wanted => Ok(()),
        _ => Err(Stop(format!(
            "Xunge needs {name} {major}.{minor} or newer ({from}); here is {}.",
            found.trim()
        ))),
    }
}

/// The first two numbers of a version, as in `v20.20.2` or `rustc 1.95.0 (…)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let word = text
        .split_whitespace()
        .find(|word| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()))?;
    let mut numbers = word.trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_as_the_tools_print_them() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(version("10.8.2"), Some((10, 8)));
        assert_eq!(version("nonsense"), None);
    }

    #[test]
    fn a_lower_major_with_a_higher_minor_is_older() {
        assert!(version("v18.99.0") < Some((20, 19)));
    }
}
