//! Writing an answer of the server into the copy of its rows: rows and cursors together, in one transaction.

use std::collections::BTreeSet;

use domain::Bucket;
use domain::protocol::{BucketPage, PullResponse, RowType};
use rusqlite::Connection;

use crate::failure::Result;
use crate::ports::Topic;
use crate::store::changes::Changes;
use crate::store::{bucket, cursor, filling, member, row};

/// What an answer changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) topics: BTreeSet<Topic>,
    /// Buckets whose rows are not what they were.
    pub(crate) changed: BTreeSet<Bucket>,
    /// True when there is more to ask for at once.
    pub(crate) more: bool,
}

impl Applied {
    /// Nothing was taken: it was answered to another question than the phone has now.
    pub(crate) fn asked_again() -> Self {
        Self {
            more: true,
            ..Self::default()
        }
    }

    /// Everything in a bucket may be another.
    fn all_of(&mut self, bucket: &Bucket) {
        self.topics.extend(ALL);
        self.changed.insert(bucket.clone());
    }
}

/// Applies every page of an answer that belongs to the history the cursors are of. With `check`, every row is looked at for
/// damage before it is compared.
pub(crate) fn apply(cache: &Connection, response: &PullResponse, check: bool) -> Result<Applied> {
    let mut applied = Applied::default();
    let mut changes = Changes::default();
    for page in &response.buckets {
        apply_page(cache, page, &mut applied, &mut changes)?;
    }
    leave_scope(cache, &response.scope, &mut applied, &mut changes)?;
    compare(cache, &response.buckets, check, &mut changes)?;
    changes.settle(cache)?;
    Ok(applied)
}

fn apply_page(cache: &Connection, page: &BucketPage, applied: &mut Applied, changes: &mut Changes) -> Result<()> {
    // A fresh copy that takes more than one page is fetched aside, and shown once it is whole.
    if page.reset {
        filling::forget(cache, &page.id)?;
    }
    if page.reset && page.more || !page.reset && cursor::is_filling(cache, &page.id)? {
        filling::add(cache, page)?;
        if !page.more {
            filling::show(cache, &page.id, changes)?;
            applied.all_of(&page.id);
        }
        applied.more |= page.more;
        return cursor::set(cache, &page.id, page.to, !page.more, page.more);
    }
    if page.reset {
        member::empty_bucket(cache, &page.id, changes)?;
        applied.all_of(&page.id);
    }
    if !page.rows.is_empty() || !page.gone.is_empty() {
        applied.changed.insert(page.id.clone());
    }
    for found in &page.rows {
        row::put(cache, &page.id, found, changes)?;
        applied.topics.extend(topics(found.kind));
    }
    for gone in &page.gone {
        member::leave(cache, &page.id, gone, changes)?;
        applied.topics.extend(topics(gone.kind));
    }
    applied.more |= page.more;
    cursor::set(cache, &page.id, page.to, !page.more, false)
}

/// Compares what is here now with what the server says it is. What was found damaged here does not count as being here.
fn compare(cache: &Connection, pages: &[BucketPage], check: bool, changes: &mut Changes) -> Result<()> {
    for page in pages {
        if let Some(theirs) = page.digest {
            let ours = if check {
                member::drop_damaged(cache, &page.id, changes)?
            } else {
                member::digest(cache, &page.id)?
            };
            cursor::set_doubtful(cache, &page.id, ours != theirs)?;
        }
    }
    Ok(())
}

/// The phone may not see these buckets any more. What other buckets hold stays.
fn leave_scope(cache: &Connection, scope: &[Bucket], applied: &mut Applied, changes: &mut Changes) -> Result<()> {
    let scope: BTreeSet<&Bucket> = scope.iter().collect();
    for bucket in bucket::held(cache)?.iter().filter(|bucket| !scope.contains(bucket)) {
        bucket::remove(cache, bucket, changes)?;
        applied.all_of(bucket);
    }
    Ok(())
}

const ALL: [Topic; 5] = [
    Topic::Reports,
    Topic::Today,
    Topic::Households,
    Topic::Reference,
    Topic::Map,
];

