//! Names of things: one distinct type per kind of id, so that a household can never be passed where a case is meant.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(export, type = "string")]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(export, type = "string")]
        #[schema(value_type = String)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
    )+};
}

uuid_ids! {
    /// A report, named on the phone that captured it.
    ReportId,
    /// A case, named by the server at intake.
    CaseId,
    /// An order: one case's assignment to one queue.
    OrderId,
    /// A household file.
    HouseholdId,
    /// A person in a household.
    ResidentId,
    /// One contact with a household.
    VisitId,
    /// A wish raised in a visit; becomes orders.
    NeedId,
    /// One change made on a device or in the office; the only idempotency key.
    MutationId,
    /// A phone's enrolment. A restored or cloned phone gets a new one.
    DeviceId,
    /// A person with an account.
    UserId,
    /// Identity of one unbroken server history; a restore begins a new one.
    Epoch,
}

text_ids! {
    /// A street: tenant, shard and revision counter.
    StreetId,
    /// A community of several grids.
    CommunityId,
    /// The smallest managed area, with one responsible worker.
    GridId,
    /// Where orders wait: a department, a community, an estate's property company or an organisation.
    QueueId,
    /// Slug of a category or need category; stable, never reused.
    CategoryId,
    /// Unit of partial replication, such as `grid:<id>`.
    Bucket,
    /// Lower-case hexadecimal SHA-256 of a file's bytes.
    Sha256Hex,
}

impl Sha256Hex {
    /// True for exactly 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.0.len() == 64 && self.0.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}
