//! The base map of roads, buildings and water, as one `GeoJSON` file.

use domain::StreetId;
use geojson::FeatureCollection;

use super::{ImportCode, ImportProblem, Imported, Refused};
use crate::server::Server;
use crate::store::basemaps;

/// The largest base map, in bytes: phones keep it whole.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Replaces the street's base map.
///
/// # Errors
/// [`Refused::File`] with what is wrong, or [`Refused::Server`].
pub fn take(server: &Server, street: StreetId, text: &str, dry_run: bool) -> Result<Imported, Refused> {
    let problem = |code| Refused::File(vec![ImportProblem::new(code, "GeoJSON")]);
    if text.len() > MAX_BYTES {
        return Err(problem(ImportCode::OutOfRange));
    }
    let map: FeatureCollection = text.parse().map_err(|_malformed| problem(ImportCode::NotGeojson))?;
    if map.features.is_empty() {
        return Err(problem(ImportCode::Empty));
    }
    let known = server
        .store
        .read_blocking(|tx| Ok(basemaps::get(tx, &street)?.is_some()))?;
    if !dry_run {
        let text = text.to_owned();
        server
            .store
            .write_blocking(move |tx| Ok(basemaps::put(tx, &street, &text)?))?;
    }
    Ok(Imported {
        new: usize::from(!known),
        again: usize::from(known),
    })
}
