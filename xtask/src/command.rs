//! Starting other programs.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// So many of the last lines stand in the reason of a failure where nobody watches.
const LAST_LINES: usize = 40;
/// How long the rest of an output is waited for once its program has ended.
const REST_WITHIN: Duration = Duration::from_secs(5);

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

/// Runs to the end; its output goes to the terminal. On a machine where nobody watches, and only the end of everything may be
/// kept, its last lines stand in the reason of a failure, too.
pub(crate) fn run(command: &mut Command) -> Done {
    let name = shown(command);
    let watched = std::env::var_os("CI").is_none();
    let ended = if watched {
        command.status().map(|status| (status, String::new()))
    } else {
        told(command)
    };
    let (status, last) = ended.map_err(|error| Stop::because(&name, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Stop(format!("{name}: {status}{last}")))
    }
}

/// Runs to the end, passes on what it prints, and gives the last lines of it, each with a line feed before it.
fn told(command: &mut Command) -> std::io::Result<(ExitStatus, String)> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let last = Arc::new(Mutex::new(VecDeque::with_capacity(LAST_LINES)));
    let (ended, all) = mpsc::channel::<()>();
    if let Some(printed) = child.stdout.take() {
        let (last, ended) = (Arc::clone(&last), ended.clone());
        thread::spawn(move || pass_on(printed, std::io::stdout(), &last, ended));
    }
    if let Some(printed) = child.stderr.take() {
        let last = Arc::clone(&last);
        thread::spawn(move || pass_on(printed, std::io::stderr(), &last, ended));
    }
    let status = child.wait()?;
    // What it left running may hold its output open for as long as it likes. Nothing is ever sent: both readers hang up.
    let _all_read = all.recv_timeout(REST_WITHIN);
    let last = last.lock().unwrap_or_else(PoisonError::into_inner);
    Ok((status, last.iter().map(|line| format!("\n  {line}")).collect()))
}

/// Copies line by line and remembers the last ones. What cannot be copied any more is still read, so that the program goes on.
fn pass_on(printed: impl Read, mut to: impl Write, last: &Mutex<VecDeque<String>>, _ended: Sender<()>) {
    let mut printed = BufReader::new(printed);
    let mut line = Vec::new();
    while printed.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _unseen = to.write_all(&line).and_then(|()| to.flush());
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (ExitStatus, String) {
        told(&mut command(Path::new("."), "sh", ["-c", script])).unwrap()
    }

    #[test]
    fn the_reason_holds_the_last_lines_of_both_streams() {
        let (status, last) = shell("echo one; echo two >&2; exit 3");
        assert_eq!(status.code(), Some(3));
        let mut lines: Vec<&str> = last.lines().skip(1).map(str::trim).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn what_is_left_running_with_the_output_open_holds_nothing_up() {
        let (status, last) = shell("echo said; sleep 20 & exit 0");
        assert!(status.success());
        assert_eq!(last, "\n  said");
    }

    #[test]
    fn of_much_output_the_end_is_kept() {
        let (_, last) = shell("i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done");
        assert_eq!(last.lines().count(), LAST_LINES + 1);
        assert!(last.ends_with("line 99"), "{last}");
    }
}
