//! What the administrator sees of people, and what may be said about one.

use domain::role::Role;
use domain::{CommunityId, GridId, QueueId, ReceivedAt, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonView {
    /// Name in the system.
    pub id: UserId,
    /// What the person types to sign in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Queues whose orders the person works.
    pub queues: Vec<QueueId>,
    /// Communities the person answers for.
    pub communities: Vec<CommunityId>,
    /// Grids the person works in, own grid first.
    pub grids: Vec<GridId>,
    /// False when the account is switched off.
    pub active: bool,
    /// False until a password was set through a link.
    pub has_password: bool,
    /// Phones enrolled and not revoked.
    pub phones: u32,
}

/// Everybody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonList {
    /// By login.
    pub rows: Vec<PersonView>,
}

/// A new person. The password is set through the one-time link in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// What the person types to sign in.
    #[schema(pattern = "^[a-z0-9][a-z0-9._-]{1,39}$", min_length = 2, max_length = 40)]
    pub login: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// Roles.
    #[schema(min_items = 1, max_items = 8)]
    pub roles: Vec<Role>,
    /// Queues whose orders the person works; each must exist.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub queues: Vec<QueueId>,
    /// Communities the person answers for; each must exist.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub communities: Vec<CommunityId>,
    /// Grids the person works in, own grid first; each must exist.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub grids: Vec<GridId>,
}

/// What is to change about a person; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// The person's name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: Option<String>,
    /// Roles.
    #[schema(min_items = 1, max_items = 8)]
    pub roles: Option<Vec<Role>>,
    /// Queues whose orders the person works.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub queues: Option<Vec<QueueId>>,
    /// Communities the person answers for.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub communities: Option<Vec<CommunityId>>,
    /// Grids the person works in, own grid first.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub grids: Option<Vec<GridId>>,
    /// False switches the account off: sessions end at once, phones are refused.
    pub active: Option<bool>,
}

/// A one-time link through which a person sets a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResetLink {
    /// The token; shown once, stored as a hash.
    pub token: String,
    /// Path and query at the office, to be put behind the office's address.
    pub path: String,
    /// The whole address, when the server knows its public one.
    pub url: Option<String>,
    /// Until when it works.
    pub expires_at: ReceivedAt,
}

/// A person just added, with the link to set the first password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonAdded {
    /// The person.
    pub person: PersonView,
    /// The link.
    pub link: ResetLink,
}
