//! A screen for windows on a machine that has none.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::command::Stop;

/// A running Xvfb; ends when dropped.
pub(crate) struct Screen {
    child: Child,
    name: String,
}

impl Screen {
    /// True when windows can be opened already.
    pub(crate) fn is_there() -> bool {
        ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    }

    /// Starts one under the first free number.
    pub(crate) fn start() -> Result<Self, Stop> {
        for number in 90..190 {
            if std::path::Path::new(&format!("/tmp/.X{number}-lock")).exists() {
                continue;
            }
            let name = format!(":{number}");
            let child = Command::new("Xvfb")
                .args([&name, "-screen", "0", "1440x1000x24", "-nolisten", "tcp"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| Stop::because("Xvfb", &error))?;
            let mut screen = Self { child, name };
            if screen.is_up(number) {
                return Ok(screen);
            }
        }
        Err(Stop("Xvfb did not start under any number from 90 to 189.".to_owned()))
    }

    /// The value for `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn is_up(&mut self, number: u32) -> bool {
        let socket = format!("/tmp/.X11-unix/X{number}");
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return false;
            }
            if std::path::Path::new(&socket).exists() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            eprintln!("Xvfb: {error}");
        }
    }
}
