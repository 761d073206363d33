//! The server as its users run it: a program of its own, which can be killed.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::ground::Ground;

/// A program that was built together with this test.
///
/// # Panics
/// When it was not.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let beside = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(
        beside.is_file(),
        "{} is built with the workspace's tests",
        beside.display()
    );
    beside
}

/// One server process, and where it listens.
pub struct ServerProcess {
    child: Child,
    /// Its own address.
    pub address: SocketAddr,
}

impl ServerProcess {
    /// Starts one on a ground; several may share a PostgreSQL.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(ground: &Ground, folder: &Path) -> Self {
        let mut command = Command::new(program("sync-server"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder);
        if let Some(url) = ground.url() {
            command.args(["--database", url]);
        }
        let mut child = command
            .env("XUNGE_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = said.next().expect("the server says where it listens").unwrap();
        let address = line.rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// SIGKILL.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have been killed before.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
