//! The dependency rule between crates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{files, root, shown};

/// Every crate of the workspace and the crates of the workspace it may use.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("photo", &["domain"]),
    ("seal", &[]),
    ("device", &["domain", "photo", "seal"]),
    ("field-app", &["device", "domain"]),
    ("sync-server", &["domain", "photo"]),
    ("cluster", &[]),
    ("xunge-tests", &["cluster", "device", "domain", "photo", "sync-server"]),
    ("bench", &["cluster", "device", "domain", "photo", "sync-server"]),
    ("xtask", &[]),
];

/// Libraries that only the named crates may use outside their tests.
const GUARDED: &[(&str, &[&str])] = &[
    ("tauri", &["field-app"]),
    ("tauri-build", &["field-app"]),
    ("axum", &["sync-server", "xunge-tests", "bench"]),
    ("rusqlite", &["device", "sync-server", "xunge-tests", "bench"]),
    ("postgres", &["sync-server", "cluster", "bench"]),
    ("object_store", &["sync-server"]),
    // The server names it for object_store alone, which needs its TLS.
    ("reqwest", &["device", "sync-server", "xunge-tests", "bench"]),
    ("tokio", &["device", "field-app", "sync-server", "xunge-tests", "bench"]),
    ("image", &["photo", "device"]),
    ("getrandom", &["device", "sync-server"]),
];

#[test]
fn each_crate_uses_only_the_crates_below_it() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES
        .iter()
        .map(|(name, below)| (*name, below.iter().copied().collect()))
        .collect();
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(name).collect();
    assert_eq!(
        names,
        allowed.keys().copied().collect(),
        "a new crate states here what it may use"
    );
    for package in &packages {
        let used: BTreeSet<&str> = dependencies(package).filter(|used| names.contains(used)).collect();
        let beyond: Vec<_> = used.difference(&allowed[name(package)]).collect();
        assert!(beyond.is_empty(), "{} may not use {beyond:?}", name(package));
    }
}

#[test]
fn guarded_libraries_stay_where_they_belong() {
    for package in &packages() {
        for (library, users) in GUARDED {
            let uses = dependencies(package).any(|used| used == *library);
            assert!(
                !uses || users.contains(&name(package)),
                "{} may not use {library}",
                name(package)
            );
        }
    }
}

#[test]
fn the_domain_touches_nothing_outside_its_arguments() {
    let outside = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "tokio",
    ];
    // Modules that are compiled for tests alone may read files.
    let for_tests = |file: &PathBuf| {
        file.components()
            .any(|part| ["tests", "tests.rs", "test_support.rs"].contains(&&*part.as_os_str().to_string_lossy()))
    };
    for file in files(&root().join("domain/src"), &[".rs"])
        .iter()
        .filter(|file| !for_tests(file))
    {
        let text = fs::read_to_string(file).unwrap();
        // Tests may compare with files; the rules themselves may not.
        let rules = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = rules.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (line, word) in code.flat_map(|line| outside.iter().map(move |word| (line, word))) {
            assert!(!line.contains(word), "{}: {word} in `{}`", shown(file), line.trim());
        }
    }
}

#[test]
fn a_module_is_a_file_of_its_own_name() {
    let named_mod: Vec<String> = files(root(), &["mod.rs"])
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "mod.rs"))
        .map(|path| shown(path))
        .collect();
    assert!(named_mod.is_empty(), "{named_mod:?}");
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// What a crate uses when it is built, not only when it is tested.
fn dependencies(package: &Value) -> impl Iterator<Item = &str> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|used| used["kind"] != "dev")
        .map(|used| used["name"].as_str().unwrap())
}
