//! Whose phone it is, as the phone is told.

use domain::protocol::{LEASE_DAYS, Profile};
use domain::{ReceivedAt, StreetId, UserId};

use super::{StoreError, Tx, areas, grids, streets};

/// A person's profile as it stands; nothing when there is no such street.
///
/// # Errors
/// What the engine reports.
pub fn of(tx: &Tx<'_>, street: &StreetId, user: UserId, now: ReceivedAt) -> Result<Option<Profile>, StoreError> {
    let Some(row) = streets::get(tx, street)? else {
        return Ok(None);
    };
    let grids = areas::grids(tx, street, user, now)?;
    let community = match areas::communities(tx, street, user, now)?.into_iter().next() {
        Some(community) => Some(community),
        None => grids::communities(tx, street, grids.get(..1).unwrap_or_default())?.pop(),
    };
    Ok(Some(Profile {
        user,
        name: areas::label(tx, street, user)?,
        street: row.id,
        street_name: row.name,
        community,
        grids,
        lease_days: LEASE_DAYS,
    }))
}
