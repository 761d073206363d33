//! The demo street: invented, and carried in the program. Loaded into an empty data folder; its passwords are random at
//! every start and printed.

mod pictures;
mod printed;
mod replay;
mod story;
mod street;

use std::sync::Arc;

use domain::StreetId;
use domain::role::Permission;

pub use printed::Printed;

use crate::Outcome;
use crate::auth::{password, secret};
use crate::clock::Ids;
use crate::routes::enrolments::issue;
use crate::server::Server;
use crate::store::people::{self, PersonRecord};
use crate::store::{Tx, streets};
use story::Story;

/// Loads the demo street where the data folder is empty, and gives its people a fresh password and codes. Nothing when
/// the folder holds another street.
///
/// # Errors
/// What the engine or the file system reports.
pub fn start(server: &Server) -> Outcome<Option<Printed>> {
    let story = Story::told()?;
    let known = server.store.read_blocking(|tx| Ok(streets::all(tx)?))?;
    if known.is_empty() {
        let pictures = pictures::make(server, &story)?;
        let (ids, now, epoch) = (Arc::clone(&server.ids), server.now(), server.epoch);
        let told = story.clone();
        server.store.write_blocking(move |tx| {
            let people = street::write(tx, &*ids, &told, now)?;
            replay::replay(tx, &*ids, epoch, &told, &people, &pictures, now)
        })?;
    } else if known.iter().all(|street| street.id != story.street.id) {
        return Ok(None);
    }
    let password = fresh_password(&*server.ids);
    let mut salt = [0; 16];
    salt.copy_from_slice(&server.ids.secret()[..16]);
    let hash = password::hash(&password, &salt)?;
    let (ids, now, street) = (Arc::clone(&server.ids), server.now(), story.street.id.clone());
    let people = server.store.write_blocking(move |tx| {
        let everybody = people::all(tx, &street)?;
        everybody
            .into_iter()
            .map(|person| renew(tx, &*ids, &street, person, &hash, now))
            .collect::<Outcome<Vec<_>>>()
    })?;
    Ok(Some(Printed {
        street: story.street.name,
        password,
        people,
    }))
}

/// Sets the password and makes a code for whoever carries a phone.
fn renew(
    tx: &Tx<'_>,
    ids: &dyn Ids,
    street: &StreetId,
    person: PersonRecord,
    hash: &str,
    now: domain::ReceivedAt,
) -> Outcome<printed::Line> {
    people::update(
        tx,
        &PersonRecord {
            password_hash: Some(hash.to_owned()),
            ..person.clone()
        },
    )?;
    let carries_phone = person.roles.iter().all(|role| role.may(Permission::CaptureReports))
        && person.roles.contains(&domain::Role::GridWorker);
    let code = if carries_phone {
        Some(issue(tx, ids, street, person.id, None, now)?.0)
    } else {
        None
    };
    Ok(printed::Line {
        login: person.login,
        name: person.name,
        code,
    })
}

/// Twelve characters that are easy to type.
fn fresh_password(ids: &dyn Ids) -> String {
    let part = || {
        std::iter::repeat_with(|| secret::code(&ids.secret()))
            .flatten()
            .next()
            .unwrap_or_default()
    };
    let letters = (part() + &part()).to_lowercase();
    [&letters[..4], &letters[4..8], &letters[8..12]].join("-")
}
