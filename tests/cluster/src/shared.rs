//! The cluster that test processes share. Locks on files say who starts it and who still uses it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use postgres::{Client, NoTls};

use super::{Cluster, apart, path, programs};

/// Ends the cluster once nobody has held the users' lock for a quarter of a minute. A test that comes just then waits
/// at the lock and starts a new one.
const END_WHEN_UNUSED: &str = r#"
for look in $(seq 5000); do
    sleep 3
    [ -d "$1" ] || exit 0
    [ -z "$(find "$0/used" -newermt '-15 seconds')" ] || continue
    flock -n "$0/users" sh -c "$2; rm -rf '$1'" && exit 0
done
"#;

struct Use {
    cluster: Cluster,
    _users: File,
}

pub(super) fn cluster() -> &'static Cluster {
    static ONE: OnceLock<Use> = OnceLock::new();
    &ONE.get_or_init(begin).cluster
}

fn begin() -> Use {
    let base = base();
    fs::create_dir_all(&base).unwrap();
    let users = File::create(base.join("users")).unwrap();
    users.lock_shared().unwrap();
    let _starting = starting();
    fs::write(base.join("used"), "").unwrap();
    let cluster = Cluster::in_folder(base.join("pg"), false);
    if !is_running(&cluster) {
        drop(fs::remove_dir_all(&cluster.folder));
        cluster.make();
        cluster.start();
        fs::write(
            cluster.folder.join("started"),
            uuid::Uuid::new_v4().simple().to_string(),
        )
        .unwrap();
        end_when_unused(&base, &cluster);
    }
    Use { cluster, _users: users }
}

/// The folder of locks, cluster and notes: one for each user, because the files of another one could not be opened.
pub(super) fn base() -> PathBuf {
    let user = std::env::var("USER").unwrap_or_else(|_unset| "root".to_owned());
    std::env::temp_dir().join(format!("xunge-postgres-of-{user}"))
}

/// Held while the cluster is started.
fn starting() -> File {
    let lock = File::create(base().join("starting")).unwrap();
    lock.lock().unwrap();
    lock
}

fn is_running(cluster: &Cluster) -> bool {
    cluster.data().join("postmaster.pid").is_file()
        && apart(|| Client::connect(&cluster.url("postgres"), NoTls).is_ok())
}

/// Differs from one start of the cluster to the next.
pub(super) fn started(cluster: &Cluster) -> String {
    let note = fs::read_to_string(cluster.folder.join("started"));
    note.unwrap_or_default()
}

fn end_when_unused(base: &Path, cluster: &Cluster) {
    let mut stop = cluster.account.command(&programs::path("pg_ctl"));
    stop.args(["stop", "-m", "immediate", "-D", path(&cluster.data())]);
    let words: Vec<_> = std::iter::once(stop.get_program()).chain(stop.get_args()).collect();
    let stop = words.join(" ".as_ref());
    // It leaves this process and its group at once.
    let left = Command::new("setsid")
        .args(["--fork", "sh", "-c", END_WHEN_UNUSED, path(base), path(&cluster.folder)])
        .arg(stop)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(left.is_ok_and(|status| status.success()), "setsid");
}
