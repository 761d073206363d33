//! Whose phone this is, and what the server calls it.

use domain::protocol::{Profile, RevokeOrder};
use domain::{DeviceId, Epoch, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::cached::Cached as _;
use super::seen_clock::{self, SeenClock};
use super::{history, setting};
use crate::failure::Result;

/// The enrolment of this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) server: String,
    pub(crate) device: DeviceId,
    pub(crate) token: String,
    pub(crate) profile: Profile,
    pub(crate) epoch: Option<Epoch>,
    pub(crate) next_seq: u64,
    pub(crate) revoked: bool,
    /// What the office ordered a revoked phone to do.
    pub(crate) order: Option<RevokeOrder>,
    /// The device and token of a fork under way; a retry repeats the same request.
    pub(crate) fork: Option<(DeviceId, String)>,
    pub(crate) clock_offset_ms: Option<i64>,
    pub(crate) last_success_ms: Option<i64>,
    /// The latest revision of the street this phone has seen in the epoch.
    pub(crate) seen_rev: Option<u64>,
    /// The revision up to which an off-machine copy of the server exists.
    pub(crate) durable_rev: Option<u64>,
    /// The server's public key, pinned at the enrolment.
    pub(crate) server_key: Option<String>,
    /// How often the phone changed hands, whoever it came to. Written by [`change_hands`] alone.
    pub(crate) hands: u64,
}

/// Stands in the settings.
const HANDS: &str = "changes-of-hands";

impl Identity {
    /// Notes what an answer of this epoch says of the street's revisions. True when more is safe elsewhere than before.
    /// A copy of revisions that the street has not reached is no copy: believed, it would let go of everything.
    pub(crate) fn note_revs(&mut self, seen: Option<u64>, durable: Option<u64>, street: u64) -> bool {
        self.seen_rev = self.seen_rev.max(seen);
        let durable = durable.filter(|rev| *rev <= street);
        let moved = durable > self.durable_rev;
        self.durable_rev = self.durable_rev.max(durable);
        moved
    }

    /// The office revoked this device. One that is to send what is left goes on sending.
    pub(crate) fn obey(&mut self, order: RevokeOrder) {
        (self.revoked, self.order) = (order == RevokeOrder::Lock, Some(order));
    }

    /// This phone is to have a name of its own, which it asks for with these credentials. An order to remove everything at once
    /// that it heard under its present name may be meant for the twin that keeps this one: it shows no household until the
    /// answer tells what it is to do under its new name.
    pub(crate) fn take_another_name(&mut self, credentials: (DeviceId, String)) {
        self.fork = Some(credentials);
        if self.order == Some(RevokeOrder::Wipe) {
            (self.revoked, self.order) = (false, Some(RevokeOrder::Lock));
        }
    }

    /// Another history: what was seen of the last one counts for nothing.
    pub(crate) fn forget_revs(&mut self) {
        (self.seen_rev, self.durable_rev) = (None, None);
    }
}

impl Identity {
    /// True for the same person on the same device, who did not give it away in between: their rows went with that, and an
    /// answer to what they asked before continues what is not here any more.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.device, self.profile.user, self.hands) == (other.device, other.profile.user, other.hands)
    }
}

/// True while this phone is the device that it was when it asked. What another one is answered may be another street's word.
pub(crate) fn is_still(outbox: &Connection, device: DeviceId) -> Result<bool> {
    Ok(get(outbox)?.is_some_and(|now| now.device == device))
}

pub(crate) fn get(outbox: &Connection) -> Result<Option<Identity>> {
    let found = outbox
        .one(
            "select server, device, token, profile, epoch, next_seq, revoked, fork_device, fork_token,
                    clock_offset_ms, last_success_ms, seen_rev, durable_rev, server_key, revoke_order from identity",
            [],
            read,
        )
        .optional()?;
    let hands = setting::get(outbox, HANDS)?;
    Ok(found.map(|identity| Identity { hands, ..identity }))
}

