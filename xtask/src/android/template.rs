//! Whether the committed Android project is still what Tauri's template makes of it, apart from our own edits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

use crate::check::Outcome;
use crate::command::{Done, Stop, command, run};
use crate::tree::Tree;

/// Where the fingerprints stand of the template files that ours were made from.
const RECORD: &str = "gen/android-template.sha256";
/// Files of ours that replace the template's; their template is compared with its recorded fingerprint instead.
const EDITED: [&str; 3] = [
    ".editorconfig",
    "app/build.gradle.kts",
    "app/src/main/AndroidManifest.xml",
];
/// Icons are made from `icons/mark.svg`; the template's own drawings are not kept.
const PICTURES: [&str; 2] = ["app/src/main/res/mipmap", "app/src/main/res/drawable"];

/// The template takes only names from the crate, so a crate of that name stands in for ours and all it depends on.
const CRATE: &str = r#"[package]
name = "field-app"
version = "0.1.0"
edition = "2024"

[workspace]

[lib]
name = "field_app"

[dependencies]
tauri = "2"

[build-dependencies]
tauri-build = "2"
"#;

/// Makes the project afresh in a folder of its own and compares.
pub(crate) fn check(tree: &Tree) -> Outcome {
    drift(tree).into()
}

fn drift(tree: &Tree) -> Done {
    let folder = tree.own_folder().join("android-template");
    let fresh = generate(tree, &folder).and_then(|()| hashes(&folder.join("src-tauri/gen/android")))?;
    let ours = hashes(&tree.android())?;
    let recorded = recorded(tree)?;
    let mut differences = Vec::new();
    for (name, hash) in fresh
        .iter()
        .filter(|(name, _)| !PICTURES.iter().any(|start| name.starts_with(start)))
    {
        let expected = if EDITED.contains(&name.as_str()) {
            recorded.get(name)
        } else {
            ours.get(name)
        };
        if expected != Some(hash) {
            differences.push(name.as_str());
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(Stop(format!(
        "Tauri's template differs in {}. Take the change over from {} into gen/android, and the fingerprint of an \
         edited file into {RECORD}.",
        differences.join(", "),
        folder.join("src-tauri/gen/android").display(),
    )))
}

/// `tauri android init` beside a pretended SDK: it only looks whether the folders are there.
fn generate(tree: &Tree, folder: &Path) -> Done {
    let failed = |error: &io::Error| Stop::because("the fresh Android project", error);
    prepare(tree, folder).map_err(|error| failed(&error))?;
    let sdk = folder.join("sdk");
    let arguments = [
        "run",
        "--silent",
        "tauri",
        "--",
        "android",
        "init",
        "--ci",
        "--skip-targets-install",
    ];
    let mut init = command(&folder.join("src-tauri"), "npm", arguments);
    run(init.env("ANDROID_HOME", &sdk).env("NDK_HOME", sdk.join("ndk/28.0.0")))
}

fn prepare(tree: &Tree, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let ndk = folder.join("sdk/ndk/28.0.0");
    fs::create_dir_all(ndk.join("toolchains/llvm/prebuilt/linux-x86_64/bin"))?;
    fs::create_dir_all(folder.join("sdk/platform-tools"))?;
    fs::write(ndk.join("source.properties"), "Pkg.Revision = 28.0.12674087\n")?;
    let shell = folder.join("src-tauri");
    fs::create_dir_all(shell.join("src"))?;
    for name in ["tauri.conf.json", "package.json"] {
        fs::copy(tree.shell().join(name), shell.join(name))?;
    }
    fs::write(shell.join("Cargo.toml"), CRATE)?;
    fs::write(shell.join("src/lib.rs"), "")?;
    std::os::unix::fs::symlink(tree.shell().join("node_modules"), shell.join("node_modules"))
}

/// The SHA-256 of every file below `folder` that a commit would hold, by its path.
fn hashes(folder: &Path) -> Result<BTreeMap<String, String>, Stop> {
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found).map_err(|error| Stop::because(&folder.display().to_string(), &error))?;
    Ok(found)
}

fn collect(top: &Path, folder: &Path, found: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            collect(top, &path, found)?;
        } else {
            let name = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().into_owned();
            found.insert(name, hex(&Sha256::digest(fs::read(&path)?)));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn recorded(tree: &Tree) -> Result<BTreeMap<String, String>, Stop> {
    let text = fs::read_to_string(tree.shell().join(RECORD)).map_err(|error| Stop::because(RECORD, &error))?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
        .collect())
}
