//! Who runs the cluster: the ordinary user who runs the tests, or for root somebody else, because PostgreSQL refuses root.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Who runs the programs of PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct Account(Option<&'static str>);

impl Account {
    pub(crate) fn for_postgres() -> Self {
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            return Self(None);
        }
        let known = ["postgres", "nobody"];
        let is_known = |name: &&&str| {
            Command::new("id")
                .arg(name)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        Self(Some(known.iter().find(is_known).expect("an ordinary user")))
    }

    pub(crate) fn make_folder(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        if let Some(name) = self.0 {
            let mut chown = Command::new("chown");
            succeed(chown.arg(name).arg(folder));
        }
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        match self.0 {
            Some(name) => {
                let mut command = Command::new("runuser");
                command.args(["-u", name, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    pub(crate) fn run<'a>(&self, program: &Path, arguments: impl IntoIterator<Item = &'a str>) {
        succeed(self.command(program).args(arguments).current_dir("/"));
    }
}

/// Runs a command; what it said is shown when it failed. Its output goes to a file, because a server that it starts
/// would keep a pipe open.
fn succeed(command: &mut Command) {
    let said = std::env::temp_dir().join(format!("xunge-postgres-said-{}", std::process::id()));
    let out = fs::File::create(&said).unwrap();
    command
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out);
    let status = command.status();
    let text = fs::read_to_string(&said).unwrap_or_default();
    drop(fs::remove_file(&said));
    assert!(status.is_ok_and(|status| status.success()), "{command:?}: {text}");
}
