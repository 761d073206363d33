//! Photo files that saved records name, and how far each has travelled.

use domain::{Epoch, MutationId, PhotoCopy, PhotoFile, Sha256Hex, StreetId};
use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use super::cached::Cached as _;
use super::mutation::SENDABLE;
use super::{history, proof};
use crate::failure::Result;

/// How far a file has travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileState {
    /// Not offered, or the server does not want it now.
    Local,
    /// The server wants it.
    Wanted,
    /// The server has stored it and checked its hash.
    Stored,
}

impl FileState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Wanted => "wanted",
            Self::Stored => "stored",
        }
    }
}

/// A file as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) sha256: Sha256Hex,
    pub(crate) copy: PhotoCopy,
    pub(crate) size: u64,
    pub(crate) mime: String,
    pub(crate) state: FileState,
    /// Bytes the server has.
    pub(crate) sent: u64,
    /// True when it may use any network (urgent, or the worker allowed it for this report).
    pub(crate) any_network: bool,
    /// True when the office asked for this original, or it is all there is of a photo.
    pub(crate) asked: bool,
    /// True once an off-machine copy of the server holds it.
    pub(crate) copied: bool,
    /// True where it was found missing or damaged on this phone.
    pub(crate) lost: bool,
}

const COLUMNS: &str = "f.sha256, f.copy, f.size, f.mime, f.state, f.sent, f.any_network, f.asked,
    (f.freed_ms is not null
        or exists (select 1 from identity i where i.epoch = f.stored_epoch and i.durable_rev >= f.stored_rev)),
    f.lost_ms is not null";

pub(crate) const fn copy_name(copy: PhotoCopy) -> &'static str {
    match copy {
        PhotoCopy::Preview => "preview",
        PhotoCopy::Upright => "upright",
        PhotoCopy::Original => "original",
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let odd = |column, text: String| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, text.into());
    let copy = match row.get::<_, String>(1)?.as_str() {
        "preview" => PhotoCopy::Preview,
        "upright" => PhotoCopy::Upright,
        "original" => PhotoCopy::Original,
        other => return Err(odd(1, other.to_owned())),
    };
    let state = match row.get::<_, String>(4)?.as_str() {
        "local" => FileState::Local,
        "wanted" => FileState::Wanted,
        "stored" => FileState::Stored,
        other => return Err(odd(4, other.to_owned())),
    };
    Ok(Kept {
        sha256: Sha256Hex(row.get(0)?),
        copy,
        size: row.get(2)?,
        mime: row.get(3)?,
        state,
        sent: row.get(5)?,
        any_network: row.get(6)?,
        asked: row.get(7)?,
        copied: row.get(8)?,
        lost: row.get(9)?,
    })
}

fn select(outbox: &Connection, rest: &str, values: impl Params) -> Result<Vec<Kept>> {
    let mut statement = outbox.prepare_cached(&format!("select distinct {COLUMNS} from photo_file f {rest}"))?;
    let found = statement.query_map(values, read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// One file of a photo of a record that is being saved.
pub(crate) struct Named<'a> {
    pub(crate) mutation: MutationId,
    /// Index of the photo in the record.
    pub(crate) n: usize,
    pub(crate) copy: PhotoCopy,
    pub(crate) file: &'a PhotoFile,
    pub(crate) any_network: bool,
    pub(crate) asked: bool,
    pub(crate) captured_ms: i64,
}

/// Notes that a record names a file. The same bytes in two records are one file; that another street has it is of no use to this
/// one.
pub(crate) fn insert(outbox: &Connection, named: &Named<'_>) -> Result<()> {
    let elsewhere = "sha256 = ?1 and state = 'stored' and stored_epoch is not (select epoch from identity)";
    put_back(outbox, elsewhere, [named.file.sha256.as_str()])?;
    outbox.run(
        "insert into photo_file (sha256, copy, size, mime, state, any_network, asked, captured_ms)
         values (?1, ?2, ?3, ?4, 'local', ?5, ?6, ?7)
         on conflict (sha256) do update set any_network = max(any_network, excluded.any_network),
             asked = max(asked, excluded.asked), freed_ms = null, lost_ms = null",
        params![
            named.file.sha256.as_str(),
            copy_name(named.copy),
            named.file.size,
            named.file.mime,
            named.any_network,
            named.asked,
            named.captured_ms,
        ],
    )?;
    outbox.run(
        "insert into photo_ref (mutation, n, copy, sha256) values (?1, ?2, ?3, ?4)",
        params![
            named.mutation.to_string(),
            named.n,
            copy_name(named.copy),
            named.file.sha256.as_str()
        ],
    )?;
    Ok(())
}

/// On no server, whole here, and of a mutation that was not given up; originals only if asked for.
const HELD_HERE_ALONE: &str =
    "f.state <> 'stored' and f.freed_ms is null and f.lost_ms is null and (f.copy <> 'original' or f.asked = 1)
    and exists (select 1 from photo_ref r join mutation m on m.id = r.mutation
        where r.sha256 = f.sha256 and m.dismissed_ms is null)";
/// Wanted only where its mutation was answered: in this history.
const ANSWERED: &str = "exists (select 1 from photo_ref r join mutation m on m.id = r.mutation
    where r.sha256 = f.sha256 and m.acked_epoch = (select epoch from identity))";