/// Another person signs in.
pub(crate) fn change_hands(outbox: &Connection) -> Result<()> {
    let before: u64 = setting::get(outbox, HANDS)?;
    setting::put(outbox, HANDS, &(before + 1))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Identity> {
    let profile: String = row.get(3)?;
    let fork_device: Option<String> = row.get(7)?;
    let fork_token: Option<String> = row.get(8)?;
    let fork = match (fork_device, fork_token) {
        (Some(device), Some(token)) => Some((DeviceId(uuid(7, &device)?), token)),
        (None | Some(_), None) | (None, Some(_)) => None,
    };
    Ok(Identity {
        server: row.get(0)?,
        device: DeviceId(uuid(1, &row.get::<_, String>(1)?)?),
        token: row.get(2)?,
        profile: serde_json::from_str(&profile)
            .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(3, Type::Text, Box::new(fault)))?,
        epoch: row
            .get::<_, Option<String>>(4)?
            .map(|text| uuid(4, &text).map(Epoch))
            .transpose()?,
        next_seq: row.get(5)?,
        revoked: row.get(6)?,
        fork,
        clock_offset_ms: row.get(9)?,
        last_success_ms: row.get(10)?,
        seen_rev: row.get(11)?,
        durable_rev: row.get(12)?,
        server_key: row.get(13)?,
        hands: 0,
        order: row.get::<_, Option<String>>(14)?.as_deref().and_then(order_of),
    })
}

/// An order that this app does not know is no order but the lock, which stands in `revoked`.
fn order_of(text: &str) -> Option<RevokeOrder> {
    serde_json::from_value(text.into()).ok()
}

fn order_name(order: RevokeOrder) -> &'static str {
    match order {
        RevokeOrder::Lock => "lock",
        RevokeOrder::UploadThenWipe => "upload_then_wipe",
        RevokeOrder::Wipe => "wipe",
    }
}

/// Reads a UUID out of a text column.
pub(crate) fn uuid(column: usize, text: &str) -> rusqlite::Result<Uuid> {
    text.parse()
        .map_err(|fault: uuid::Error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(fault)))
}

pub(crate) fn put(outbox: &Connection, identity: &Identity) -> Result<()> {
    if let Some(epoch) = identity.epoch {
        history::note(outbox, epoch, &identity.profile.street)?;
    }
    let profile = serde_json::to_string(&identity.profile)?;
    outbox.run(
        "insert or replace into identity (one, server, device, token, profile, epoch, next_seq, revoked,
             fork_device, fork_token, clock_offset_ms, last_success_ms, seen_rev, durable_rev, server_key, revoke_order)
         values (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        params![
            identity.server,
            identity.device.to_string(),
            identity.token,
            profile,
            identity.epoch.map(|epoch| epoch.to_string()),
            identity.next_seq,
            identity.revoked,
            identity.fork.as_ref().map(|(device, _)| device.to_string()),
            identity.fork.as_ref().map(|(_, token)| token),
            identity.clock_offset_ms,
            identity.last_success_ms,
            identity.seen_rev,
            identity.durable_rev,
            identity.server_key,
            identity.order.map(order_name),
        ],
    )?;
    Ok(())
}

/// Forgets the enrolment. Settings stay.
pub(crate) fn remove(outbox: &Connection) -> Result<()> {
    outbox.run("delete from identity", [])?;
    Ok(())
}

/// Notes an answer of our server to this device: when, and how far its clock is from ours. A device that it did not know
/// for a while, because it ran on the wrong database, say, is known again.
pub(crate) fn note_success(outbox: &Connection, device: DeviceId, wall_ms: i64, clock_offset_ms: i64) -> Result<()> {
    let noted = outbox.run(
        "update identity set last_success_ms = ?1, clock_offset_ms = ?2,
             revoked = case when revoke_order is null then 0 else revoked end
         where device = ?3",
        params![wall_ms, clock_offset_ms, device.to_string()],
    )?;
    if noted > 0 {
        seen_clock::put(outbox, SeenClock::at(wall_ms))?;
    }
    Ok(())
}

/// Notes that the office revoked this device. One that is to send what is left goes on sending. An answer to a device that
/// this phone is no longer changes nothing. One that has another name to ask for removes nothing at once: see
/// [`Identity::take_another_name`].
pub(crate) fn revoke(outbox: &Connection, device: DeviceId, order: RevokeOrder) -> Result<()> {
    let Some(mut identity) = get(outbox)?.filter(|now| now.device == device) else {
        return Ok(());
    };
    identity.obey(order);
    if let Some(credentials) = identity.fork.take() {
        identity.take_another_name(credentials);
    }
    put(outbox, &identity)
}

