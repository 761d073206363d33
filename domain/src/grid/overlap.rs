use geo::{Area as _, BooleanOps as _};

use super::index::Plane;
use crate::view::GridRow;
use crate::{GridId, LatLon};

/// Ground that two grids share.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// One grid.
    pub first: GridId,
    /// The other.
    pub second: GridId,
    /// How much, in square metres.
    pub area_m2: f64,
}

/// Every pair of grids that share ground. Neighbours share a border, which has no area.
#[must_use]
pub fn overlaps(rows: &[GridRow]) -> Vec<Overlap> {
    let Some(&[lon, lat]) = rows.iter().find_map(|row| row.rings.first()?.first()) else {
        return Vec::new();
    };
    let plane = Plane::around(LatLon { lat, lon });
    let shapes: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((&row.id, plane.polygon(&row.rings)?)))
        .collect();
    let mut found = Vec::new();
    for (n, (first, shape)) in shapes.iter().enumerate() {
        for (second, other) in &shapes[n + 1..] {
            let area_m2 = shape.intersection(other).unsigned_area();
            if area_m2 > 0.0 {
                found.push(Overlap {
                    first: (*first).clone(),
                    second: (*second).clone(),
                    area_m2,
                });
            }
        }
    }
    found
}
