use std::collections::BTreeMap;

use super::*;
use crate::LatLon;
use crate::test_support::{grid_rows, shared, square};

/// Two squares of about 111 m beside each other at the equator's scale, sharing the border at longitude 0.001.
fn pair() -> GridIndex {
    GridIndex::new(&[square("west", 0.0, 0.0, 0.001), square("east", 0.001, 0.0, 0.001)])
}

fn at(lat: f64, lon: f64) -> LatLon {
    LatLon { lat, lon }
}

fn border(first: &str, second: &str) -> Location {
    Location::Border {
        first: first.into(),
        second: second.into(),
    }
}

#[test]
fn a_point_well_inside_lies_in_its_grid() {
    assert_eq!(
        pair().locate(at(0.0005, 0.0005), Some(5.0)),
        Location::Inside("west".into())
    );
}

#[test]
fn a_point_within_fifteen_metres_of_a_border_names_both_grids_own_side_first() {
    // 0.0001 degrees are 11 m, 0.00016 degrees 18 m.
    assert_eq!(pair().locate(at(0.0005, 0.0009), None), border("west", "east"));
    assert_eq!(pair().locate(at(0.0005, 0.0011), None), border("east", "west"));
    assert_eq!(
        pair().locate(at(0.0005, 0.00116), None),
        Location::Inside("east".into())
    );
}

#[test]
fn a_fix_whose_circle_crosses_a_border_is_a_border_case() {
    let inside = at(0.0005, 0.0005);
    assert_eq!(pair().locate(inside, Some(50.0)), Location::Inside("west".into()));
    assert_eq!(pair().locate(inside, Some(60.0)), border("west", "east"));
}

#[test]
fn the_streets_own_edge_is_no_border_between_grids() {
    assert_eq!(
        pair().locate(at(0.0005, 0.00005), Some(30.0)),
        Location::Inside("west".into())
    );
}

#[test]
fn a_point_outside_every_grid_is_outside_however_near() {
    assert_eq!(pair().locate(at(0.0005, -0.00005), None), Location::Outside);
    assert_eq!(pair().locate(at(1.0, 1.0), Some(10.0)), Location::Outside);
    assert_eq!(GridIndex::new(&[]).locate(at(0.0, 0.0), None), Location::Outside);
}

#[test]
fn a_hole_is_outside_its_grid() {
    let mut ring = square("ring", 0.0, 0.0, 0.01);
    let hole = square("hole", 0.004, 0.004, 0.002).rings.remove(0);
    ring.rings.push(hole);
    let index = GridIndex::new(&[ring]);
    assert_eq!(index.locate(at(0.005, 0.005), None), Location::Outside);
    assert_eq!(index.locate(at(0.002, 0.002), None), Location::Inside("ring".into()));
}

#[test]
fn broken_rows_and_impossible_numbers_are_survived() {
    let mut empty = square("empty", 0.0, 0.0, 1.0);
    empty.rings.clear();
    let mut line = square("line", 0.0, 0.0, 1.0);
    line.rings[0].truncate(2);
    let index = GridIndex::new(&[empty, line, square("good", 0.0, 0.0, 1.0)]);
    assert_eq!(
        index.locate(at(0.5, 0.5), Some(f64::NAN)),
        Location::Inside("good".into())
    );
    assert_eq!(index.locate(at(f64::NAN, 0.5), None), Location::Outside);
    assert_eq!(index.locate(at(90.0, 0.5), None), Location::Outside);
}

/// The 183 cases made from the real streets of the demo extract. A case near a border is right when its grid is
/// one of the two candidates; a case inside must never lie in another grid alone.
#[test]
fn every_case_of_the_demo_street_is_found_in_its_grid() {
    let (Some(grids), Some(cases)) = (shared("grid/demo_grid.geojson"), shared("grid/point_cases.csv")) else {
        eprintln!("not run: the shared point cases are absent");
        return;
    };
    let index = GridIndex::new(&grid_rows(&grids));
    let mut seen: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for line in cases.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [kind, lat, lon, expected, to_border] = fields[..] else {
            panic!("{line}")
        };
        let (point, metres) = (
            at(lat.parse().unwrap(), lon.parse().unwrap()),
            to_border.parse::<f64>().unwrap(),
        );
        let found = index.locate(point, None);
        // The distance column is approximate, and 0.0 of it is on the line itself: either side is right there.
        let near = metres <= BORDER_M * 1.15;
        let (name, right) = match &found {
            Location::Inside(grid) => ("inside", grid.as_str() == expected),
            Location::Border { first, second } => {
                let other_side = metres < 0.05 && second.as_str() == expected;
                ("border", near && (first.as_str() == expected || other_side))
            }
            Location::Outside => ("outside", expected.is_empty()),
        };
        assert!(right, "{line}: {found:?}");
        *seen.entry((kind.to_owned(), name)).or_default() += 1;
    }
    println!("point cases: {seen:?}");
    assert_eq!(seen.values().sum::<usize>(), 183);
}
