//! What can be wrong with the settings, as a code with words in both languages.

use std::fmt;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// The environment.
    Environment,
    /// The configuration file.
    File,
}

impl Source {
    /// How a setting is spelled there.
    fn spell(self, setting: &str) -> String {
        match self {
            Self::Flag => format!("--{}", setting.replace('_', "-")),
            Self::Environment => format!("XUNGE_{}", setting.to_uppercase()),
            Self::File => setting.to_owned(),
        }
    }
}

/// What is wrong with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigCode {
    /// Not an address with a port.
    ListenInvalid,
    /// Not the address of a website, or one with a path.
    PublicUrlInvalid,
    /// Plain http to a public address: passwords and household files would travel in the clear.
    PublicUrlInsecure,
    /// Neither a file nor the address of a PostgreSQL database.
    DatabaseInvalid,
    /// Neither a folder nor the address of a bucket.
    PhotosInvalid,
    /// Neither yes nor no.
    FlagInvalid,
    /// Neither `text` nor `json`.
    LogFormatInvalid,
    /// Not a number of minutes, from 1 to a week.
    MinutesInvalid,
    /// Neither `standby` nor `archive`, or not with PostgreSQL alone.
    BackupByInvalid,
    /// Empty.
    Empty,
    /// Not text.
    NotText,
    /// The file cannot be read.
    FileUnreadable,
    /// The file is not TOML.
    FileMalformed,
    /// The file holds a setting nobody knows.
    Unknown,
    /// Both with and without the demo street.
    DemoAndEmpty,
    /// The demo street on an address the world can reach.
    DemoPublic,
    /// The command line itself is not understood.
    CommandLine,
}

impl ConfigCode {
    /// The code as it is printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListenInvalid => "listen_invalid",
            Self::PublicUrlInvalid => "public_url_invalid",
            Self::PublicUrlInsecure => "public_url_insecure",
            Self::DatabaseInvalid => "database_invalid",
            Self::PhotosInvalid => "photos_invalid",
            Self::FlagInvalid => "flag_invalid",
            Self::LogFormatInvalid => "log_format_invalid",
            Self::MinutesInvalid => "minutes_invalid",
            Self::BackupByInvalid => "backup_by_invalid",
            Self::Empty => "empty",
            Self::NotText => "not_text",
            Self::FileUnreadable => "file_unreadable",
            Self::FileMalformed => "file_malformed",
            Self::Unknown => "unknown",
            Self::DemoAndEmpty => "demo_and_empty",
            Self::DemoPublic => "demo_public",
            Self::CommandLine => "command_line",
        }
    }

    /// The same in Chinese and in English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ListenInvalid => (
                "应为地址加端口，如 127.0.0.1:8420",
                "must be an address with a port, such as 127.0.0.1:8420",
            ),
            Self::PublicUrlInvalid => (
                "应为网址，不带路径，如 https://xunge.example",
                "must be a web address without a path, such as https://xunge.example",
            ),
            Self::PublicUrlInsecure => ("公网地址必须使用 https", "a public address must use https"),
            Self::DatabaseInvalid => (
                "应为文件，或 postgres://用户@主机/数据库名",
                "must be a file, or postgres://user@host/name",
            ),
            Self::PhotosInvalid => (
                "应为文件夹，或 s3://桶/文件夹",
                "must be a folder, or s3://bucket/folder",
            ),
            Self::FlagInvalid => ("应为 true 或 false", "must be true or false"),
            Self::LogFormatInvalid => ("应为 text 或 json", "must be text or json"),
            Self::MinutesInvalid => ("应为分钟数，1 到 10080", "must be a number of minutes from 1 to 10080"),
            Self::BackupByInvalid => (
                "应为 standby 或 archive，仅用于 PostgreSQL，且不与 backup_to 同用",
                "must be standby or archive, with PostgreSQL only, and not together with backup_to",
            ),
            Self::Empty => ("不能为空", "must not be empty"),
            Self::NotText => ("应为文字", "must be text"),
            Self::FileUnreadable => ("配置文件无法读取", "the file cannot be read"),
            Self::FileMalformed => ("不是有效的 TOML", "is not valid TOML"),
            Self::Unknown => ("没有这个设置", "is not a known setting"),
            Self::DemoAndEmpty => (
                "--demo 与 --empty 不能同时使用",
                "--demo and --empty exclude each other",
            ),
            Self::DemoPublic => (
                "演示数据只能用于本机或内网地址",
                "demo data is for this machine or a private network only",
            ),
            Self::CommandLine => ("命令行无法识别", "the command line is not understood"),
        }
    }
}

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// What.
    pub code: ConfigCode,
    /// The setting as it is spelled where it came from.
    pub place: String,
    /// Where in a file, or what the command line parser says; empty otherwise.
    pub detail: String,
}

impl ConfigProblem {
    pub(super) fn new(code: ConfigCode, source: Source, setting: &str) -> Self {
        Self {
            code,
            place: source.spell(setting),
            detail: String::new(),
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.code.words();
        write!(f, "[{}] {}: {zh} / {en}", self.code.as_str(), self.place)?;
        if self.detail.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.detail)
        }
    }
}
