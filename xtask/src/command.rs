//! Starting other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why the work stopped, as a sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) String);

/// Work that either is done or says why not.
pub(crate) type Done = Result<(), Stop>;

impl Stop {
    /// A sentence from an operation and the error it met.
    pub(crate) fn because(what: &str, why: &dyn core::fmt::Display) -> Self {
        Self(format!("{what}: {why}"))
    }
}

/// A command in `folder`.
pub(crate) fn command<S: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments);
    command
}

/// Runs to the end; its output goes to the terminal.
pub(crate) fn run(command: &mut Command) -> Done {
    let name = shown(command);
    let status = command.status().map_err(|error| Stop::because(&name, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Stop(format!("{name}: {status}")))
    }
}

/// Runs to the end and gives its standard output; its errors go to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, Stop> {
    let name = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Stop::because(&name, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Stop(format!("{name}: {}", output.status)))
    }
}

/// Runs without any output; true when it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// True when a program of this name is in `PATH`.
pub(crate) fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// The command as a person would type it, without the folders.
fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .take(4)
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}
