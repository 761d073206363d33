//! `cargo xtask prove`: runs the tests behind each promise of sync and prints what they found as one table.
//!
//! A test says what it found in a line of its own, `PROVE P7 name runs=60 violations=0 control=caught`; tests that share a
//! name share a row. `PROVE_SCALE=n` runs n times as long, with optimisation.

mod lines;
mod table;

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Command, Stdio};

use crate::build;
use crate::command::{Done, Stop, succeeds};
use crate::setup;
use crate::tree::{FEATURES, Tree};
use lines::Line;
use table::Table;

/// Where the tests stand that print such lines: package, and the beginning of their names. A test beside this checks that
/// none is missing.
const PROOFS: &[(&str, &str)] = &[
    ("xunge-tests", "agreement"),
    ("xunge-tests", "bundle"),
    ("xunge-tests", "chaos"),
    ("xunge-tests", "copies"),
    ("xunge-tests", "decoders"),
    ("xunge-tests", "fleet"),
    ("xunge-tests", "killed"),
    ("xunge-tests", "poison"),
    ("xunge-tests", "power"),
    ("xunge-tests", "simnet"),
    ("xunge-tests", "storm"),
    ("xunge-tests", "trouble"),
    ("sync-server", "race"),
    ("sync-server", "processes"),
    ("sync-server", "merge"),
    ("sync-server", "trust"),
    ("sync-server", "golden"),
];

/// Runs every proof, or those of the modules that `arguments` name, and fails unless everything promised was shown.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> Done {
    if let Some(unknown) = arguments
        .iter()
        .find(|name| PROOFS.iter().all(|(_, module)| module != name))
    {
        let known: Vec<&str> = PROOFS.iter().map(|(_, module)| *module).collect();
        return Err(Stop(format!(
            "\"{unknown}\" proves nothing. There are: {}.",
            known.join(", ")
        )));
    }
    setup::for_tests(tree)?;
    // The server takes the interfaces in when it is built.
    if !tree.ui().join("office/dist").is_dir() || !tree.ui().join("field/dist").is_dir() {
        build::interfaces(tree)?;
    }
    if !succeeds(&mut tree.cargo(["nextest", "--version"])) {
        return Err(Stop(
            "cargo nextest is missing; `cargo xtask setup` installs it.".to_owned(),
        ));
    }
    let wanted = |module: &str| arguments.is_empty() || arguments.iter().any(|name| name == module);
    let (passed, lines) = listen(&mut tests(tree, &filter(wanted)))?;
    let table = Table::of(lines);
    println!("\n{table}");
    let missing = if arguments.is_empty() {
        table.not_proved()
    } else {
        Vec::new()
    };
    let mut faults = table.faults();
    if !passed {
        faults.push("a test failed; what it says stands above".to_owned());
    }
    if !missing.is_empty() {
        faults.push(format!("not proved yet: {}", missing.join(", ")));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Stop(faults.join("\n")))
    }
}

fn filter(wanted: impl Fn(&str) -> bool) -> String {
    let chosen = PROOFS.iter().filter(|(_, module)| wanted(module));
    let each: Vec<String> = chosen
        .map(|(package, module)| format!("(package({package}) & test(/^{module}::/))"))
        .collect();
    each.join(" | ")
}

/// Long runs are optimised, and leave out the shell, which proves nothing here and takes longest to build.
fn tests(tree: &Tree, filter: &str) -> Command {
    let mut test = tree.cargo(["nextest", "run", "--locked", "--no-fail-fast", "--color", "never"]);
    if std::env::var("PROVE_SCALE").is_ok_and(|scale| scale != "1") {
        test.args(["--cargo-profile", "prove"]);
        let mut packages: Vec<&str> = PROOFS.iter().map(|(package, _)| *package).collect();
        packages.dedup();
        for package in packages {
            test.args(["--package", package]);
        }
    } else {
        test.args(FEATURES);
    }
    test.args(["--success-output", "immediate", "-E", filter]);
    if let Some(folder) = tree.material() {
        test.env("XUNGE_DATA", folder);
    }
    test
}

/// Runs to the end, shows everything, and keeps the lines. True when every test passed.
fn listen(command: &mut Command) -> Result<(bool, Vec<Line>), Stop> {
    let failed = |error| Stop::because("cargo nextest", &error);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let lines = std::thread::scope(|scope| {
        let other = scope.spawn(|| out.map(keep).unwrap_or_default());
        let mut lines = err.map(keep).unwrap_or_default();
        lines.extend(other.join().unwrap_or_default());
        lines
    });
    let passed = child.wait().map_err(failed)?.success();
    Ok((passed, lines))
}

fn keep(said: impl Read) -> Vec<Line> {
    let mut kept = Vec::new();
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        eprintln!("{line}");
        kept.extend(Line::read(&line));
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "node_modules" && name != "target" {
                rust_files(&path, found);
            } else if name.ends_with(".rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_file_that_prints_a_proof_is_run() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut files = Vec::new();
        for folder in ["domain", "photo", "src-tauri/device", "sync-server", "tests"] {
            rust_files(&root.join(folder), &mut files);
        }
        let prints = |path: &&PathBuf| fs::read_to_string(path).unwrap().contains("\"PROVE P");
        let proofs: Vec<&PathBuf> = files.iter().filter(prints).collect();
        assert!(proofs.len() > 2, "{proofs:?}");
        for path in proofs {
            let named = |(_, module): &&(&str, &str)| {
                let parts = path.strip_prefix(root).unwrap().with_extension("");
                let joined = parts.to_string_lossy().replace('/', "::");
                format!("{joined}::").contains(&format!("::{module}::"))
            };
            assert!(
                PROOFS.iter().any(|proof| named(&proof)),
                "{} is not run",
                path.display()
            );
        }
    }
}