const fn topics(kind: RowType) -> &'static [Topic] {
    match kind {
        RowType::Street => &[Topic::Reference, Topic::Session],
        RowType::Queue => &[Topic::Reference],
        RowType::Grid => &[Topic::Reference, Topic::Map, Topic::Session],
        RowType::Case => &[Topic::Reports, Topic::Today, Topic::Map, Topic::Households],
        RowType::CaseOutline => &[Topic::Map],
        RowType::Household | RowType::Resident | RowType::Visit | RowType::Reflection => {
            &[Topic::Households, Topic::Today, Topic::Map]
        }
        RowType::OriginalRequest => &[Topic::Sync],
    }
}

#[cfg(test)]
mod tests {
    use domain::Epoch;
    use domain::protocol::{Row, Tombstone};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::store::{Store, for_test, steps_of};

    fn queue(id: &str, rev: u64) -> Row {
        Row {
            kind: RowType::Queue,
            id: id.to_owned(),
            rev,
            data: json!({ "id": id }).into(),
        }
    }

    fn page(bucket: &str, to: u64, rows: Vec<Row>) -> BucketPage {
        BucketPage {
            id: bucket.into(),
            reset: false,
            to,
            more: false,
            rows,
            gone: Vec::new(),
            digest: None,
        }
    }

    fn answer(scope: &[&str], buckets: Vec<BucketPage>) -> PullResponse {
        PullResponse {
            epoch: Epoch(Uuid::nil()),
            bundle_key: None,
            sig: None,
            server_ms: 0,
            street_rev: 9,
            durable_rev: None,
            profile: None,
            scope: scope.iter().map(|bucket| Bucket::from(*bucket)).collect(),
            buckets,
            next_after_ms: None,
        }
    }

