//! `tile://localhost/base.json`, `tile://localhost/<z>/<x>/<y>`: the offline map.

use device::Device;
use domain::protocol::WireError;

use super::{Found, not_found, range_requests};

/// The street's own vector data, one tile of an imported map, or the count of refused requests.
pub(super) fn find(device: &Device, path: &str) -> Result<Found, WireError> {
    match path {
        "base.json" => Ok(found(device.base_map()?, "application/geo+json")),
        "range-requests" => Ok(found(range_requests().to_string().into_bytes(), "application/json")),
        tile => {
            let (z, x, y) = coordinates(tile).ok_or_else(not_found)?;
            Ok(found(device.tile(z, x, y)?, "application/vnd.mapbox-vector-tile"))
        }
    }
}

/// An import replaces every tile, so none is kept by the page.
fn found(bytes: Vec<u8>, mime: &'static str) -> Found {
    Found {
        bytes,
        mime,
        cache: "no-store",
    }
}

/// Reads `<z>/<x>/<y>`, with or without the ending that map libraries like to add.
fn coordinates(path: &str) -> Option<(u8, u32, u32)> {
    let mut parts = path.split('/');
    let (z, x, y) = (parts.next()?, parts.next()?, parts.next()?);
    let y = y.split('.').next()?;
    if parts.next().is_some() {
        return None;
    }
    Some((z.parse().ok()?, x.parse().ok()?, y.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::coordinates;

    #[test]
    fn an_address_of_a_tile_is_three_numbers() {
        assert_eq!(coordinates("14/13498/6202"), Some((14, 13498, 6202)));
        assert_eq!(coordinates("14/13498/6202.mvt"), Some((14, 13498, 6202)));
        for wrong in ["", "14/1", "14/1/2/3", "a/b/c", "-1/0/0", "300/0/0", "../../etc/passwd"] {
            assert_eq!(coordinates(wrong), None, "{wrong}");
        }
    }
}