/// Notes that the server does not know this device: it was restored from a copy that is older than the enrolment. The
/// worker enrols again, and everything is offered then.
pub(crate) fn unknown_there(outbox: &Connection, device: DeviceId) -> Result<()> {
    outbox.run(
        "update identity set revoked = 1, revoke_order = null where device = ?1",
        [device.to_string()],
    )?;
    Ok(())
}

/// This device speaks for one person more.
pub(crate) fn add_author(outbox: &Connection, user: UserId) -> Result<()> {
    outbox.run("insert or ignore into author (user) values (?1)", [user.to_string()])?;
    Ok(())
}

/// A new device: it speaks for nobody yet.
pub(crate) fn forget_authors(outbox: &Connection) -> Result<()> {
    outbox.run("delete from author", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            server: "http://127.0.0.1:8420".to_owned(),
            device: DeviceId(Uuid::from_u128(1)),
            token: "secret".to_owned(),
            profile: Profile {
                user: UserId(Uuid::from_u128(4)),
                name: "n".to_owned(),
                street: "s".into(),
                street_name: "s".to_owned(),
                community: None,
                grids: vec!["g".into()],
                lease_days: 14,
            },
            epoch: Some(Epoch(Uuid::from_u128(2))),
            next_seq: 7,
            revoked: false,
            order: None,
            fork: Some((DeviceId(Uuid::from_u128(3)), "next".to_owned())),
            clock_offset_ms: Some(-5),
            last_success_ms: None,
            seen_rev: Some(8),
            durable_rev: Some(5),
            server_key: Some("key".to_owned()),
            hands: 0,
        }
    }

    #[test]
    fn an_identity_is_read_as_it_was_written() {
        let (_dir, store) = crate::store::for_test();
        store.write_outbox(|tx| put(tx, &identity())).unwrap();
        assert_eq!(store.outbox(get).unwrap(), Some(identity()));
    }

    #[test]
    fn a_copy_beyond_the_streets_own_revision_is_not_believed() {
        let mut found = identity();
        assert!(!found.note_revs(None, Some(10), 9));
        assert_eq!(found.durable_rev, Some(5));
        assert!(found.note_revs(None, Some(9), 9));
        assert_eq!(found.durable_rev, Some(9));
    }

    #[test]
    fn a_revoked_phone_keeps_its_identity() {
        let (_dir, store) = crate::store::for_test();
        store
            .write_outbox(|tx| put(tx, &identity()).and_then(|()| revoke(tx, identity().device, RevokeOrder::Lock)))
            .unwrap();
        let found = store.outbox(get).unwrap().unwrap();
        assert!(found.revoked);
        assert_eq!(found.token, "secret");
    }

    #[test]
    fn a_phone_that_is_about_to_take_another_name_does_not_remove_everything_but_shows_nothing_and_asks_for_the_name() {
        let (_dir, store) = crate::store::for_test();
        let ordered = |identity: &Identity, order| {
            let heard = |tx: &Connection| put(tx, identity).and_then(|()| revoke(tx, identity.device, order));
            store.write_outbox(|tx| heard(tx)).unwrap();
            let now = store.outbox(get).unwrap().unwrap();
            assert_eq!(now.fork, identity.fork);
            (now.revoked, now.order)
        };
        let settled = Identity {
            fork: None,
            ..identity()
        };
        let to_remove_all = (false, Some(RevokeOrder::Wipe));
        assert_eq!(ordered(&settled, RevokeOrder::Wipe), to_remove_all);
        let (locked, shut) = ((true, Some(RevokeOrder::Lock)), (false, Some(RevokeOrder::Lock)));
        let locked_before = Identity {
            revoked: true,
            order: Some(RevokeOrder::Lock),
            ..identity()
        };
        for forking in [identity(), locked_before] {
            assert_eq!(ordered(&forking, RevokeOrder::Wipe), shut);
            assert_eq!(ordered(&forking, RevokeOrder::Lock), locked);
        }
        let mut told_before = Identity {
            order: Some(RevokeOrder::Wipe),
            ..settled
        };
        told_before.take_another_name((DeviceId(Uuid::from_u128(3)), "next".to_owned()));
        assert_eq!((told_before.revoked, told_before.order), shut);
    }
}
