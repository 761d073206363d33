//! Whether the generated files are what the code makes today.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use super::Outcome;
use crate::command::{Done, Stop};
use crate::generate;
use crate::tree::Tree;

/// Everything a generator writes.
const GENERATED: [&str; 5] = [
    generate::TYPES,
    generate::STATES,
    generate::DESCRIPTION,
    generate::CLIENT,
    generate::DEMO,
];

/// Generates everything again and compares with what was there before.
pub(super) fn check(tree: &Tree) -> Outcome {
    compare(tree).into()
}

fn compare(tree: &Tree) -> Done {
    let before = contents(tree)?;
    generate::everything(tree)?;
    let after = contents(tree)?;
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ: Vec<&str> = all
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(String::as_str)
        .collect();
    if differ.is_empty() {
        return Ok(());
    }
    Err(Stop(format!(
        "generated again, these are different now; look at them and commit: {}",
        differ.join(", ")
    )))
}

fn contents(tree: &Tree) -> Result<BTreeMap<String, Vec<u8>>, Stop> {
    let mut found = BTreeMap::new();
    for name in GENERATED {
        collect(&tree.root, &tree.root.join(name), &mut found).map_err(|error| Stop::because(name, &error))?;
    }
    Ok(found)
}

fn collect(root: &Path, path: &Path, found: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(root, &entry?.path(), found)?;
        }
    } else {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        found.insert(name, fs::read(path)?);
    }
    Ok(())
}
