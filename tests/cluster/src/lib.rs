//! A PostgreSQL for tests. It is started from `initdb` in a temporary folder, as an ordinary user, by the first test
//! that asks; every test process of this user shares it, no two tests use one database at a time, and it ends by itself when
//! nobody has used it for a while.

#![expect(clippy::unwrap_used, reason = "a test that cannot have its database has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "names of databases that are thrown away need not repeat"
)]

mod account;
mod lent;
mod programs;
mod shared;

use std::fs;
use std::path::{Path, PathBuf};

use postgres::{Client, NoTls};
use uuid::Uuid;

use account::Account;
use lent::Lent;

/// Fast rather than safe: what a test writes is thrown away. Deadlocks are found soon, so that tests meet them.
const SETTINGS: &str = "-c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=400 -c fsync=off \
    -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c shared_buffers=64MB \
    -c deadlock_timeout=200ms -c max_locks_per_transaction=256";

/// Its log goes to an archive, and others may follow it. Comes after [`SETTINGS`]: later ones win.
const COPIED: &str = "-c wal_level=replica -c max_wal_senders=4 -c archive_mode=on";
/// As on a machine that serves: what is committed survives a power cut.
const DURABLE: &str = "-c fsync=on -c full_page_writes=on -c autovacuum=on -c shared_buffers=256MB -c max_wal_size=4GB";

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Cluster {
    /// Folder of the data and the socket; it belongs to the account.
    folder: PathBuf,
    account: Account,
    /// True for one that ends with its owner.
    own: bool,
    /// Settings of its own.
    more: String,
}

impl Cluster {
    /// The one that all tests share.
    #[must_use]
    pub fn shared() -> &'static Self {
        shared::cluster()
    }

    /// One for this test alone, which may stop it and start it again. It ends when it is dropped.
    #[must_use]
    pub fn own() -> Self {
        let cluster = Self::in_folder(own_folder(), true);
        cluster.make();
        cluster.start();
        cluster
    }

    /// One that keeps what it commits, for measuring; as far as the disk of temporary files does. It ends when it is dropped.
    #[must_use]
    pub fn durable() -> Self {
        let mut cluster = Self::in_folder(own_folder(), true);
        cluster.more = DURABLE.to_owned();
        cluster.make();
        cluster.start();
        cluster
    }

    /// One for this test alone, whose log goes to an archive and may be followed by standbys.
    #[must_use]
    pub fn copied() -> Self {
        let mut cluster = Self::in_folder(own_folder(), true);
        let archive = cluster.archive();
        cluster.more = format!("{COPIED} -c archive_command='cp %p {}/%f'", path(&archive));
        cluster.make();
        cluster.account.make_folder(&archive);
        cluster.start();
        cluster
    }

    /// A standby that follows this one, running.
    #[must_use]
    pub fn standby(&self) -> Self {
        let mut standby = Self::in_folder(own_folder(), true);
        standby.more = COPIED.to_owned();
        standby.account.make_folder(&standby.folder);
        let (data, socket) = (standby.data(), self.folder.clone());
        let arguments = [
            "-D",
            path(&data),
            "-h",
            path(&socket),
            "-U",
            "postgres",
            "-R",
            "-c",
            "fast",
            "--no-sync",
        ];
        standby.account.run(&programs::path("pg_basebackup"), arguments);
        standby.start();
        standby
    }

    /// Crashes, and goes on as a standby that took over: the same data on a new timeline.
    pub fn take_over(&self) {
        self.crash();
        fs::write(self.data().join("standby.signal"), "").unwrap();
        self.start();
        self.control(&["promote", "-w", "-D", path(&self.data())]);
    }

    /// Closes its log's file, so that it is archived.
    pub fn close_log(&self) {
        let sql = "SELECT pg_logical_emit_message(false, 'test', 'more'), pg_switch_wal()";
        run(&self.url("postgres"), sql);
    }

    /// Where the log is archived. While it does not exist, archiving fails.
    #[must_use]
    pub fn archive(&self) -> PathBuf {
        self.folder.join("archive")
    }

    fn in_folder(folder: PathBuf, own: bool) -> Self {
        Self {
            folder,
            account: Account::for_postgres(),
            own,
            more: String::new(),
        }
    }

    fn make(&self) {
        self.account.make_folder(&self.folder);
        let data = self.data();
        let arguments = [
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        self.account.run(
            &programs::path("initdb"),
            arguments.iter().copied().chain(["-D", path(&data)]),
        );
    }

    /// Starts it, and waits until it serves.
    pub fn start(&self) {
        let options = format!("{SETTINGS} -k {} {}", path(&self.folder), self.more);
        let (data, log) = (self.data(), self.folder.join("log"));
        self.control(&["start", "-w", "-D", path(&data), "-l", path(&log), "-o", &options]);
    }

    /// Stops it as a crash does: nothing is written any more, nobody is waited for.
    pub fn crash(&self) {
        self.control(&["stop", "-w", "-m", "immediate", "-D", path(&self.data())]);
    }

    fn control(&self, arguments: &[&str]) {
        self.account.run(&programs::path("pg_ctl"), arguments.iter().copied());
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@{}/{database}",
            path(&self.folder).replace('/', "%2F")
        )
    }

    /// An empty database. It is dropped with its owner.
    #[must_use]
    pub fn empty(&self) -> Database {
        let name = format!("t_{}", Uuid::new_v4().simple());
        run(&self.url("postgres"), &format!("CREATE DATABASE {name}"));
        Database {
            url: self.url(&name),
            after: After::Drop(self.url("postgres"), name),
        }
    }

    /// A database of the shared cluster as `prepare` makes it, without a row. One test after the other uses it; `key`
    /// says what `prepare` makes.
    #[must_use]
    pub fn prepared(key: &str, prepare: impl FnOnce(&str)) -> Database {
        let cluster = Self::shared();
        let (name, lent) = Lent::take(cluster, key, prepare);
        Database {
            url: cluster.url(&name),
            after: After::GiveBack(lent),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.own {
            self.crash();
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

fn own_folder() -> PathBuf {
    std::env::temp_dir().join(format!("xunge-postgres-{}", Uuid::new_v4().simple()))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A database of one test.
#[derive(Debug)]
pub struct Database {
    url: String,
    after: After,
}

#[derive(Debug)]
enum After {
    /// Drop it: address of the cluster, name of the database.
    Drop(String, String),
    GiveBack(Lent),
}

impl Database {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements behind the server's back.
    pub fn run(&self, sql: &str) {
        run(&self.url, sql);
    }

    /// One number out of it, such as a count.
    #[must_use]
    pub fn number(&self, sql: &str) -> i64 {
        apart(|| {
            Client::connect(&self.url, NoTls)
                .unwrap()
                .query_one(sql, &[])
                .unwrap()
                .get(0)
        })
    }
}

/// Runs statements on a connection of their own.
fn run(url: &str, sql: &str) {
    apart(|| Client::connect(url, NoTls).unwrap().batch_execute(sql).unwrap());
}

/// Runs `work` on a thread of its own, because the caller may be an asynchronous task, where it may not wait.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.after {
            After::GiveBack(lent) => lent.give_back(),
            After::Drop(cluster, name) => {
                // A cluster that is gone took it along.
                apart(|| {
                    if let Ok(mut client) = Client::connect(cluster, NoTls) {
                        drop(client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
                    }
                });
            }
        }
    }
}
