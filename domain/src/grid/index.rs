use geo::{Coord, Distance, Euclidean, Intersects, LineString, Point, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{BORDER_M, Location};
use crate::view::GridRow;
use crate::{GridId, LatLon};

/// Metres in one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_320.0;
/// No fix is so bad that grids further away than this need looking at.
const FAR_M: f64 = 5_000.0;

/// The grids of a street, ready to be asked.
#[derive(Debug, Clone)]
pub struct GridIndex {
    grids: Vec<(GridId, Vec<Vec<[f64; 2]>>)>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl GridIndex {
    /// Builds the index. A grid whose outer ring has fewer than three corners is never found.
    #[must_use]
    pub fn new(rows: &[GridRow]) -> Self {
        let grids: Vec<_> = rows.iter().map(|row| (row.id.clone(), row.rings.clone())).collect();
        let boxes = grids.iter().enumerate().filter_map(|(at, (_, rings))| {
            let outer = rings.first().filter(|ring| ring.len() >= 3)?;
            Some(GeomWithData::new(Rectangle::from_aabb(AABB::from_points(outer)), at))
        });
        let boxes = RTree::bulk_load(boxes.collect());
        Self { grids, boxes }
    }

    /// Where a position lies. `accuracy_m` is the radius of the fix; the border is at least [`BORDER_M`] wide.
    #[must_use]
    pub fn locate(&self, point: LatLon, accuracy_m: Option<f64>) -> Location {
        let reach = accuracy_m
            .filter(|radius| radius.is_finite())
            .unwrap_or(0.0)
            .clamp(BORDER_M, FAR_M);
        let mut near = self.within(point, reach);
        near.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(b.0)));
        match near.as_slice() {
            [] => Location::Outside,
            // Outside every grid and near one: still nobody's, so the worker is asked.
            [(_, distance)] if *distance > 0.0 => Location::Outside,
            [(only, _)] => Location::Inside((*only).clone()),
            [(first, _), (second, _), ..] => Location::Border {
                first: (*first).clone(),
                second: (*second).clone(),
            },
        }
    }

    /// Grids within reach, with their distance in metres; 0 inside.
    fn within(&self, point: LatLon, reach: f64) -> Vec<(&GridId, f64)> {
        let plane = Plane::around(point);
        self.boxes
            .locate_in_envelope_intersecting(&plane.window(reach))
            .filter_map(|found| {
                let (id, rings) = &self.grids[found.data];
                let distance = plane.distance(rings);
                (distance <= reach).then_some((id, distance))
            })
            .collect()
    }
}

/// A flat piece of ground around a point, in metres from it: exact to millimetres at the size of a street.
pub(super) struct Plane {
    origin: LatLon,
    metres_per_lon: f64,
}

impl Plane {
    pub(super) fn around(origin: LatLon) -> Self {
        // Near the poles a degree of longitude has no length; no street lies there, but no division by zero either.
        let shrink = origin.lat.to_radians().cos().max(1e-6);
        Self {
            origin,
            metres_per_lon: METRES_PER_DEGREE * shrink,
        }
    }

    fn window(&self, reach: f64) -> AABB<[f64; 2]> {
        let (lon, lat) = (reach / self.metres_per_lon, reach / METRES_PER_DEGREE);
        AABB::from_corners(
            [self.origin.lon - lon, self.origin.lat - lat],
            [self.origin.lon + lon, self.origin.lat + lat],
        )
    }

    fn ring(&self, ring: &[[f64; 2]]) -> LineString {
        let corner = |[lon, lat]: &[f64; 2]| Coord {
            x: (lon - self.origin.lon) * self.metres_per_lon,
            y: (lat - self.origin.lat) * METRES_PER_DEGREE,
        };
        ring.iter().map(corner).collect()
    }

    /// The polygon of these rings, outer first; none without an outer one.
    pub(super) fn polygon(&self, rings: &[Vec<[f64; 2]>]) -> Option<Polygon> {
        let mut rings = rings.iter().map(|ring| self.ring(ring));
        Some(Polygon::new(rings.next()?, rings.collect()))
    }

    fn distance(&self, rings: &[Vec<[f64; 2]>]) -> f64 {
        let Some(polygon) = self.polygon(rings) else {
            return f64::INFINITY;
        };
        let here = Point::new(0.0, 0.0);
        if polygon.intersects(&here) {
            0.0
        } else {
            Euclidean.distance(&here, &polygon)
        }
    }
}
