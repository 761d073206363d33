//! The person behind a session, and one extractor per right: a handler that takes a [`CaseReader`] can only be called by
//! somebody who may read cases.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use domain::role::{Permission, Role};
use domain::{CommunityId, ErrorCode, GridId, QueueId, StreetId, UserId};
use serde_json::json;

use super::access::Access;
use super::{cookie, secret};
use crate::server::Server;
use crate::store::sessions;
use crate::{Failure, Outcome};

/// Header that every request of the office that changes something carries; a foreign site cannot send it.
pub const OFFICE_HEADER: &str = "x-xunge";
/// Its value.
pub const OFFICE_HEADER_VALUE: &str = "office";

/// A person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The street.
    pub street: StreetId,
    /// The person.
    pub user: UserId,
    /// What the person signs in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Queues whose orders the person works.
    pub queues: Vec<QueueId>,
    /// Communities the person answers for.
    pub communities: Vec<CommunityId>,
    /// Grids the person works in.
    pub grids: Vec<GridId>,
    /// Language of the interface, such as `zh-CN`.
    pub language: String,
}

impl Person {
    /// Everything the person may do.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<Permission> {
        Role::union(&self.roles)
    }

    /// True when one of the person's roles includes this permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.may(permission))
    }
}

/// Refuses a changing request that does not carry the office's header.
///
/// # Errors
/// [`ErrorCode::Forbidden`].
fn same_site(method: &Method, headers: &HeaderMap) -> Outcome<()> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    if reads
        || headers
            .get(OFFICE_HEADER)
            .is_some_and(|value| value == OFFICE_HEADER_VALUE)
    {
        return Ok(());
    }
    Err(Failure::refused(
        ErrorCode::Forbidden,
        json!({ "header": OFFICE_HEADER }),
    ))
}

/// A request that the office itself sent; for routes that need no session.
#[derive(Debug, Clone, Copy)]
pub struct FromOffice;

impl FromRequestParts<Server> for FromOffice {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _server: &Server) -> Outcome<Self> {
        same_site(&parts.method, &parts.headers).map(|()| Self)
    }
}

/// The person behind the request's session, when `access` admits it.
///
/// # Errors
/// [`ErrorCode::Unauthenticated`] without a live session, [`ErrorCode::Forbidden`] without the right or the header.
pub async fn person(parts: &Parts, server: &Server, access: Access) -> Outcome<Person> {
    let token = cookie::read(&parts.headers).ok_or(ErrorCode::Unauthenticated)?;
    let found = sessions::resume(server, secret::hash(token)).await?;
    let person = found.ok_or(ErrorCode::Unauthenticated)?;
    same_site(&parts.method, &parts.headers)?;
    if access.admits(&person.permissions()) {
        Ok(person)
    } else {
        Err(ErrorCode::Forbidden.into())
    }
}

macro_rules! callers {
    ($($(#[$doc:meta])* $name:ident = [$($permission:ident),* $(,)?];)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Person);

        impl $name {
            /// What the route table states for handlers that take this caller.
            pub const ACCESS: Access = Access::Session(&[$(Permission::$permission),*]);
        }

        impl FromRequestParts<Server> for $name {
            type Rejection = Failure;

            async fn from_request_parts(parts: &mut Parts, server: &Server) -> Outcome<Self> {
                person(parts, server, Self::ACCESS).await.map(Self)
            }
        }
    )+};
}

callers! {
    /// Anybody signed in.
    SignedIn = [];
    /// May see some cases; which ones, the person's roles and queues say.
    CaseReader = [SeeAllCases, SeeCommunityCases, WorkOrders];
    /// May act on some cases; which acts, the state machine says.
    CaseActor = [Triage, Rule, WorkOrders];
    /// May change what triage decides, such as the grid of a case at a border.
    Triager = [Triage];
    /// May add photos to an act.
    PhotoAdder = [Triage, WorkOrders];
    /// May see some households; which ones, the person's grids and communities say.
    HouseholdReader = [SeeGridHouseholds, SeeCommunityHouseholds];
    /// Answers for the households of a community: reads the history of their fields, and chooses between two values.
    HouseholdKeeper = [SeeCommunityHouseholds];
    /// May unmask a field of a household in reach.
    Revealer = [RevealFields];
    /// May see and change people.
    PeopleKeeper = [ManagePeople];
    /// May change the street's settings.
    StreetKeeper = [ManageStreet];
    /// May enrol and revoke phones.
    DeviceKeeper = [ManageDevices];
    /// May see that something waits for a person; whose content the person may read, its kind says.
    StrayReader = [ManageDevices, Triage, SeeCommunityHouseholds];
    /// May bring in what a phone exported because it could not reach the server.
    BundleTaker = [ManageDevices, Triage];
    /// May read who looked at whom.
    LogReader = [ReadAccessLog];
}
