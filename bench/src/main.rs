//! `cargo xtask bench`: every measure beside a peer or a physical limit, taken in the same run on the same machine.
//!
//! Absolute times are printed and never asserted; the ratio is what can be compared between machines. Each measure
//! is taken five times, its median counts, and one whose spread exceeds a fifth of it is marked.

#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

mod bare;
mod bare_postgres;
mod client;
mod counted;
mod cpu;
mod device_phone;
mod dictionary;
mod fault;
mod material;
mod phone;
mod photo_copies;
mod push;
mod report;
mod reports;
mod rest;
mod save;
mod street;
mod sync;
mod threads;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use fault::Fault;
use report::Measure;

/// One group of measures: its name on the command line, and how to take it.
type Group = (&'static str, fn() -> Result<Vec<Measure>, Fault>);

const GROUPS: [Group; 13] = [
    ("photo", photo_copies::measure),
    ("save", save::measure),
    ("rest", rest::measure),
    ("push", push::measure),
    ("sync.wire", wire::measure),
    ("sync.push", push::measure_many),
    ("sync.postgres", sync::postgres::measure),
    ("sync.first", sync::first::measure),
    ("sync.rows", sync::rows::measure),
    ("sync.whole", sync::whole::measure),
    ("sync.office", sync::office::measure),
    ("sync.photos", sync::photos::measure),
    ("sync.idle", sync::idle::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        // The measured programs are processes, so that their processor time can be told from this one's.
        Some((name, rest)) if name == photo_copies::CHILD => photo_copies::run_child(rest),
        Some((name, [path])) if name == "dictionary" => dictionary::write(path),
        Some((name, [path])) if name == "dictionary-of-rows" => dictionary::rows::write(path),
        // The server whose memory is measured is a process too.
        Some((name, _)) if name == sync::idle::CHILD => return sync_server::cli::run(),
        _ => measure_all(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            println!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Takes the groups named, or all of them. `sync` names every group that begins with it.
fn measure_all(names: &[String]) -> Result<(), Fault> {
    let named = |name: &str, group: &str| {
        group
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some(unknown) = names
        .iter()
        .find(|name| GROUPS.iter().all(|(group, _)| !named(name, group)))
    {
        return Err(Fault::UnknownGroup(unknown.clone()));
    }
    let mut measures = Vec::new();
    for (group, measure) in GROUPS {
        if names.is_empty() || names.iter().any(|name| named(name, group)) {
            measures.extend(measure()?);
        }
    }
    print!("{}", report::table(&measures));
    let path = report::write(&target_folder(), &measures)?;
    println!("written to {}", path.display());
    Ok(())
}

/// Cargo's target folder: named by the environment, or the one this program was built into.
pub(crate) fn target_folder() -> PathBuf {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target"));
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(beside, PathBuf::from)
}
