//! `cargo xtask run`: from a checkout to a report in a queue, in one command.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::build::{self, Programs};
use crate::command::{Done, Stop, command, run as run_command};
use crate::options::Options;
use crate::screen::Screen;
use crate::setup;
use crate::tree::Tree;

const PORT: u16 = 8420;

/// Builds everything, starts the server, opens the field app and waits for Ctrl-C.
pub(crate) fn run(tree: &Tree, options: &Options) -> Done {
    let port = port(options)?;
    let headless = !Screen::is_there();
    setup::for_run(tree, headless)?;
    build::interfaces(tree)?;
    let programs = build::programs(tree)?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    ctrlc::set_handler(move || seen.store(true, Ordering::SeqCst)).map_err(|error| Stop::because("Ctrl-C", &error))?;

    let home = tree
        .own_folder()
        .join(if options.has("--empty") { "empty" } else { "demo" });
    let mut server = Running::start("the server", &mut server(tree, &programs, &home, port, options))?;
    let opened = if options.has("--office-only") {
        Ok(None)
    } else if headless {
        first_look(tree, &programs, port, &home).map(|()| None)
    } else {
        Running::start("the field app", &mut app(&programs.app, &home)).map(Some)
    };
    match opened {
        Ok(app) => wait(&stop, &mut server, app),
        Err(why) => {
            server.end();
            Err(why)
        }
    }
}

fn port(options: &Options) -> Result<u16, Stop> {
    options.all("--port").last().map_or(Ok(PORT), |text| {
        text.parse()
            .map_err(|error| Stop::because(&format!("--port {text}"), &error))
    })
}

fn server(tree: &Tree, programs: &Programs, home: &Path, port: u16, options: &Options) -> Command {
    let mut server = Command::new(&programs.server);
    server
        .arg("serve")
        .arg("--data-dir")
        .arg(home.join("server"))
        .arg("--office-dir")
        .arg(tree.ui().join("office/dist"))
        .arg("--listen")
        .arg(format!("127.0.0.1:{port}"))
        .arg(if options.has("--empty") { "--empty" } else { "--demo" });
    server
}

fn app(program: &Path, home: &Path) -> Command {
    let mut app = Command::new(program);
    app.env("XDG_DATA_HOME", home.join("phone"));
    app
}

/// Without a screen: both interfaces are opened once on a hidden one, and what they show is saved.
fn first_look(tree: &Tree, programs: &Programs, port: u16, home: &Path) -> Done {
    let screen = Screen::start()?;
    let folder = tree.screenshots().join("first-look");
    println!("There is no display, so both interfaces are opened on a hidden one.");
    crate::check::link_node_modules(tree)?;
    let mut look = command(&tree.root, "node", ["tests/e2e/first-look.mjs"]);
    look.env("DISPLAY", screen.name())
        .env("XUNGE_APP_BIN", &programs.app)
        .env("XUNGE_OFFICE", format!("http://127.0.0.1:{port}"))
        .env("XUNGE_PHONE", home.join("phone"))
        .env("XUNGE_SCREENSHOTS", &folder);
    run_command(&mut look)?;
    println!("Screenshots of the first screens: {}", folder.display());
    Ok(())
}

/// Until Ctrl-C, or until the server ends by itself.
fn wait(stop: &AtomicBool, server: &mut Running, mut app: Option<Running>) -> Done {
    println!("Ctrl-C stops everything.");
    loop {
        std::thread::sleep(Duration::from_millis(200));
        if stop.load(Ordering::SeqCst) {
            if let Some(app) = &mut app {
                app.end();
            }
            server.end();
            return Ok(());
        }
        if server.has_ended()? {
            return Err(Stop("The server ended; what it printed above says why.".to_owned()));
        }
        if let Some(running) = &mut app
            && running.has_ended()?
        {
            println!("The field app was closed. The server goes on; Ctrl-C stops it.");
            app = None;
        }
    }
}

/// A child that is ended with its parent's work.
struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<Self, Stop> {
        let child = command.spawn().map_err(|error| Stop::because(name, &error))?;
        Ok(Self { name, child })
    }

    fn has_ended(&mut self) -> Result<bool, Stop> {
        let ended = self
            .child
            .try_wait()
            .map_err(|error| Stop::because(self.name, &error))?;
        Ok(ended.is_some())
    }

    /// Asks it to end, waits ten seconds, then ends it.
    fn end(&mut self) {
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

impl Tree {
    /// Programs, databases and photos of this checkout's own runs.
    pub(crate) fn own_folder(&self) -> PathBuf {
        self.root.join("target/xunge")
    }
}
