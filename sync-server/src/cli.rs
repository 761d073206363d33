//! The command line: serve, and what is done on the machine itself.

mod backup;
mod health;
mod import;
mod migrate_store;
mod reset_admin;
mod serve;
mod start;
mod verify_receipt;

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
    /// Copy database and photos while the server runs 备份数据库与照片，服务可照常运行
    Backup {
        #[command(flatten)]
        asked: backup::Asked,
        #[command(flatten)]
        flags: Flags,
    },
    /// Put a copy back, or say that one was put back; phones then send again what they keep 恢复备份
    Restore {
        #[command(flatten)]
        asked: backup::Wanted,
        #[command(flatten)]
        flags: Flags,
    },
    /// Check what a phone says was confirmed to it 核对手机导出的送达凭证
    VerifyReceipt {
        /// File that a phone exported 手机导出的文件
        file: std::path::PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
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
        Command::Backup { asked, flags } => configured(&flags).and_then(|config| backup::backup(&config, &asked)),
        Command::Restore { asked, flags } => configured(&flags).and_then(|config| backup::restore(&config, &asked)),
        Command::VerifyReceipt { file, flags } => {
            configured(&flags).and_then(|config| verify_receipt::verify(&config, &file))
        }
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
