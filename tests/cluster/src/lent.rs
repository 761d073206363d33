//! Databases that one test after the other uses, because making one takes longer than most tests.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use super::{Cluster, run, shared};

/// Stands in the note beside a database whose last user left it as a test should: with its tables, whatever the rows.
const WHOLE: &str = "whole";

/// Empties every table but the one that says which upgrades were made.
const EMPTY: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
        AND relkind IN ('r', 'p') AND relname <> 'schema_version'
    LOOP EXECUTE format('DELETE FROM public.%I', name); END LOOP;
END $$";

/// A database that is in use. Others may have it once its lock is gone.
#[derive(Debug)]
pub(crate) struct Lent {
    note: PathBuf,
    _lock: File,
}

impl Lent {
    /// Takes a free database, or makes one. Returns its name.
    pub(crate) fn take(cluster: &Cluster, key: &str, prepare: impl FnOnce(&str)) -> (String, Self) {
        let key = &key[..key.len().min(24)];
        let folder = cluster.folder.with_file_name("lent");
        fs::create_dir_all(&folder).unwrap();
        let (name, lock) = (0..1000)
            .find_map(|number| {
                let name = format!("lent_{key}_{number}");
                Some((name.clone(), free(folder.join(format!("{name}.lock")))?))
            })
            .expect("a database that nobody uses");
        let lent = Self {
            note: folder.join(format!("{name}.{}", shared::started(cluster))),
            _lock: lock,
        };
        if fs::read_to_string(&lent.note).is_ok_and(|note| note == WHOLE) {
            run(&cluster.url(&name), EMPTY);
        } else {
            make(cluster, &name, prepare);
        }
        fs::write(&lent.note, "in use").unwrap();
        (name, lent)
    }

    /// Lets others use it; after a failed test it is made anew first.
    pub(crate) fn give_back(&self) {
        if !std::thread::panicking() {
            fs::write(&self.note, WHOLE).unwrap();
        }
    }
}

fn free(path: PathBuf) -> Option<File> {
    let lock = File::create(path).unwrap();
    match lock.try_lock() {
        Ok(()) => Some(lock),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(error)) => panic!("{error}"),
    }
}

fn make(cluster: &Cluster, name: &str, prepare: impl FnOnce(&str)) {
    let admin = cluster.url("postgres");
    run(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    run(&admin, &format!("CREATE DATABASE {name}"));
    prepare(&cluster.url(name));
}
