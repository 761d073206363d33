//! Settings from flags, environment and file, in this order of weight. Everything wrong with them is told at once.

mod file;
pub(crate) mod parse;
mod problem;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

pub use problem::{ConfigCode, ConfigProblem, Source};

use crate::places::Places;
use crate::store::wal::CopiedBy;
use parse::Reader;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// What makes copies that outlive this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupPlan {
    /// Who copies.
    pub by: BackupBy,
    /// Something else carries the folder of the copies, or of the photos, to another machine.
    pub carried_off: bool,
}

/// Who copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupBy {
    /// This server, again and again.
    Server {
        /// The folder.
        to: PathBuf,
        /// Time from one to the next.
        every: Duration,
    },
    /// PostgreSQL itself, all the time.
    Postgres(CopiedBy),
}

/// The settings of a run, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where database and photos are.
    pub places: Places,
    /// Address under which phones and browsers reach the server; no slash at its end.
    pub public_url: Option<String>,
    /// Folder of the built office UI.
    pub office_dir: PathBuf,
    /// True when a proxy in front says where requests come from (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// True to load the demo street into an empty data folder.
    pub demo: bool,
    /// Copies made while the server runs; nothing counts as a copy without it.
    pub backup: Option<BackupPlan>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged, such as `info` or `sync_server=debug`.
    pub log: String,
}

/// Settings as flags. All are text here, so that a wrong one does not hide the next.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// Where to listen 监听地址 [default: 127.0.0.1:8420]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Folder of database and photos 数据目录 [default: xunge-data]
    #[arg(long, alias = "data", value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// Database: a file, or `postgres://user@host/name` 数据库 [default: xunge.db in the data folder]
    #[arg(long, value_name = "FILE|URL")]
    pub database: Option<String>,
    /// PEM file with the authority that signed PostgreSQL's certificate 数据库证书颁发机构
    #[arg(long, value_name = "FILE")]
    pub database_ca: Option<String>,
    /// Photos: a folder, or `s3://bucket/folder` 照片存放位置 [default: blobs in the data folder]
    #[arg(long, value_name = "FOLDER|URL")]
    pub photos: Option<String>,
    /// Address under which phones and browsers reach this server 对外网址
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder of the built office UI 办公端页面目录 [default: ui/office/dist]
    #[arg(long, value_name = "FOLDER")]
    pub office_dir: Option<String>,
    /// A proxy in front sets X-Forwarded-For 位于反向代理之后
    #[arg(long)]
    pub behind_proxy: bool,
    /// Copy database and photos into this folder again and again 定时备份到该目录
    #[arg(long, value_name = "FOLDER")]
    pub backup_to: Option<String>,
    /// Minutes from one copy to the next 备份间隔（分钟） [default: 60]
    #[arg(long, value_name = "MINUTES")]
    pub backup_minutes: Option<String>,
    /// Something else carries that folder, or with --backup-by the photos, to another machine 另有程序把备份或照片传到别的机器
    #[arg(long)]
    pub backup_carried_off: bool,
    /// What keeps PostgreSQL's copies on other machines, standby or archive PostgreSQL 异机副本：standby 或 archive
    #[arg(long, value_name = "KIND")]
    pub backup_by: Option<String>,
    /// Load the demo street into an empty data folder 载入演示街道
    #[arg(long)]
    pub demo: bool,
    /// Start without the demo street, whatever file and environment say 不载入演示街道
    #[arg(long)]
    pub empty: bool,
    /// How log lines look: text or json 日志格式
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// What is logged 日志级别 [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// TOML file with the same settings 配置文件
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
}

/// Reads the settings. `env` is the environment, `read` opens the file named by `--config` or `XUNGE_CONFIG`.
///
/// # Errors
/// Every problem found, in the order of the settings.
pub fn load(
    flags: &Flags,
    env: impl Fn(&str) -> Option<OsString>,
    read: impl Fn(&str) -> std::io::Result<String>,
) -> Result<Config, Vec<ConfigProblem>> {
    let mut reader = Reader::new(env);
    if let Some(path) = reader.text("config", flags.config.as_deref()) {
        reader.take_file(file::read(&path.value, read));
    }
    let (listen, places) = (reader.listen(flags.listen.as_deref()), reader.places(flags));
    let config = Config {
        listen,
        public_url: reader.public_url(flags.public_url.as_deref()),
        office_dir: reader.folder("office_dir", flags.office_dir.as_deref(), "ui/office/dist"),
        behind_proxy: reader.flag("behind_proxy", flags.behind_proxy),
        demo: reader.flag("demo", flags.demo) && !flags.empty,
        backup: reader.backup(flags, &places.database),
        places,
        log_format: reader.log_format(flags.log_format.as_deref()),
        log: reader
            .text("log", flags.log.as_deref())
            .map_or_else(|| "info".to_owned(), |found| found.value),
    };
    reader.demo(flags, &config);
    let problems = reader.problems();
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

#[cfg(test)]
mod tests;
