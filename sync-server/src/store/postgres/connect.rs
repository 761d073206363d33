//! The address of a database, and how a connection to it is opened.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ::postgres::config::{Host, SslMode};
use ::postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::PostgresError;

/// No answer to a connection within this long is a failure.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every connection is set to. A statement that hangs, a lock nobody gives back and a process that stopped in the
/// middle of a transaction each end by themselves. A commit is answered after it is on the disk, whatever the database's
/// default says.
const SETTINGS: &str = "SET application_name = 'xunge';
    SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s';
    SET client_min_messages = warning; SET search_path = public; SET timezone = 'UTC';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// The address of a PostgreSQL database, password included. Shown without it.
#[derive(Clone)]
pub struct Url {
    /// As it was given.
    text: String,
    config: Box<Config>,
    /// Certificates to trust beside those of the web.
    authority: Option<PathBuf>,
}

/// Not the address of a PostgreSQL database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl FromStr for Url {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut config: Config = text.parse().map_err(|_malformed| NotAnAddress)?;
        if config.get_hosts().is_empty() || config.get_dbname().is_none() {
            return Err(NotAnAddress);
        }
        config
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(Duration::from_secs(30))
            .keepalives_idle(Duration::from_secs(30));
        // "Prefer" would let anybody on the way choose plain text. Only on this machine it goes without.
        if config.get_ssl_mode() == SslMode::Prefer {
            let near = config.get_hosts().iter().all(is_near);
            config.ssl_mode(if near { SslMode::Disable } else { SslMode::Require });
        }
        Ok(Self {
            text: text.to_owned(),
            config: Box::new(config),
            authority: None,
        })
    }
}

impl Url {
    /// Trusts the certificates in this PEM file too.
    #[must_use]
    pub fn with_authority(self, file: Option<PathBuf>) -> Self {
        Self {
            authority: file,
            ..self
        }
    }

    pub(super) fn connect(&self) -> Result<Client, PostgresError> {
        let connected = if self.config.get_ssl_mode() == SslMode::Disable {
            self.config.connect(NoTls)
        } else {
            self.config.connect(MakeRustlsConnect::new(self.tls()?))
        };
        let mut client = connected.map_err(PostgresError::connecting)?;
        client.batch_execute(SETTINGS).map_err(PostgresError::connecting)?;
        Ok(client)
    }

    fn tls(&self) -> Result<ClientConfig, PostgresError> {
        let unreadable = |what: &str| PostgresError::usage(&format!("certificates: {what}"));
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(file) = &self.authority {
            for certificate in CertificateDer::pem_file_iter(file).or(Err(unreadable("no such file")))? {
                let certificate = certificate.or(Err(unreadable("not PEM")))?;
                roots.add(certificate).or(Err(unreadable("not a certificate")))?;
            }
        }
        Ok(
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| PostgresError::usage(&error.to_string()))?
                .with_root_certificates(roots)
                .with_no_client_auth(),
        )
    }
}

/// A socket file, or this machine's own address.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.authority == other.authority
    }
}

impl Eq for Url {}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(host).collect();
        let ports: Vec<String> = self.config.get_ports().iter().map(u16::to_string).collect();
        let port = if ports.is_empty() {
            "5432".to_owned()
        } else {
            ports.join(",")
        };
        let name = self.config.get_dbname().unwrap_or_default();
        write!(f, "postgres://{}:{port}/{name}", hosts.join(","))
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
