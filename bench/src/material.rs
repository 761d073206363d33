//! The real photographs and texts.

use std::path::PathBuf;

use crate::fault::Fault;

/// A file of `XUNGE_DATA`, or of the folder beside the repository.
pub(crate) fn file(path: &str) -> Result<PathBuf, Fault> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    let file = std::env::var_os("XUNGE_DATA")
        .map_or_else(beside, PathBuf::from)
        .join(path);
    if file.is_file() {
        Ok(file)
    } else {
        Err(Fault::NoMaterial(path.into()))
    }
}
