//! Reads one setting after the other and collects what is wrong.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use toml::{Table, Value};

use super::file::Loaded;
use super::problem::{ConfigCode, ConfigProblem, Source};
use super::{BackupBy, BackupPlan, Config, Flags, LogFormat};
use crate::blobs::{Bucket, Photos};
use crate::places::Places;
use crate::store::wal::CopiedBy;
use crate::store::{Database, Url};

/// A value with where it came from.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) value: String,
    pub(super) source: Source,
}

pub(super) struct Reader<E> {
    env: E,
    file: Table,
    problems: Vec<ConfigProblem>,
}

impl<E: Fn(&str) -> Option<OsString>> Reader<E> {
    pub(super) fn new(env: E) -> Self {
        Self {
            env,
            file: Table::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn take_file(&mut self, loaded: Loaded) {
        self.file = loaded.table;
        self.problems.extend(loaded.problems);
    }

    pub(super) fn problems(self) -> Vec<ConfigProblem> {
        self.problems
    }

    fn wrong(&mut self, code: ConfigCode, source: Source, setting: &str) {
        self.problems.push(ConfigProblem::new(code, source, setting));
    }

    /// The text of a setting: flag, else environment, else file.
    pub(super) fn text(&mut self, setting: &str, flag: Option<&str>) -> Option<Found> {
        let found = match flag {
            Some(value) => Some(Found {
                value: value.to_owned(),
                source: Source::Flag,
            }),
            None => self.in_environment(setting).or_else(|| self.in_file(setting)),
        }?;
        if found.value.trim().is_empty() {
            self.wrong(ConfigCode::Empty, found.source, setting);
            return None;
        }
        Some(found)
    }

    fn in_environment(&mut self, setting: &str) -> Option<Found> {
        let raw = (self.env)(&format!("XUNGE_{}", setting.to_uppercase()))?;
        match raw.into_string() {
            Ok(value) => Some(Found {
                value,
                source: Source::Environment,
            }),
            Err(_bytes) => {
                self.wrong(ConfigCode::NotText, Source::Environment, setting);
                None
            }
        }
    }

    fn in_file(&mut self, setting: &str) -> Option<Found> {
        let value = match self.file.get(setting)? {
            Value::String(text) => Some(text.clone()),
            Value::Boolean(flag) => Some(flag.to_string()),
            Value::Integer(_) | Value::Float(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
        };
        if value.is_none() {
            self.wrong(ConfigCode::NotText, Source::File, setting);
        }
        value.map(|value| Found {
            value,
            source: Source::File,
        })
    }

    pub(super) fn listen(&mut self, flag: Option<&str>) -> SocketAddr {
        let default = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8420);
        let Some(found) = self.text("listen", flag) else {
            return default;
        };
        found.value.trim().parse().unwrap_or_else(|_malformed| {
            self.wrong(ConfigCode::ListenInvalid, found.source, "listen");
            default
        })
    }

    pub(super) fn folder(&mut self, setting: &str, flag: Option<&str>, default: &str) -> PathBuf {
        self.text(setting, flag)
            .map_or_else(|| PathBuf::from(default), |found| PathBuf::from(found.value))
    }

    /// Where database and photos are: in the data folder, unless told otherwise.
    pub(super) fn places(&mut self, flags: &Flags) -> Places {
        let mut places = Places::in_folder(&self.folder("data_dir", flags.data_dir.as_deref(), "xunge-data"));
        let authority = self.text("database_ca", flags.database_ca.as_deref());
        if let Some(found) = self.text("database", flags.database.as_deref()) {
            match database(&found.value, authority.map(|file| PathBuf::from(file.value))) {
                Some(database) => places.database = database,
                None => self.wrong(ConfigCode::DatabaseInvalid, found.source, "database"),
            }
        }
        if let Some(found) = self.text("photos", flags.photos.as_deref()) {
            match photos(&found.value) {
                Some(photos) => places.photos = photos,
                None => self.wrong(ConfigCode::PhotosInvalid, found.source, "photos"),
            }
        }
        places
    }

    pub(super) fn flag(&mut self, setting: &str, flag: bool) -> bool {
        if flag {
            return true;
        }
        let Some(found) = self.text(setting, None) else {
            return false;
        };
        match found.value.trim().to_lowercase().as_str() {
            "true" | "1" | "yes" => true,
            "false" | "0" | "no" => false,
            _other => {
                self.wrong(ConfigCode::FlagInvalid, found.source, setting);
                false
            }
        }
    }

    /// Copies made while the server runs, every hour unless told otherwise; on PostgreSQL those that it makes itself.
    pub(super) fn backup(&mut self, flags: &Flags, database: &Database) -> Option<BackupPlan> {
        let minutes = self.text("backup_minutes", flags.backup_minutes.as_deref());
        let every = minutes.map_or(60, |found| match found.value.trim().parse() {
            Ok(minutes @ 1..=10_080) => minutes,
            Ok(_) | Err(_) => {
                self.wrong(ConfigCode::MinutesInvalid, found.source, "backup_minutes");
                60
            }
        });
        let carried_off = self.flag("backup_carried_off", flags.backup_carried_off);
        let copied_by = self.text("backup_by", flags.backup_by.as_deref());
        let to = self.text("backup_to", flags.backup_to.as_deref());
        let by = match (copied_by, to) {
            (None, None) => return None,
            (None, Some(to)) => BackupBy::Server {
                to: PathBuf::from(to.value),
                every: Duration::from_secs(every * 60),
            },
            (Some(found), to) => match (found.value.trim(), database, to) {
                ("standby", Database::Postgres(_), None) => BackupBy::Postgres(CopiedBy::Standby),
                ("archive", Database::Postgres(_), None) => BackupBy::Postgres(CopiedBy::Archive),
                _other => {
                    self.wrong(ConfigCode::BackupByInvalid, found.source, "backup_by");
                    return None;
                }
            },
        };
        Some(BackupPlan { by, carried_off })
    }

    pub(super) fn log_format(&mut self, flag: Option<&str>) -> LogFormat {
        let Some(found) = self.text("log_format", flag) else {
            return LogFormat::Text;
        };
        match found.value.trim() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _other => {
                self.wrong(ConfigCode::LogFormatInvalid, found.source, "log_format");
                LogFormat::Text
            }
        }
    }

    pub(super) fn public_url(&mut self, flag: Option<&str>) -> Option<String> {
        let found = self.text("public_url", flag)?;
        let text = found.value.trim().trim_end_matches('/').to_owned();
        match address(&text) {
            Some((true, _host)) => Some(text),
            Some((false, host)) if is_private(&host) => Some(text),
            Some((false, _host)) => {
                self.wrong(ConfigCode::PublicUrlInsecure, found.source, "public_url");
                None
            }
            None => {
                self.wrong(ConfigCode::PublicUrlInvalid, found.source, "public_url");
                None
            }
        }
    }

    /// Demo passwords are printed and its people are invented: nobody outside may meet them.
    pub(super) fn demo(&mut self, flags: &Flags, config: &Config) {
        if flags.demo && flags.empty {
            self.wrong(ConfigCode::DemoAndEmpty, Source::Flag, "demo");
        }
        let host = config
            .public_url
            .as_deref()
            .and_then(address)
            .map(|(_secure, host)| host);
        if config.demo && host.is_some_and(|host| !is_private(&host)) {
            self.wrong(ConfigCode::DemoPublic, Source::Flag, "demo");
        }
    }
}

/// A file, or the address of a PostgreSQL database.
pub(crate) fn database(text: &str, authority: Option<PathBuf>) -> Option<Database> {
    let text = text.trim();
    if ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
    {
        let url: Url = text.parse().ok()?;
        return Some(Database::Postgres(url.with_authority(authority)));
    }
    (!text.contains("://")).then(|| Database::File(PathBuf::from(text)))
}

/// A folder, or a bucket of an object store.
pub(crate) fn photos(text: &str) -> Option<Photos> {
    let text = text.trim();
    if text.contains("://") {
        return Bucket::parse(text).map(Photos::Objects);
    }
    Some(Photos::Folder(PathBuf::from(text)))
}

/// Whether it is https, and the host, of a web address without path.
fn address(text: &str) -> Option<(bool, String)> {
    let uri: Uri = text.parse().ok()?;
    let secure = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _other => return None,
    };
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains(['#', '@']);
    plain
        .then(|| (secure, uri.host().unwrap_or_default().to_lowercase()))
        .filter(|(_, host)| !host.is_empty())
}

/// This machine or a private network.
fn is_private(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_name) => bare == "localhost" || bare.ends_with(".localhost"),
    }
}
