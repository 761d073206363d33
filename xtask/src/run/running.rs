//! A child that is ended with its parent's work.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::command::Stop;

/// How a child came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself, well.
    Well,
    /// Because Ctrl-C was pressed.
    OnRequest,
}

/// A running child. What it prints is passed on and, when its output is piped, also kept.
pub(super) struct Running {
    name: &'static str,
    child: Child,
    printed: Arc<Mutex<String>>,
}

impl Running {
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<Self, Stop> {
        let mut child = command.spawn().map_err(|error| Stop::because(name, &error))?;
        let printed = Arc::new(Mutex::new(String::new()));
        if let Some(output) = child.stdout.take() {
            let kept = Arc::clone(&printed);
            // Ends with the child, whose end closes the pipe.
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    println!("{line}");
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.push_str(&line);
                    kept.push('\n');
                }
            });
        }
        Ok(Self { name, child, printed })
    }

    /// What it has printed so far.
    pub(super) fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn has_ended(&mut self) -> Result<bool, Stop> {
        let ended = self
            .child
            .try_wait()
            .map_err(|error| Stop::because(self.name, &error))?;
        Ok(ended.is_some())
    }

    /// Waits for its end; ends it when `stop` is set.
    pub(super) fn wait(&mut self, stop: &AtomicBool) -> Result<Ended, Stop> {
        loop {
            if stop.load(Ordering::SeqCst) {
                self.end();
                return Ok(Ended::OnRequest);
            }
            let status = self
                .child
                .try_wait()
                .map_err(|error| Stop::because(self.name, &error))?;
            match status {
                Some(status) if status.success() => return Ok(Ended::Well),
                // Ctrl-C at the terminal reaches the child first.
                Some(_) if requested_soon(stop) => return Ok(Ended::OnRequest),
                Some(status) => return Err(Stop(format!("{}: {status}", self.name))),
                None => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Asks it to end, waits ten seconds, then ends it.
    pub(super) fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..100 {
            if asked.is_err() || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            eprintln!("{}: {error}", self.name);
        }
    }
}

fn requested_soon(stop: &AtomicBool) -> bool {
    std::thread::sleep(Duration::from_millis(300));
    stop.load(Ordering::SeqCst)
}
