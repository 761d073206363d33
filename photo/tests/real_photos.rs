//! All real photographs of `XUNGE_DATA/photos` through the pipeline, against the folder's own manifest.
//!
//! Every file runs in a process of its own, so that its peak memory is its own and an endless loop can be ended.
//! See the table: `cargo nextest run -p photo --no-capture -E 'test(every_real_photo)'`.

#[cfg(test)]
#[path = "real_photos/child.rs"]
mod child;
#[cfg(test)]
#[path = "real_photos/expected.rs"]
mod expected;
#[cfg(test)]
#[path = "real_photos/material.rs"]
mod material;

use std::fmt::Write as _;

use child::Seen;
use material::Row;

/// Files in the folder.
const FILES: usize = 114;

/// The promise: no file of the folder costs more.
const PEAK_LIMIT_MB: u64 = 300;

#[test]
fn every_real_photo_becomes_what_its_manifest_says_or_is_refused_with_its_code() {
    let Some(folder) = material::folder() else {
        println!("not run: XUNGE_DATA names no folder with photos");
        return;
    };
    let rows = material::rows(&folder);
    assert_eq!(rows.len(), FILES);
    let mut table = heading();
    let mut wrong = Vec::new();
    let mut peak = (0, String::new());
    for row in &rows {
        let seen = child::run(&folder, row);
        let problems = expected::problems(row, &seen);
        table.push_str(&line(row, &seen, &problems));
        wrong.extend(problems.into_iter().map(|problem| format!("{}: {problem}", row.path)));
        peak = peak.max((seen.peak_kb, row.path.clone()));
    }
    println!("{table}peak memory {} MB ({})", peak.0 / 1024, peak.1);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(peak.0 / 1024 < PEAK_LIMIT_MB, "{peak:?}");
}

#[test]
fn the_letter_f_looks_the_same_from_all_eight_orientations() {
    let Some(folder) = material::folder() else {
        println!("not run: XUNGE_DATA names no folder with photos");
        return;
    };
    let letters: Vec<_> = (1..=8)
        .map(|n| material::upright_grey(&folder, &format!("orientation/f{n}.jpg")))
        .collect();
    let (width, height, first) = &letters[0];
    let mirrored: Vec<u8> = first.chunks(*width).flat_map(|row| row.iter().rev().copied()).collect();
    assert!(
        difference(first, &mirrored) > 40.0,
        "the comparison must tell an F from its mirror image"
    );
    for (n, (w, h, letter)) in letters.iter().enumerate() {
        assert_eq!((w, h), (width, height), "f{}", n + 1);
        assert!(
            difference(first, letter) < 6.0,
            "f{}: {}",
            n + 1,
            difference(first, letter)
        );
    }
}

/// What a process of its own runs for one file; started by the test above only.
#[test]
#[ignore = "the other test runs it, once for each file"]
fn one_file() {
    println!("{}", child::report());
}

/// Mean difference of two grey pictures, 0 to 255.
fn difference(one: &[u8], other: &[u8]) -> f64 {
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

fn heading() -> String {
    format!(
        "{:<48} {:<28} {:>3} {:>22} {:>20} {:>5} {:>5}  odd\n",
        "file", "outcome", "o", "position", "taken (UTC)", "MB", "ms"
    )
}

fn line(row: &Row, seen: &Seen, problems: &[String]) -> String {
    let mut line = format!("{:<48} ", row.path);
    let mut tell = |outcome: &str, orientation: &str, position: &str, taken: &str, flags: &str| {
        let (peak, ms) = (seen.peak_kb / 1024, seen.ms);
        let mark = if problems.is_empty() { "" } else { " WRONG" };
        writeln!(
            line,
            "{outcome:<28} {orientation:>3} {position:>22} {taken:>20} {peak:>5} {ms:>5}  {flags}{mark}"
        )
        .expect("a string takes all");
    };
    match &seen.outcome {
        Ok(photo) => {
            let size = photo
                .manifest
                .upright
                .as_ref()
                .map(|file| format!("upright {}x{}", file.width, file.height));
            let position = photo
                .manifest
                .position
                .map(|at| format!("{:.5},{:.5}", at.lat, at.lon))
                .unwrap_or_default();
            let taken = photo
                .manifest
                .taken_at
                .map(|at| expected::utc(at.millis()))
                .unwrap_or_default();
            let flags: Vec<_> = photo.manifest.flags.iter().map(expected::wire_name).collect();
            let outcome = size.unwrap_or_else(|| "original only".to_owned());
            tell(
                &outcome,
                &photo.orientation.to_string(),
                &position,
                &taken,
                &flags.join(" "),
            );
        }
        Err(code) => tell(code, "", "", "", ""),
    }
    line
}
