//! The first start: an empty street, and the one-time link that makes its first administrator.

use domain::role::Role;
use domain::view::StreetRow;
use domain::{ErrorCode, ProblemKind, ReceivedAt, StreetId, UserId};

use crate::Outcome;
use crate::auth::{Person, password, secret};
use crate::people::is_login;
use crate::routes::check::Check;
use crate::server::Server;
use crate::store::links::{self, NewLink, Purpose};
use crate::store::people::{self, PersonRecord};
use crate::store::{StoreError, Tx, audit, streets};

/// How long the printed link works, in milliseconds: fifteen minutes.
const LINK_LIFETIME_MS: i64 = 15 * 60_000;

/// What the first administrator tells about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// The street's name; kept as it is when absent.
    pub street_name: Option<String>,
    /// What the administrator signs in with.
    pub login: String,
    /// The administrator's name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl FirstAdministrator {
    /// Checks the fields by themselves.
    ///
    /// # Errors
    /// [`ErrorCode::Invalid`] with every problem, [`ErrorCode::PasswordWeak`].
    pub fn check(&self) -> Outcome<()> {
        let mut check = Check::default();
        check.that(is_login(&self.login), "login", ProblemKind::Malformed);
        check.text("name", &self.name, 1, 60);
        if let Some(street) = &self.street_name {
            check.text("street_name", street, 1, 60);
        }
        check.done()?;
        Ok(password::check_strength(&self.password, &self.login)?)
    }
}

/// True until somebody administers the deployment.
///
/// # Errors
/// What the engine reports.
pub fn is_needed(tx: &Tx<'_>) -> Result<bool, StoreError> {
    Ok(!people::everybody(tx)?
        .iter()
        .any(|person| person.active && person.roles.contains(&Role::Administrator)))
}

/// Writes a fresh setup link where one is needed; returns its token.
///
/// # Errors
/// What the engine reports.
pub fn issue_link(server: &Server) -> Outcome<Option<String>> {
    let token = secret::token(&server.ids.secret());
    let now = server.now();
    server.store.write_blocking(move |tx| {
        let Some(street) = streets::all(tx)?
            .into_iter()
            .next()
            .filter(|_| is_needed(tx).unwrap_or(false))
        else {
            return Ok(None);
        };
        let link = NewLink {
            street: street.id,
            purpose: Purpose::Setup,
            user: None,
            created_by: None,
            expires_at: ReceivedAt(now.0 + LINK_LIFETIME_MS),
        };
        links::insert(tx, &link, &token, now)?;
        Ok(Some(token))
    })
}

/// Makes the first administrator.
///
/// # Errors
/// [`ErrorCode::LinkInvalid`] for a wrong, used or old token, or when an administrator exists.
pub async fn set_up(server: &Server, token: String, first: FirstAdministrator) -> Outcome<Person> {
    let hash = server
        .office
        .hash_password(first.password.clone(), server.ids.secret())
        .await?;
    let (user, entry, now) = (UserId(server.ids.uuid()), server.ids.uuid(), server.now());
    server
        .store
        .write(move |tx| {
            if !is_needed(tx)? {
                return Err(ErrorCode::LinkInvalid.into());
            }
            let (street, _nobody) = links::take(tx, &token, Purpose::Setup, now)?;
            name_street(tx, &street, first.street_name)?;
            if people::is_login_taken(tx, &street, &first.login)? {
                return Err(ErrorCode::LoginTaken.into());
            }
            let record = administrator(street, user, first.login, first.name, hash);
            people::insert(tx, &record, now)?;
            audit::note(tx, &record.street, (entry, now), None, "setup", ("person", &user))?;
            Ok(people::person(tx, &record, now)?)
        })
        .await
}

fn name_street(tx: &Tx<'_>, id: &StreetId, name: Option<String>) -> Outcome<()> {
    let Some(name) = name else { return Ok(()) };
    let street = streets::get(tx, id)?.ok_or(ErrorCode::NotFound)?;
    streets::update(
        tx,
        &StreetRow {
            name: name.trim().to_owned(),
            ..street
        },
    )?;
    Ok(())
}

fn administrator(street: StreetId, id: UserId, login: String, name: String, hash: String) -> PersonRecord {
    PersonRecord {
        street,
        id,
        login,
        name,
        password_hash: Some(hash),
        roles: vec![Role::Administrator],
        language: "zh-CN".to_owned(),
        active: true,
    }
}