    fn ids(store: &Store) -> Vec<String> {
        let rows: Vec<Value> = store.cache(|c| row::all(c, RowType::Queue)).unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_page_and_its_cursor_are_written_together() {
        let (_dir, store) = for_test();
        let applied =
            store.write_cache(|tx| apply(tx, &answer(&["ref"], vec![page("ref", 4, vec![queue("a", 4)])]), true));
        assert!(applied.unwrap().topics.contains(&Topic::Reference));
        assert_eq!(store.cache(cursor::all).unwrap()[&Bucket::from("ref")], 4);
    }

    #[test]
    fn a_page_applied_twice_changes_nothing() {
        let (_dir, store) = for_test();
        let twice = answer(&["ref"], vec![page("ref", 4, vec![queue("a", 4)])]);
        store
            .write_cache(|tx| apply(tx, &twice, true).and_then(|_| apply(tx, &twice, true)))
            .unwrap();
        assert_eq!(ids(&store), ["a"]);
    }

    #[test]
    fn a_bucket_out_of_scope_takes_its_rows_with_it_but_not_those_of_others() {
        let (_dir, store) = for_test();
        let pages = vec![
            page("grid:a", 5, vec![queue("only", 5), queue("both", 5)]),
            page("me:u", 5, vec![queue("both", 5)]),
        ];
        store
            .write_cache(|tx| apply(tx, &answer(&["grid:a", "me:u"], pages), true))
            .unwrap();
        assert_eq!(ids(&store), ["both", "only"]);
        store
            .write_cache(|tx| apply(tx, &answer(&["me:u"], Vec::new()), true))
            .unwrap();
        assert_eq!(ids(&store), ["both"]);
        assert!(!store.cache(cursor::all).unwrap().contains_key(&Bucket::from("grid:a")));
    }

    #[test]
    fn a_reset_forgets_what_the_bucket_held() {
        let (_dir, store) = for_test();
        store
            .write_cache(|tx| apply(tx, &answer(&["ref"], vec![page("ref", 4, vec![queue("old", 4)])]), true))
            .unwrap();
        let reset = BucketPage {
            reset: true,
            ..page("ref", 2, vec![queue("new", 2)])
        };
        store
            .write_cache(|tx| apply(tx, &answer(&["ref"], vec![reset]), true))
            .unwrap();
        assert_eq!(ids(&store), ["new"]);
    }

    #[test]
    fn a_fresh_copy_is_shown_once_it_is_whole() {
        let (_dir, store) = for_test();
        let write = |page| {
            store
                .write_cache(|tx| apply(tx, &answer(&["ref"], vec![page]), true))
                .unwrap()
        };
        write(page("ref", 4, vec![queue("old", 4)]));
        let first = |rows| BucketPage {
            reset: true,
            more: true,
            ..page("ref", 5, rows)
        };
        assert!(write(first(vec![queue("given up", 5)])).more);
        assert_eq!(ids(&store), ["old"], "the half-made copy is not shown");
        write(first(vec![queue("a", 5), queue("b", 5)]));
        let gone = Tombstone {
            kind: RowType::Queue,
            id: "a".to_owned(),
            rev: 6,
        };
        let next = BucketPage {
            more: true,
            gone: vec![gone],
            ..page("ref", 6, vec![queue("c", 6)])
        };
        write(next);
        assert_eq!(ids(&store), ["old"]);
        assert!(!store.cache(|cache| cursor::is_complete(cache, &"none".into())).unwrap());
        write(page("ref", 7, vec![queue("d", 7)]));
        assert_eq!(ids(&store), ["b", "c", "d"]);
        write(page("ref", 8, vec![queue("e", 8)]));
        assert_eq!(ids(&store), ["b", "c", "d", "e"]);
    }

    #[test]
    fn a_digest_that_does_not_agree_makes_the_bucket_doubtful() {
        let (_dir, store) = for_test();
        let mut digest = domain::protocol::RowDigest::default();
        digest.add(RowType::Queue, "a", 4);
        let told = |rows| BucketPage {
            digest: Some(digest),
            ..page("ref", 4, rows)
        };
        let doubtful = |page| {
            let whole = answer(&["ref"], vec![page]);
            store
                .write_cache(|tx| apply(tx, &whole, true).and_then(|_| cursor::doubtful(tx)))
                .unwrap()
        };
        assert_eq!(doubtful(told(vec![queue("a", 4)])), []);
        assert_eq!(doubtful(told(vec![queue("b", 4)])), [Bucket::from("ref")]);
    }

    /// Steps that the engine takes for a page, its last row and a tombstone, beside a bucket of so many rows.
    fn steps_beside(rows: u64) -> usize {
        let (_dir, store) = for_test();
        let beside = (1..=rows).map(|n| queue(&format!("beside{n}"), n)).collect();
        let pages = vec![
            page("ref", rows, beside),
            page("me:u", 4, vec![queue("a", 4), queue("b", 4)]),
        ];
        let scope = ["ref", "me:u"];
        store.write_cache(|tx| apply(tx, &answer(&scope, pages), true)).unwrap();
        let gone = Tombstone {
            kind: RowType::Queue,
            id: "a".to_owned(),
            rev: 9_000,
        };
        let last = BucketPage {
            gone: vec![gone],
            digest: Some(domain::protocol::RowDigest::default()),
            ..page("me:u", 9_001, vec![queue("c", 9_001)])
        };
        let last = answer(&scope, vec![last]);
        let counted = store.write_cache(|tx| steps_of(tx, |tx| apply(tx, &last, false)));
        counted.unwrap().0
    }

    #[test]
    fn a_page_takes_no_longer_for_what_other_buckets_hold() {
        // Two more steps for each level that the index has grown by.
        let (few, many) = (steps_beside(10), steps_beside(4_000));
        assert!(
            many <= few + few / 10,
            "{few} steps beside 10 rows, {many} beside 4,000"
        );
    }

    #[test]
    fn a_tombstone_removes_its_row() {
        let (_dir, store) = for_test();
        store
            .write_cache(|tx| apply(tx, &answer(&["ref"], vec![page("ref", 4, vec![queue("a", 4)])]), true))
            .unwrap();
        let gone = Tombstone {
            kind: RowType::Queue,
            id: "a".to_owned(),
            rev: 5,
        };
        let last = BucketPage {
            gone: vec![gone],
            ..page("ref", 5, Vec::new())
        };
        store
            .write_cache(|tx| apply(tx, &answer(&["ref"], vec![last]), true))
            .unwrap();
        assert!(ids(&store).is_empty());
    }
}
