//! The command line: serve, and what is done on the machine itself.

mod health;
mod import;
mod migrate_store;
mod reset_admin;
mod serve;
mod start;

use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigCode, ConfigProblem, Flags, load};

/// Xunge street server 巡格街道服务器
#[derive(Debug, Parser)]
#[command(name = "sync-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve phones and the office 启动服务
    Serve(Flags),
    /// Print a one-time link that sets an administrator's password 重设管理员密码
    ResetAdmin {
        /// The administrator's login; the first one when absent 管理员用户名
        #[arg(long)]
        login: Option<String>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Bring in a street's grids, base map or households from a file 导入网格、底图或住户
    Import {
        /// What the file holds 文件内容
        #[arg(value_enum)]
        what: import::What,
        /// The file: geojson for grids and base map, csv for households 文件
        file: std::path::PathBuf,
        /// Only say what is wrong and what would be done 只检查，不写入
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Move everything from SQLite to PostgreSQL 从 SQLite 迁移到 PostgreSQL
    MigrateStore(migrate_store::Asked),
    /// Print the description of the API 输出接口说明
    Openapi,
    /// Ask a running server whether it is well 检查服务是否正常
    Health(Flags),
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return command_line(&error),
    };
    let done = match cli.command {
        Command::Serve(flags) => configured(&flags).and_then(|config| serve::serve(&config)),
        Command::ResetAdmin { login, flags } => {
            configured(&flags).and_then(|config| reset_admin::reset_admin(&config, login.as_deref()))
        }
        Command::Import {
            what,
            file,
            dry_run,
            flags,
        } => configured(&flags).and_then(|config| import::import(&config, what, &file, dry_run)),
        Command::MigrateStore(asked) => migrate_store::run(&asked),
        Command::Openapi => openapi(),
        Command::Health(flags) => configured(&flags).and_then(|config| health::ask(&config)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            complain(&stop.0);
            ExitCode::FAILURE
        }
    }
}

/// Why the program ends without success, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop(String);

impl Stop {
    fn new(code: &str, zh: &str, en: &str) -> Self {
        Self(format!("[{code}] {zh} / {en}"))
    }
}

fn configured(flags: &Flags) -> Result<Config, Stop> {
    let loaded = load(
        flags,
        |name| std::env::var_os(name),
        |path| std::fs::read_to_string(path),
    );
    loaded.map_err(|problems| Stop(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn command_line(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        say(&error.to_string());
        return ExitCode::SUCCESS;
    }
    let whole = error.to_string();
    // Without any command the parser has no complaint to quote, only its help.
    let unsaid = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let first = whole.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let problem = ConfigProblem {
        code: ConfigCode::CommandLine,
        place: "sync-server".to_owned(),
        detail: if unsaid { String::new() } else { first.to_owned() },
    };
    complain(&problem.to_string());
    complain(if unsaid { &whole } else { "sync-server --help" });
    ExitCode::from(2)
}

fn openapi() -> Result<(), Stop> {
    let text = crate::routes::openapi::description()
        .map_err(|error| Stop::new("internal", "无法生成接口说明", &format!("no description: {error}")))?;
    write(&mut io::stdout().lock(), &text);
    Ok(())
}

/// A line for the person who started the program.
fn say(text: &str) {
    write(&mut io::stdout().lock(), &format!("{}\n", text.trim_end()));
}

fn complain(text: &str) {
    write(&mut io::stderr().lock(), &format!("{text}\n"));
}

/// A closed pipe is no reason to fail: nobody reads any more.
fn write(to: &mut impl io::Write, text: &str) {
    drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
}