/// May travel from this device: its mutation was answered, or can be sent from here.
fn travels() -> String {
    format!(
        "{HELD_HERE_ALONE} and ({ANSWERED} or exists (select 1 from photo_ref r join mutation m on m.id = r.mutation
            where r.sha256 = f.sha256 and m.dismissed_ms is null and m.acked_epoch is null and {SENDABLE}))"
    )
}

/// Files the server may be offered, small copies first, oldest first.
pub(crate) fn to_offer(outbox: &Connection) -> Result<Vec<Kept>> {
    select(
        outbox,
        &format!(
            "where f.state = 'local' and {HELD_HERE_ALONE} and {ANSWERED}
             order by case f.copy when 'preview' then 0 when 'upright' then 1 else 2 end, f.captured_ms, f.sha256"
        ),
        [],
    )
}

/// Files of one copy that the server wants, oldest first.
pub(crate) fn wanted(outbox: &Connection, copy: PhotoCopy) -> Result<Vec<Kept>> {
    select(
        outbox,
        &format!(
            "where f.state = 'wanted' and f.copy = ?1 and {HELD_HERE_ALONE} and {ANSWERED} order by f.captured_ms, f.sha256"
        ),
        [copy_name(copy)],
    )
}

/// One file.
pub(crate) fn get(outbox: &Connection, sha256: &Sha256Hex) -> Result<Option<Kept>> {
    Ok(select(outbox, "where f.sha256 = ?1", [sha256.as_str()])?.pop())
}

/// The files one mutation names.
pub(crate) fn of_mutation(outbox: &Connection, mutation: MutationId) -> Result<Vec<Kept>> {
    select(
        outbox,
        "join photo_ref r on r.sha256 = f.sha256 where r.mutation = ?1 order by r.n",
        [mutation.to_string()],
    )
}

/// Number of files that no server holds, whoever made them, and whether or not they can be sent from here.
pub(crate) fn held_here_alone(outbox: &Connection) -> Result<u32> {
    let sql = format!("select count(*) from photo_file f where {HELD_HERE_ALONE}");
    Ok(outbox.one(&sql, [], |row| row.get(0))?)
}

/// Number and bytes of the files that still have to travel from this device.
pub(crate) fn waiting(outbox: &Connection) -> Result<(u32, u64)> {
    let found = outbox.one(
        &format!(
            "select count(*), coalesce(sum(f.size - f.sent), 0) from photo_file f where {}",
            travels()
        ),
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found)
}

/// The files that still have to travel from this device, small copies first, oldest first.
pub(crate) fn travelling(outbox: &Connection) -> Result<Vec<Kept>> {
    select(
        outbox,
        &format!(
            "where {} order by case f.copy when 'preview' then 0 when 'upright' then 1 else 2 end, f.captured_ms, f.sha256",
            travels()
        ),
        [],
    )
}

/// Notes how far a file has travelled.
pub(crate) fn set_progress(outbox: &Connection, sha256: &Sha256Hex, state: FileState, sent: u64) -> Result<()> {
    outbox.run(
        "update photo_file set state = ?2, sent = ?3 where sha256 = ?1",
        params![sha256.as_str(), state.as_str(), sent],
    )?;
    Ok(())
}

/// Notes that the server has stored a file, and at which of the revisions of a history.
pub(crate) fn set_stored(
    outbox: &Connection,
    sha256: &Sha256Hex,
    (epoch, street_rev): (Epoch, Option<u64>),
    proof: Option<i64>,
    now_ms: i64,
) -> Result<()> {
    outbox.run(
        "update photo_file set state = 'stored', sent = size, stored_epoch = ?2, stored_rev = ?3, stored_ms = ?4, proof = ?5
         where sha256 = ?1",
        params![sha256.as_str(), epoch.to_string(), street_rev, now_ms, proof],
    )?;
    Ok(())
}

