//! The two copies of a 12-megapixel photo, against vipsthumbnail making the same two files.
//!
//! Both sides run as processes on one thread, read the file and write both copies; several copies of the photo go
//! through one process each, so that starting up counts for little on either side. Ours also hashes all three files,
//! reads the EXIF block and turns the picture. The small copy is made from the large one on both sides.

use std::path::{Path, PathBuf};
use std::process::Command;

use domain::{CapturedAt, PhotoRole};

use crate::cpu;
use crate::fault::Fault;
use crate::material;
use crate::report::{Measure, RUNS};

/// The argument that makes this program the measured one.
pub(crate) const CHILD: &str = "photo-child";

/// Photos in one process.
const COUNT: usize = 8;

const PHOTOS: [(&str, &str); 2] = [
    (
        "photo copies, 12.6 MP, upright as stored",
        "photos/phones/vivo_x90pro_shenzhen_12mp.jpg",
    ),
    (
        "photo copies, 12 MP, turned a quarter",
        "photos/phones/xiaomi_mi9t_12mp_o6.jpg",
    ),
];

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    PHOTOS
        .iter()
        .map(|(name, path)| compare(name, &material::file(path)?))
        .collect()
}

fn compare(name: &str, photo: &Path) -> Result<Measure, Fault> {
    let folder = tempfile::tempdir()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (our, their) = (our_copies(photo, folder.path())?, vips_copies(photo, folder.path())?);
        // The first run warms the disk's cache.
        if run > 0 {
            ours.push(our / COUNT as f64);
            theirs.push(their / COUNT as f64);
        }
    }
    Ok(Measure::new(name, "ms CPU", &ours, "vipsthumbnail", &theirs))
}

fn our_copies(photo: &Path, folder: &Path) -> Result<f64, Fault> {
    let program = std::env::current_exe()?;
    cpu::time(
        Command::new(program)
            .arg(CHILD)
            .arg(photo)
            .arg(COUNT.to_string())
            .arg(folder),
    )
}

fn vips_copies(photo: &Path, folder: &Path) -> Result<f64, Fault> {
    let inputs: Vec<PathBuf> = (0..COUNT).map(|n| folder.join(format!("in{n}.jpg"))).collect();
    for input in &inputs {
        std::fs::copy(photo, input)?;
    }
    let large: Vec<PathBuf> = (0..COUNT).map(|n| folder.join(format!("in{n}.large.jpg"))).collect();
    let first = cpu::time(&mut vips(
        &inputs,
        "2048x2048",
        &folder.join("%s.large.jpg[Q=80,strip]"),
    ))?;
    let second = cpu::time(&mut vips(&large, "320x320", &folder.join("%s.small.jpg[Q=75,strip]")))?;
    Ok(first + second)
}

fn vips(inputs: &[PathBuf], size: &str, output: &Path) -> Command {
    let mut command = Command::new("vipsthumbnail");
    command
        .args(inputs)
        .arg("--size")
        .arg(size)
        .arg("-o")
        .arg(output)
        .env("VIPS_CONCURRENCY", "1");
    command
}

/// The measured part: input, count, output folder.
pub(crate) fn run_child(arguments: &[String]) -> Result<(), Fault> {
    let [input, count, folder] = arguments else {
        return Err(Fault::Arguments);
    };
    let count = count.parse().ok().ok_or(Fault::Arguments)?;
    (0..count).try_for_each(|n| write_copies(Path::new(input), Path::new(folder), n))
}

fn write_copies(input: &Path, folder: &Path, n: usize) -> Result<(), Fault> {
    let bytes = std::fs::read(input)?;
    let settings = photo::Settings::default();
    // Any instant after the photos were taken; it only decides whether their times are believed.
    let now = CapturedAt(1_795_392_000_000);
    let photo =
        photo::process(&bytes, None, PhotoRole::Wide, now, &settings).map_err(|error| Fault::Photo(error.code))?;
    let (upright, preview) = photo.require_copies().map_err(|error| Fault::Photo(error.code))?;
    std::fs::write(folder.join(format!("our{n}.large.jpg")), upright)?;
    Ok(std::fs::write(folder.join(format!("our{n}.small.jpg")), preview)?)
}
