//! The street's base map, one `GeoJSON` text.

use domain::StreetId;

use super::{StoreError, Tx};
use crate::args;

/// A base map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basemap {
    /// A `GeoJSON` feature collection.
    pub geojson: String,
    /// Its SHA-256.
    pub sha256: String,
}

/// Writes a street's base map.
///
/// # Errors
/// What the engine reports.
pub fn put(tx: &Tx<'_>, street: &StreetId, geojson: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO basemaps (street_id, geojson, sha256) VALUES ($1, $2, $3)
         ON CONFLICT (street_id) DO UPDATE SET geojson = excluded.geojson, sha256 = excluded.sha256",
        args![street, geojson, crate::hash::of(geojson)],
    )?;
    Ok(())
}

/// A street's base map, where it has one.
///
/// # Errors
/// What the engine reports.
pub fn get(tx: &Tx<'_>, street: &StreetId) -> Result<Option<Basemap>, StoreError> {
    let sql = "SELECT geojson, sha256 FROM basemaps WHERE street_id = $1";
    tx.query_opt(sql, args![street], |row| {
        Ok(Basemap {
            geojson: row.get("geojson")?,
            sha256: row.get("sha256")?,
        })
    })
}
