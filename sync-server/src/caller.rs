//! Either of the two who may ask: a phone with its token or a person signed in at the office.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use domain::{Bucket, Permission, ReceivedAt, StreetId};

use crate::auth::caller::SignedIn;
use crate::auth::{Access, Person};
use crate::handshake::FLEET;
use crate::phone::Phone;
use crate::server::Server;
use crate::store::devices::DeviceRecord;
use crate::store::{StoreError, Tx, areas};
use crate::{Failure, Outcome};

/// A phone or a person.
#[derive(Debug, Clone)]
pub enum Anyone {
    /// A phone.
    Phone(Box<DeviceRecord>),
    /// A person signed in.
    Person(Box<Person>),
}

impl Anyone {
    /// What the route table states for handlers that take either.
    pub const ACCESS: Access = Access::DeviceOrSession;

    /// The caller's street.
    #[must_use]
    pub fn street(&self) -> &StreetId {
        match self {
            Self::Phone(device) => &device.street,
            Self::Person(person) => &person.street,
        }
    }

    /// The buckets whose pokes concern the caller.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn watches(&self, tx: &Tx<'_>, now: ReceivedAt) -> Result<Vec<Bucket>, StoreError> {
        match self {
            Self::Phone(device) => areas::phone_scope(tx, &device.street, device.user, now),
            Self::Person(person) => Ok(office_buckets(person)),
        }
    }
}

fn office_buckets(person: &Person) -> Vec<Bucket> {
    let mut buckets = vec![Bucket("ref".to_owned())];
    if person.may(Permission::SeeAllCases) {
        buckets.push(Bucket("street".to_owned()));
    }
    if person.may(Permission::SeeCommunityCases) {
        buckets.extend(
            person
                .communities
                .iter()
                .map(|community| Bucket(format!("community:{community}"))),
        );
    }
    if person.may(Permission::ManageDevices) {
        buckets.push(Bucket(FLEET.to_owned()));
    }
    buckets.extend(person.queues.iter().map(|queue| Bucket(format!("dept:{queue}"))));
    buckets
}

impl FromRequestParts<Server> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let Phone(device) = Phone::from_request_parts(parts, server).await?;
            return Ok(Self::Phone(Box::new(device)));
        }
        let SignedIn(person) = SignedIn::from_request_parts(parts, server).await?;
        Ok(Self::Person(Box::new(person)))
    }
}
