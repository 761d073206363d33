//! The only supported way in: sets the machine up, builds, runs, checks and measures.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to the terminal"
)]

mod android;
mod bench;
mod build;
mod check;
mod command;
mod generate;
mod options;
mod prove;
mod run;
mod screen;
mod setup;
mod tree;

use std::process::ExitCode;

use command::{Done, Stop};
use options::Options;
use tree::Tree;

const USAGE: &str = "\
cargo xtask <command>

  run           build everything, start the server with the demo street and open the field app
                  --empty          without the demo street
                  --port N         the server's port (8420)
                  --office-only    the server and the office alone
  test          every check, in order, with a summary
                  --only STEP      this step and no other (may be given several times)
                  --skip STEP      not this step
                  --list           the names of the steps
  lint          the checks that need no build of the tests: format, clippy, eslint, types
  generate      write every generated file again
  bench         measure against peers and physical limits; `bench sync` what syncing costs
                  GROUP ...        these groups only: photo, save, push, wire, sync, sync.push, …
  prove         run the tests behind each promise of sync and print what they found as one table
                  MODULE ...       these modules only: simnet, power, race, …
                  PROVE_SCALE=100  in the environment runs a hundred times as long
  screenshots   take the screenshots of every main screen
  setup         install what is missing and stop
";

fn main() -> ExitCode {
    match dispatch(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: Vec<String>) -> Done {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    let tree = Tree::find()?;
    match name {
        "run" => run::run(
            &tree,
            &Options::parse(rest, &["--empty", "--office-only"], &["--port"])?,
        ),
        "test" => check::run(&tree, &Options::parse(rest, &["--list"], &["--only", "--skip"])?),
        "lint" => check::lint(&tree, &Options::parse(rest, &[], &[])?),
        "generate" => generate::run(&tree, &Options::parse(rest, &[], &[])?),
        "bench" => bench::run(&tree, rest),
        "prove" => prove::run(&tree, rest),
        "screenshots" => check::screenshots(&tree, &Options::parse(rest, &[], &[])?),
        "setup" => setup::for_tests(&tree),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => Err(Stop(format!("There is no command \"{unknown}\".\n\n{USAGE}"))),
    }
}
