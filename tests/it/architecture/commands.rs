//! The bridge: what the page asks for is what the shell answers.

use std::collections::BTreeSet;
use std::fs;

use super::{files, root};

#[test]
fn the_page_asks_for_exactly_the_commands_the_shell_answers() {
    let shell = fs::read_to_string(root().join("src-tauri/src/lib.rs")).unwrap();
    let answered: BTreeSet<&str> = shell
        .lines()
        .filter_map(|line| line.trim().strip_prefix("commands::")?.strip_suffix(','))
        .filter_map(|path| path.rsplit("::").next())
        .collect();
    let page = fs::read_to_string(root().join("ui/field/src/platform/tauri.ts")).unwrap();
    let asked: BTreeSet<&str> = page
        .match_indices("invoke('")
        .filter_map(|(at, start)| page[at + start.len()..].split('\'').next())
        .collect();
    assert!(answered.len() > 30, "{answered:?}");
    assert_eq!(asked, answered);
}

/// Android's web view turns raw bytes into nothing; everything crosses as JSON.
#[test]
fn no_command_speaks_in_raw_bytes() {
    for file in files(&root().join("src-tauri/src/commands"), &[".rs"]) {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["ipc::Response", "ipc::Request", "InvokeBody", "Vec<u8>"] {
            assert!(!text.contains(word), "{} uses {word}", super::shown(&file));
        }
    }
}
