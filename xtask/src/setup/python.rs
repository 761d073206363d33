//! Tools that come as Python packages, each pinned and in an environment of its own.

use std::path::PathBuf;

use crate::command::{Stop, command, run};
use crate::tree::Tree;

/// The folder of programs of an environment that holds exactly this package, such as `schemathesis==4.32.5`.
pub(crate) fn environment(tree: &Tree, package: &str) -> Result<PathBuf, Stop> {
    let folder = tree.target.join("tools").join(package.replace("==", "-"));
    let programs = folder.join("bin");
    let done = folder.join("installed");
    if done.is_file() {
        return Ok(programs);
    }
    run(command(&tree.root, "python3", ["-m", "venv", "--clear"]).arg(&folder))?;
    let python = programs.join("python");
    let arguments = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        package,
    ];
    run(&mut command(&tree.root, &python.to_string_lossy(), arguments))?;
    // Written last, so that an interrupted installation begins again.
    std::fs::write(&done, package).map_err(|error| Stop::because(package, &error))?;
    Ok(programs)
}
