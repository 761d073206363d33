//! The databases at the next start: one that this version cannot use is refused with its reason and left as it is; a
//! damaged copy of the server's rows is set aside and pulled again.

use std::path::Path;

use domain::protocol::ErrorCode;

use super::assert_said;
use crate::test_support::{World, database, jpeg};

/// What was done, to which file, and the code; none when the phone mends it by itself.
type Damage = (&'static str, &'static str, fn(&Path), Option<ErrorCode>);

#[rustfmt::skip]
const FILES: &[Damage] = &[
    ("a version of the future", "outbox.db", version_of_the_future, Some(ErrorCode::DatabaseNewer)),
    ("no database at all", "outbox.db", |file| std::fs::write(file, vec![7; 8192]).unwrap(), Some(ErrorCode::DatabaseCorrupt)),
    ("pages full of noise", "outbox.db", noise, Some(ErrorCode::DatabaseCorrupt)),
    ("half a file", "outbox.db", half, Some(ErrorCode::DatabaseCorrupt)),
    ("a version of the future", "cache.db", version_of_the_future, Some(ErrorCode::DatabaseNewer)),
    ("no database at all", "cache.db", |file| std::fs::write(file, vec![7; 8192]).unwrap(), None),
    ("pages full of noise", "cache.db", noise, None),
    ("half a file", "cache.db", half, None),
];

fn version_of_the_future(file: &Path) {
    let database = database(file);
    database.pragma_update(None, "user_version", 99).unwrap();
    whole(&database);
}

/// Brings what lies in the log beside the file into it.
fn whole(database: &rusqlite::Connection) {
    let checkpoint = "pragma wal_checkpoint(truncate)";
    database.query_row(checkpoint, [], |_row| Ok(())).unwrap();
}

fn noise(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xff);
    }
    std::fs::write(file, bytes).unwrap();
}

fn half(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_database_that_cannot_be_used_is_told_and_left_as_it_is() {
    for (what, name, damage, code) in FILES {
        let mut world = World::enrolled();
        let report = world.save_report_with("ads", "小广告", &jpeg(1)).summary.id;
        let draft = world.open_report().id;
        let file = world.dir.path().join(name);
        let meanwhile = || {
            whole(&database(&file));
            damage(&file);
        };
        let opened = world.try_restart_with(meanwhile);
        match (opened, code) {
            (Err(error), Some(code)) => {
                assert_eq!(error.code, *code, "{what} in {name}");
                assert_said(&error);
                let before = std::fs::read(&file).unwrap();
                assert_eq!(
                    world.try_restart_with(|| ()).unwrap_err().code,
                    *code,
                    "{what} in {name}, again"
                );
                assert!(std::fs::read(&file).unwrap() == before, "{what}: {name} was changed");
            }
            (Ok(()), None) => {
                assert_eq!(
                    world.device.get_report(report).unwrap().summary.text,
                    "小广告",
                    "{what} in {name}"
                );
                assert!(world.device.get_draft(&draft).is_ok(), "{what} in {name}");
                let aside = std::fs::read_dir(world.dir.path())
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name());
                let kept = aside
                    .into_iter()
                    .any(|entry| entry.to_string_lossy().contains("damaged"));
                assert!(kept, "{what}: {name} was thrown away");
            }
            (opened, _) => panic!("{what} in {name}: {opened:?}"),
        }
    }
}
