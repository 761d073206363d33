//! Distances on the ground, and the shifted coordinates (GCJ-02) that map providers in mainland China use.

use std::f64::consts::PI;

use geo::{Distance, Haversine, Point};

use crate::LatLon;

/// Semi-major axis of the Krasovsky 1940 ellipsoid, in metres, which the shift is defined on.
const AXIS: f64 = 6_378_245.0;
/// Square of its eccentricity.
const ECCENTRICITY2: f64 = 0.006_693_421_622_965_943;
/// Degrees below which the inverse counts as found: well under a millimetre.
const CLOSE: f64 = 1e-9;

/// Distance in metres along the ground.
#[must_use]
pub fn distance_m(from: LatLon, to: LatLon) -> f64 {
    Haversine.distance(Point::new(from.lon, from.lat), Point::new(to.lon, to.lat))
}

/// WGS-84 to GCJ-02. Outside China the point stays as it is.
#[must_use]
pub fn wgs84_to_gcj02(point: LatLon) -> LatLon {
    if outside_china(point) {
        return point;
    }
    let (lat, lon) = shift(point);
    LatLon {
        lat: point.lat + lat,
        lon: point.lon + lon,
    }
}

/// GCJ-02 to WGS-84, by iteration, to less than a metre. Outside China the point stays as it is.
#[must_use]
pub fn gcj02_to_wgs84(point: LatLon) -> LatLon {
    if outside_china(point) {
        return point;
    }
    let mut guess = point;
    for _ in 0..16 {
        let there = wgs84_to_gcj02(guess);
        let (lat, lon) = (there.lat - point.lat, there.lon - point.lon);
        guess = LatLon {
            lat: guess.lat - lat,
            lon: guess.lon - lon,
        };
        if lat.abs() < CLOSE && lon.abs() < CLOSE {
            break;
        }
    }
    guess
}

/// The rectangle within which providers shift.
fn outside_china(point: LatLon) -> bool {
    !(0.8293..=55.8271).contains(&point.lat) || !(72.004..=137.8347).contains(&point.lon)
}

/// The shift in degrees of latitude and longitude.
fn shift(point: LatLon) -> (f64, f64) {
    let (x, y) = (point.lon - 105.0, point.lat - 35.0);
    let radians = point.lat / 180.0 * PI;
    let magic = 1.0 - ECCENTRICITY2 * radians.sin().powi(2);
    let lat = metres_north(x, y) * 180.0 / ((AXIS * (1.0 - ECCENTRICITY2)) / (magic * magic.sqrt()) * PI);
    let lon = metres_east(x, y) * 180.0 / (AXIS / magic.sqrt() * radians.cos() * PI);
    (lat, lon)
}

fn wave(x: f64) -> f64 {
    (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
}

fn metres_north(x: f64, y: f64) -> f64 {
    -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + wave(x)
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0
}

fn metres_east(x: f64, y: f64) -> f64 {
    300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + wave(x)
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIANTAN_EAST: LatLon = LatLon {
        lat: 39.90105,
        lon: 116.42079,
    };

    #[test]
    fn the_published_pair_of_points_is_met_to_a_metre() {
        let expected = LatLon {
            lat: 39.90245,
            lon: 116.42703,
        };
        assert!(distance_m(wgs84_to_gcj02(TIANTAN_EAST), expected) < 1.0);
        assert!(distance_m(gcj02_to_wgs84(expected), TIANTAN_EAST) < 1.0);
    }

    #[test]
    fn the_shift_is_some_hundred_metres_so_a_wrong_building() {
        assert!((50.0..700.0).contains(&distance_m(TIANTAN_EAST, wgs84_to_gcj02(TIANTAN_EAST))));
    }

    #[test]
    fn a_point_outside_china_stays_where_it_is() {
        let berlin = LatLon {
            lat: 52.52,
            lon: 13.405,
        };
        assert_eq!(wgs84_to_gcj02(berlin), berlin);
        assert_eq!(gcj02_to_wgs84(berlin), berlin);
    }

    #[test]
    fn one_degree_of_latitude_is_a_hundred_and_eleven_kilometres() {
        let distance = distance_m(LatLon { lat: 30.0, lon: 106.0 }, LatLon { lat: 31.0, lon: 106.0 });
        assert!((111_000.0..111_400.0).contains(&distance), "{distance}");
    }

    proptest! {
        #[test]
        fn there_and_back_ends_within_half_a_metre_all_over_china(lat in 18.0..53.5f64, lon in 73.5..134.8f64) {
            let point = LatLon { lat, lon };
            let back = gcj02_to_wgs84(wgs84_to_gcj02(point));
            prop_assert!(distance_m(point, back) < 0.5);
        }
    }
}