/// Files that need not stay on this phone: the server signed that it has them, and said, which it does not sign, that an
/// off-machine copy of it holds them as well. Uprights and previews that were stored before `week_ago`; originals taken
/// before `month_ago` whose upright may go, and which the office either has or never asked for. One that a record of another
/// history names as well, or one without an answer, stays: nobody knows whether that street has it.
pub(crate) fn to_free(outbox: &Connection, week_ago_ms: i64, month_ago_ms: i64) -> Result<Vec<Sha256Hex>> {
    let mut statement = outbox.prepare_cached(
        "with safe as (
             select sha256 from photo_file f where state = 'stored' and stored_ms <= ?1 and proof is not null
                 and exists (select 1 from identity i where i.epoch = f.stored_epoch and i.durable_rev >= f.stored_rev)
                 and not exists (select 1 from photo_ref r join mutation m on m.id = r.mutation
                     where r.sha256 = f.sha256 and m.dismissed_ms is null and m.acked_epoch is not f.stored_epoch)
         )
         select sha256 from photo_file f where freed_ms is null and case copy
             when 'original' then captured_ms <= ?2
                 and case when asked = 1 then sha256 in safe
                     else not exists (select 1 from photo_ref r where r.sha256 = f.sha256
                         and not exists (select 1 from photo_ref u join photo_file uf on uf.sha256 = u.sha256
                             where u.mutation = r.mutation and u.n = r.n and u.copy = 'upright'
                                 and (u.sha256 in safe or uf.freed_ms is not null))) end
             else sha256 in safe end",
    )?;
    let found = statement
        .query_map([week_ago_ms, month_ago_ms], |row| row.get(0).map(Sha256Hex))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Notes that a file is about to be removed from this phone; what proves that it was stored stays.
pub(crate) fn set_freed(outbox: &Connection, sha256: &Sha256Hex, now_ms: i64) -> Result<()> {
    proof::keep_of_photos(outbox, "sha256 = ?1", [sha256.as_str()])?;
    outbox.run(
        "update photo_file set freed_ms = ?2 where sha256 = ?1",
        params![sha256.as_str(), now_ms],
    )?;
    Ok(())
}

/// Lets the photos of everything about one entity use any network.
pub(crate) fn hurry(outbox: &Connection, entity: Uuid) -> Result<()> {
    outbox.run(
        "update photo_file set any_network = 1 where any_network = 0 and state <> 'stored' and sha256 in
            (select r.sha256 from photo_ref r join mutation m on m.id = r.mutation where m.entity = ?1)",
        [entity.to_string()],
    )?;
    Ok(())
}

/// Notes whether the office asks for an original. It does not any more where a restore forgot that it did.
pub(crate) fn set_asked(outbox: &Connection, sha256: &Sha256Hex, asked: bool) -> Result<()> {
    outbox.run(
        "update photo_file set asked = ?2 where sha256 = ?1 and copy = 'original'",
        params![sha256.as_str(), asked],
    )?;
    Ok(())
}

/// The street's server has begun this history, or is met in it: nothing that is still here and that it stored in another one is
/// known to be stored any more, nor what another street has of a record that this one is to have.
pub(crate) fn reopen(outbox: &Connection, street: &StreetId, epoch: Epoch) -> Result<()> {
    let elsewhere = "stored_epoch <> ?1 and exists (select 1 from photo_ref r join mutation m on m.id = r.mutation
        where r.sha256 = photo_file.sha256 and m.dismissed_ms is null and (m.acked_epoch is null or m.acked_epoch = ?1))";
    let lost = history::lost("stored_epoch");
    let anew = format!("freed_ms is null and ({lost} or {elsewhere})");
    put_back(outbox, &anew, [&epoch.to_string(), street.as_str()])
}

/// Files that are to be offered anew. What proves that they were stored stays.
fn put_back(outbox: &Connection, filter: &str, values: impl Params + Copy) -> Result<()> {
    proof::keep_of_photos(outbox, filter, values)?;
    outbox.run(
        &format!(
            "update photo_file set state = 'local', sent = 0, stored_epoch = null, stored_rev = null, stored_ms = null,
                    proof = null
             where {filter}"
        ),
        values,
    )?;
    Ok(())
}

/// Notes that a file is missing or damaged on this phone. It waits no more: nobody can send it.
pub(crate) fn set_lost(outbox: &Connection, sha256: &Sha256Hex, now_ms: i64) -> Result<()> {
    outbox.run(
        "update photo_file set lost_ms = ?2 where sha256 = ?1 and state <> 'stored'",
        params![sha256.as_str(), now_ms],
    )?;
    Ok(())
}

/// What was missing or damaged is looked at once more: a folder may have been out of reach.
pub(crate) fn look_for_lost(outbox: &Connection) -> Result<()> {
    outbox.run("update photo_file set lost_ms = null where lost_ms is not null", [])?;
    Ok(())
}

