//! One file in one process: what came of it, and what it cost.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::{PhotoFile, PhotoManifest, PhotoRole};
use serde_json::{Value, json};

use crate::material::{NOW, Row};

const FILE: &str = "XUNGE_PHOTO_FILE";
const MARK: &str = "SEEN ";

/// Far more than any file needs, even unoptimised on a busy machine; an endless loop needs more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the process said.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The photo, or the code of the refusal.
    pub(crate) outcome: Result<Photo, String>,
    pub(crate) peak_kb: u64,
    pub(crate) ms: u64,
}

#[derive(Debug)]
pub(crate) struct Photo {
    pub(crate) manifest: PhotoManifest,
    pub(crate) orientation: u64,
    /// What is wrong with the bytes of the copies, seen where they are.
    pub(crate) faults: Vec<String>,
}

/// Runs this test binary again for `row` and reads what it says.
pub(crate) fn run(folder: &Path, row: &Row) -> Seen {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["one_file", "--exact", "--ignored", "--nocapture"])
        .env(FILE, folder.join(&row.path))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait(&mut child, &row.path);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .find_map(|line| line.split_once(MARK))
        .unwrap_or_else(|| panic!("{}: died", row.path));
    seen(&serde_json::from_str(line.1).unwrap())
}

fn wait(child: &mut Child, path: &str) {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{path}: no end after {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn seen(said: &Value) -> Seen {
    let outcome = match said["code"].as_str() {
        Some(code) => Err(code.to_owned()),
        None => Ok(Photo {
            manifest: serde_json::from_value(said["manifest"].clone()).unwrap(),
            orientation: said["orientation"].as_u64().unwrap(),
            faults: serde_json::from_value(said["faults"].clone()).unwrap(),
        }),
    };
    Seen {
        outcome,
        peak_kb: said["peak_kb"].as_u64().unwrap(),
        ms: said["ms"].as_u64().unwrap(),
    }
}

/// What the child prints, after running the pipeline on the file it was given.
pub(crate) fn report() -> String {
    let path = std::env::var(FILE).unwrap();
    let input = std::fs::read(&path).unwrap();
    let start = Instant::now();
    let result = photo::process(
        &input,
        Some(&path),
        PhotoRole::CloseUp,
        NOW,
        &photo::Settings::default(),
    );
    let ms = start.elapsed().as_millis() as u64;
    let mut said = match &result {
        Ok(photo) => json!({
            "manifest": photo.manifest,
            "orientation": photo.orientation,
            "faults": ([faults("upright", photo.upright.as_deref(), photo.manifest.upright.as_ref()), faults("preview", photo.preview.as_deref(), photo.manifest.preview.as_ref())].concat()),
        }),
        Err(error) => json!({ "code": error.code }),
    };
    said["peak_kb"] = peak_kb().into();
    said["ms"] = ms.into();
    format!("{MARK}{said}")
}

fn faults(name: &str, bytes: Option<&[u8]>, described: Option<&PhotoFile>) -> Vec<String> {
    let (Some(bytes), Some(described)) = (bytes, described) else {
        return if bytes.is_some() == described.is_some() {
            vec![]
        } else {
            vec![format!("{name}: bytes without words")]
        };
    };
    let mut faults = Vec::new();
    let mut check = |holds: bool, what: &str| faults.extend((!holds).then(|| format!("{name}: {what}")));
    check(
        bytes.starts_with(b"\xff\xd8") && bytes.ends_with(b"\xff\xd9"),
        "not a JPEG",
    );
    check(
        !bytes.windows(4).any(|four| four == b"Exif" || four == b"http"),
        "carries words of the file",
    );
    check(bytes.len() as u64 == described.size, "size");
    faults
}

/// The most memory this process ever held, from the kernel.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
