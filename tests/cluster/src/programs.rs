//! Where the programs of PostgreSQL are: Debian keeps each release in a folder of its own, outside of the path.

use std::fs;
use std::path::{Path, PathBuf};

const DEBIAN: &str = "/usr/lib/postgresql";
const OLDEST: u32 = 15;

pub(crate) fn path(program: &str) -> PathBuf {
    let installed = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let releases = installed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let newest = releases.filter(|release| *release >= OLDEST).max();
    let inside = newest.map(|release| Path::new(DEBIAN).join(release.to_string()).join("bin").join(program));
    let on_path = || {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
    };
    inside
        .filter(|path| path.is_file())
        .or_else(on_path)
        .expect("PostgreSQL 15 or newer is installed (Debian package postgresql)")
}