/// Hashes of every file that a saved record names and that was not let go of.
pub(crate) fn known(outbox: &Connection) -> Result<Vec<String>> {
    let mut statement = outbox.prepare_cached("select sha256 from photo_file where freed_ms is null")?;
    let found = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use domain::UserId;
    use domain::protocol::{Mutation, Receipt, Verdict};

    use super::*;
    use crate::store::{Store, for_test, mutation};

    fn made() -> Mutation {
        Mutation {
            id: MutationId(Uuid::from_u128(1)),
            seq: 0,
            kind: "report.note".to_owned(),
            v: 1,
            entity: Uuid::from_u128(2),
            author: UserId(Uuid::from_u128(3)),
            wall_ms: 0,
            server_est_ms: None,
            body: serde_json::Value::Null,
        }
    }

    fn file(letter: char) -> PhotoFile {
        let sha256 = Sha256Hex(letter.to_string().repeat(64));
        PhotoFile {
            sha256,
            size: 10,
            width: 1,
            height: 1,
            mime: "image/jpeg".to_owned(),
        }
    }

    fn with_one_photo() -> (tempfile::TempDir, Store) {
        let (dir, store) = for_test();
        let copies = [
            (PhotoCopy::Preview, 'a'),
            (PhotoCopy::Upright, 'b'),
            (PhotoCopy::Original, 'c'),
        ];
        let of_a_device = "insert into identity (one, server, device, token, profile, epoch, next_seq, revoked)
            values (1, '', '', '', '{}', ?1, 1, 0)";
        store
            .write_outbox(|tx| {
                tx.execute(of_a_device, [Uuid::nil().to_string()])?;
                crate::store::identity::add_author(tx, made().author)?;
                mutation::insert(tx, &made())?;
                copies.into_iter().try_for_each(|(copy, letter)| {
                    let file = &file(letter);
                    let mutation = made().id;
                    insert(
                        tx,
                        &Named {
                            mutation,
                            n: 0,
                            copy,
                            file,
                            any_network: false,
                            asked: false,
                            captured_ms: 0,
                        },
                    )
                })
            })
            .unwrap();
        (dir, store)
    }

    fn answer(store: &Store) {
        let body_hash = domain::protocol::body_hash(&made());
        let receipt = Receipt {
            id: made().id,
            verdict: Verdict::Applied,
            rev: Some(1),
            body_hash,
        };
        store
            .write_outbox(|tx| mutation::settle(tx, &receipt, None, Epoch(Uuid::nil()), 0))
            .unwrap();
    }

    #[test]
    fn a_photo_is_offered_only_after_its_record_was_answered() {
        let (_dir, store) = with_one_photo();
        assert!(store.outbox(to_offer).unwrap().is_empty());
        answer(&store);
        let offered: Vec<_> = store
            .outbox(to_offer)
            .unwrap()
            .into_iter()
            .map(|kept| kept.copy)
            .collect();
        assert_eq!(offered, [PhotoCopy::Preview, PhotoCopy::Upright]);
    }

    #[test]
    fn a_photo_travels_where_its_record_was_answered_and_is_held_here_wherever_else() {
        let (_dir, store) = with_one_photo();
        let run = |sql: &str| store.write_outbox(|tx| Ok(tx.execute(sql, [])?)).unwrap();
        let counts = || {
            let (waiting, _) = store.outbox(waiting).unwrap();
            (
                waiting,
                store.outbox(to_offer).unwrap().len(),
                store.outbox(held_here_alone).unwrap(),
            )
        };
        assert_eq!(counts(), (2, 0, 2), "with its record");
        run("delete from author");
        assert_eq!(counts(), (0, 0, 2), "a record that cannot be sent from here");
        answer(&store);
        assert_eq!(counts(), (2, 2, 2), "the street has the record");
        run("update identity set epoch = 'another'");
        assert_eq!(counts(), (0, 0, 2), "in another street");
    }

    #[test]
    fn an_original_travels_once_it_is_asked_for() {
        let (_dir, store) = with_one_photo();
        answer(&store);
        assert_eq!(store.outbox(waiting).unwrap(), (2, 20));
        store.write_outbox(|tx| set_asked(tx, &file('c').sha256, true)).unwrap();
        assert_eq!(store.outbox(waiting).unwrap(), (3, 30));
        store
            .write_outbox(|tx| set_asked(tx, &file('c').sha256, false))
            .unwrap();
        assert_eq!(store.outbox(waiting).unwrap(), (2, 20));
    }

    #[test]
    fn progress_counts_down_the_bytes_that_wait() {
        let (_dir, store) = with_one_photo();
        store
            .write_outbox(|tx| set_progress(tx, &file('b').sha256, FileState::Wanted, 4))
            .unwrap();
        assert_eq!(store.outbox(waiting).unwrap(), (2, 16));
        store
            .write_outbox(|tx| set_progress(tx, &file('b').sha256, FileState::Stored, 10))
            .unwrap();
        assert_eq!(store.outbox(waiting).unwrap(), (1, 10));
    }
}
