//! `cargo xtask run`: from a checkout to a report in a queue, in one command.

mod first_look;
mod running;

use std::net::TcpListener;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::build::{self, Programs};
use crate::command::{Done, Stop, succeeds};
use crate::options::Options;
use crate::screen::Screen;
use crate::setup;
use crate::tree::Tree;
use running::{Ended, Running};

const PORT: u16 = 8420;
/// A first start of the demo street writes 200 households and draws its pictures; a slow disk takes a while.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// What one start needs to know.
struct Start<'a> {
    tree: &'a Tree,
    programs: Programs,
    /// Data of the server and of the phone; kept between starts.
    home: PathBuf,
    port: u16,
    empty: bool,
    /// Set by Ctrl-C.
    stop: Arc<AtomicBool>,
}

/// Builds everything, starts the server, opens the field app and waits for Ctrl-C.
pub(crate) fn run(tree: &Tree, options: &Options) -> Done {
    let port = port(options)?;
    free(port)?;
    let headless = !Screen::is_there();
    say(1, "what this machine lacks");
    setup::for_run(tree, headless)?;
    say(2, "both user interfaces");
    build::interfaces(tree)?;
    say(3, "the programs (the first time takes some minutes)");
    let programs = build::programs(tree)?;
    let empty = options.has("--empty");
    let start = Start {
        tree,
        programs,
        home: tree.own_folder().join(if empty { "empty" } else { "demo" }),
        port,
        empty,
        stop: Arc::new(AtomicBool::new(false)),
    };
    let seen = Arc::clone(&start.stop);
    ctrlc::set_handler(move || seen.store(true, Ordering::SeqCst)).map_err(|error| Stop::because("Ctrl-C", &error))?;

    say(4, "the street's server");
    let mut server = Running::start("the server", &mut start.server())?;
    let done = start.serve(&mut server, headless, options.has("--office-only"));
    server.end();
    if done.is_ok() {
        println!("\nStopped. Data stays in {}.", start.home.display());
    }
    done
}

/// One line above what a step prints.
fn say(number: u8, what: &str) {
    println!("\n── {number} of 5: {what}");
}

fn port(options: &Options) -> Result<u16, Stop> {
    options.all("--port").last().map_or(Ok(PORT), |text| {
        text.parse()
            .map(NonZeroU16::get)
            .map_err(|_unreadable| Stop(format!("--port takes a number from 1 to 65535, not \"{text}\".")))
    })
}

/// Asked before anything is built, so that nobody waits for minutes to hear it.
fn free(port: u16) -> Done {
    TcpListener::bind(("127.0.0.1", port)).map(drop).map_err(|error| {
        Stop(format!(
            "Port {port} cannot be used ({error}); stop what uses it, or take another: cargo xtask run --port {}",
            port.wrapping_add(1).max(1024)
        ))
    })
}

impl Start<'_> {
    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn server(&self) -> Command {
        let mut server = Command::new(&self.programs.server);
        server
            .arg("serve")
            .arg("--data-dir")
            .arg(self.home.join("server"))
            .arg("--office-dir")
            .arg(self.tree.ui().join("office/dist"))
            .args(["--listen", &self.address()])
            .arg(if self.empty { "--empty" } else { "--demo" })
            .stdout(Stdio::piped());
        server
    }

    fn serve(&self, server: &mut Running, headless: bool, office_only: bool) -> Done {
        if !self.is_ready(server)? {
            return Ok(());
        }
        let mut app = None;
        if office_only {
            say(5, "the office alone, as asked");
        } else if headless {
            say(
                5,
                "a first look at both interfaces, on a hidden screen: this machine has no display",
            );
            match first_look::take(self, server) {
                Ok(Ended::OnRequest) => return Ok(()),
                Ok(Ended::Well) => {}
                // Server and office are there all the same.
                Err(Stop(why)) => println!("   The first look broke off ({why}); everything else goes on."),
            }
        } else {
            say(5, "the field app");
            app = Some(Running::start(
                "the field app",
                &mut app_command(&self.programs.app, &self.home),
            )?);
        }
        self.tell_what_next(&server.printed(), headless || office_only);
        self.wait(server, app.as_mut())
    }

    /// True once the server answers; false when Ctrl-C came first.
    fn is_ready(&self, server: &mut Running) -> Result<bool, Stop> {
        let end = Instant::now() + READY_WITHIN;
        while Instant::now() < end {
            if self.stop.load(Ordering::SeqCst) {
                return Ok(false);
            }
            if server.has_ended()? {
                return Err(Stop("The server ended; what it printed above says why.".to_owned()));
            }
            if succeeds(Command::new(&self.programs.server).args(["health", "--listen", &self.address()])) {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(Stop(format!(
            "The server does not answer after {} seconds.",
            READY_WITHIN.as_secs()
        )))
    }

    fn tell_what_next(&self, printed: &str, without_window: bool) {
        let office = format!("http://{}", self.address());
        println!("\nWhat next:");
        if printed.contains("/setup#") {
            println!(
                "  Open the set-up link above, name the street and its administrator, add people, then enrol a phone."
            );
        } else if self.empty {
            println!("  Open {office} and sign in as the administrator of your street.");
        } else {
            if !without_window {
                println!("  In the app: type the address {office} and the code of one worker, then press 拍照, pick a");
                println!("  picture (demo/pictures has some), choose a category, save.");
            }
            println!(
                "  In the office: open {office} and sign in with a login above and the password (triage sees all)."
            );
        }
        println!(
            "  Data stays in {}; the next start goes on with it.",
            self.home.display()
        );
        println!("  Ctrl-C stops everything.");
    }

    /// Until Ctrl-C, or until the server ends by itself.
    fn wait(&self, server: &mut Running, mut app: Option<&mut Running>) -> Done {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            if self.stop.load(Ordering::SeqCst) {
                if let Some(app) = app {
                    app.end();
                }
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
}

fn app_command(program: &Path, home: &Path) -> Command {
    let mut app = Command::new(program);
    app.env("XDG_DATA_HOME", home.join("phone"));
    app
}

impl Tree {
    /// Programs, databases and photos of this checkout's own runs.
    pub(crate) fn own_folder(&self) -> PathBuf {
        self.root.join("target/xunge")
    }
}
