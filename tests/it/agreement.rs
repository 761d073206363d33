//! Phone and server hold the same rows, and can prove it: whatever is damaged in the phone's copy is found and mended.

use std::time::Duration;

use domain::Bucket;
use rusqlite::params;
use xunge_tests::World;
use xunge_tests::gates::WithoutDigests;
use xunge_tests::phone::Phone;
use xunge_tests::record::a_report;
use xunge_tests::rest;

const HOUR: Duration = Duration::from_secs(3_600);
/// Damaged copies in a daily run.
const DAILY: u64 = 12;

fn scale() -> u64 {
    std::env::var("PROVE_SCALE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// splitmix64
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) % bound
    }
}

type Row = (String, String, String, i64, Vec<u8>);

/// Every row in every bucket, as the screens read it.
fn held(phone: &Phone) -> Vec<Row> {
    let cache = rest::database(phone.folder(), "cache.db");
    let mut statement = cache
        .prepare(
            "select b.name, r.type, r.id, m.rev, r.data from member m
             join bucket b on b.n = m.bucket join row r on r.n = m.row order by 1, 2, 3",
        )
        .unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Bytes that a packed row may have before its content.
const HEAD: usize = 8;
/// A member by the names of its bucket and its row.
const ONE: &str =
    "bucket = (select n from bucket where name = ?1) and row = (select n from row where type = ?2 and id = ?3)";

/// Does something to one row that no program would do.
fn damage(phone: &Phone, dice: &mut Dice) -> &'static str {
    let rows = held(phone);
    let (bucket, kind, id, rev, data) = &rows[usize::try_from(dice.below(rows.len() as u64)).unwrap()];
    let cache = rest::database(phone.folder(), "cache.db");
    let one = params![bucket, kind, id];
    match dice.below(7) {
        0 => {
            let sql = format!("delete from member where {ONE}");
            cache.execute(&sql, one).unwrap();
            "a member is gone"
        }
        1 => {
            cache
                .execute("delete from row where type = ?1 and id = ?2", params![kind, id])
                .unwrap();
            "a row is gone"
        }
        2 => {
            let bit = 1 << dice.below(20);
            let sql = format!("update member set rev = ?4 where {ONE}");
            cache.execute(&sql, params![bucket, kind, id, rev ^ bit]).unwrap();
            "a revision has one bit wrong"
        }
        3 => {
            let mut bytes = data.clone();
            // Behind the head of the frame, of which not every bit has a meaning.
            let at = HEAD + usize::try_from(dice.below((bytes.len() - HEAD) as u64)).unwrap();
            bytes[at] ^= 1 << dice.below(8);
            let sql = "update row set data = ?3 where type = ?1 and id = ?2";
            cache.execute(sql, params![kind, id, bytes]).unwrap();
            "a bit of a text is wrong"
        }
        4 => {
            let sql = "insert or ignore into row (type, id, rev, data) values (?1, 'nobody', 1, ?2)";
            cache.execute(sql, params![kind, data]).unwrap();
            let sql = "insert or ignore into member (bucket, row, rev)
                 select b.n, r.n, 1 from bucket b, row r where b.name = ?1 and r.type = ?2 and r.id = 'nobody'";
            cache.execute(sql, params![bucket, kind]).unwrap();
            "somebody is here who does not exist"
        }
        5 => {
            let sql = "update row set rev = 1000000 where type = ?1 and id = ?2";
            cache.execute(sql, params![kind, id]).unwrap();
            "a row is newer than the street"
        }
        _ => {
            cache
                .execute("update cursor set rev = rev + 1000000 where bucket = ?1", [bucket])
                .unwrap();
            "a cursor is beyond the street"
        }
    }
}

/// Damages one row or more, lets the phone run, and tells whether it holds again what it held; `digests` is false for the
/// control.
async fn mended(seed: u64, digests: bool) -> Result<(), String> {
    let world = World::seeded(seed);
    let mut phone = world.worker("li").await;
    for _ in 0..3 {
        phone.capture(a_report());
    }
    phone.sync().await;
    let before = held(&phone);
    let mut dice = Dice::of(seed);
    phone.kill();
    let done: Vec<_> = (0..=dice.below(3)).map(|_| damage(&phone, &mut dice)).collect();
    if !digests {
        world.server.stand_before(WithoutDigests);
    }
    phone.start();
    phone.run_for(HOUR / 6).await;
    let street = world
        .server
        .handle()
        .store
        .read_blocking(|tx| Ok(sync_server::store::streets::closed(tx)?));
    if street.unwrap() > 0 {
        return Err(format!("seed {seed}: {done:?} closed the street"));
    }
    if held(&phone) == before {
        Ok(())
    } else {
        Err(format!("seed {seed}: {done:?} was not mended"))
    }
}

#[tokio::test(start_paused = true)]
async fn damage_in_the_phones_copy_is_found_and_mended() {
    let (mut violations, runs) = (Vec::new(), DAILY * scale());
    for seed in 1..=runs {
        violations.extend(mended(seed, true).await.err());
    }
    let mut missed = 0;
    for seed in 1..=4 {
        missed += u32::from(mended(seed, false).await.is_err());
    }
    println!(
        "PROVE P4 damage_in_the_phones_copy runs={runs} violations={} control={}",
        violations.len(),
        if missed > 0 { "caught" } else { "missed" }
    );
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(missed > 0, "without digests nobody finds it");
}

#[tokio::test(start_paused = true)]
async fn the_office_sees_that_a_phone_was_mended() {
    let world = World::new();
    let mut phone = world.worker("li").await;
    phone.kill();
    let cache = rest::database(phone.folder(), "cache.db");
    cache.execute("delete from row where type = 'queue'", []).unwrap();
    drop(cache);
    phone.start();
    phone.run_for(HOUR / 6).await;
    let devices = world.office(xunge_tests::street::KEEPER).get("/v1/devices");
    assert_eq!(devices[0]["holds"]["divergences"], 1);
    let bucket = Bucket::from("ref");
    let kept = world.server.read(|tx| {
        let street = xunge_tests::street::street();
        Ok((
            sync_server::store::buckets::digest(tx, &street, &bucket)?,
            sync_server::store::buckets::counted(tx, &street, &bucket)?,
        ))
    });
    assert_eq!(kept.0, kept.1);
}
