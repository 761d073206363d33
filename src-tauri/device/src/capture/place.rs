//! Where a report is: the first source that holds, and what the others say.

use domain::geodesy::distance_m;
use domain::grid::{GridIndex, Location};
use domain::{GridId, LatLon, Place, PlaceClaim, PlaceSource};

use crate::view::{Draft, LocationKind, ReportDraft};

/// A fix of this radius in metres or better is believed.
const GOOD_FIX_M: f64 = 50.0;
/// Sources further apart than this many metres are shown.
const DISAGREE_M: f64 = 100.0;

/// A place with how it came about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) place: Place,
    pub(crate) location: LocationKind,
    /// The grids to choose from at a border.
    pub(crate) candidates: Vec<GridId>,
    /// Largest distance between two sources in metres, when they disagree.
    pub(crate) disagree_m: Option<f64>,
    /// A photo's position that the worker has not confirmed. It is shown; with it as the chosen place nothing is saved.
    pub(crate) to_confirm: Option<LatLon>,
}

/// Resolves the place of a draft.
pub(crate) fn resolve(draft: &Draft, report: &ReportDraft, grids: &GridIndex) -> Resolved {
    let claims = claims(draft, report);
    let held = claims.iter().find(|claim| holds(claim, report)).cloned();
    let unconfirmed = claims
        .iter()
        .find(|claim| held.is_none() && claim.source == PlaceSource::Photo)
        .cloned();
    let to_confirm = unconfirmed.as_ref().map(|claim| claim.point);
    // Beside an address it waits; alone it is shown as the place it would be.
    let chosen = held.or(unconfirmed.filter(|_| !has_address(report)));
    let others: Vec<PlaceClaim> = claims
        .iter()
        .filter(|claim| Some(*claim) != chosen.as_ref())
        .cloned()
        .collect();
    let located = chosen.as_ref().map(|claim| grids.locate(claim.point, claim.accuracy_m));
    let (location, grid, other_grid, candidates) = settle(located, report.grid.as_ref());
    let address = report
        .address
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned);
    Resolved {
        to_confirm,
        disagree_m: disagreement(&claims),
        place: Place {
            chosen,
            others,
            address,
            grid,
            other_grid,
        },
        location,
        candidates,
    }
}

/// Every source there is, best first. A zeroed or impossible position is no position.
fn claims(draft: &Draft, report: &ReportDraft) -> Vec<PlaceClaim> {
    let pin = report.pin.map(|point| PlaceClaim {
        source: PlaceSource::Pin,
        point,
        accuracy_m: None,
    });
    let fix = report.fix.clone().map(|fix| PlaceClaim {
        source: PlaceSource::Fix,
        ..fix
    });
    let photos = draft.photos.iter().filter_map(|photo| photo.manifest.position);
    let photos = photos.map(|point| PlaceClaim {
        source: PlaceSource::Photo,
        point,
        accuracy_m: None,
    });
    let mut found: Vec<PlaceClaim> = Vec::new();
    for claim in pin
        .into_iter()
        .chain(fix)
        .chain(photos)
        .filter(|claim| on_earth(claim.point))
    {
        if !found.contains(&claim) {
            found.push(claim);
        }
    }
    found
}

fn on_earth(point: LatLon) -> bool {
    let zeroed = point.lat == 0.0 && point.lon == 0.0;
    (-90.0..=90.0).contains(&point.lat) && (-180.0..=180.0).contains(&point.lon) && !zeroed
}

fn has_address(report: &ReportDraft) -> bool {
    report.address.as_deref().is_some_and(|text| !text.trim().is_empty())
}

fn holds(claim: &PlaceClaim, report: &ReportDraft) -> bool {
    match claim.source {
        PlaceSource::Pin => true,
        PlaceSource::Photo => report.confirmed == Some(claim.point),
        PlaceSource::Fix => claim
            .accuracy_m
            .is_some_and(|radius| (0.0..=GOOD_FIX_M).contains(&radius)),
        PlaceSource::Address => false,
    }
}

type Settled = (LocationKind, Option<GridId>, Option<GridId>, Vec<GridId>);

/// At a border the worker chooses; until then there is no grid.
fn settle(located: Option<Location>, wanted: Option<&GridId>) -> Settled {
    match located {
        None => (LocationKind::None, wanted.cloned(), None, Vec::new()),
        Some(Location::Outside) => (LocationKind::Outside, wanted.cloned(), None, Vec::new()),
        Some(Location::Inside(grid)) => (LocationKind::Inside, Some(grid), None, Vec::new()),
        Some(Location::Border { first, second }) => {
            let candidates = vec![first.clone(), second.clone()];
            if wanted == Some(&first) {
                (LocationKind::Border, Some(first), Some(second), candidates)
            } else if wanted == Some(&second) {
                (LocationKind::Border, Some(second), Some(first), candidates)
            } else {
                (LocationKind::Border, None, None, candidates)
            }
        }
    }
}

fn disagreement(claims: &[PlaceClaim]) -> Option<f64> {
    let pairs = claims
        .iter()
        .enumerate()
        .flat_map(|(at, a)| claims[at + 1..].iter().map(move |b| (a, b)));
    let largest = pairs.map(|(a, b)| distance_m(a.point, b.point)).fold(0.0, f64::max);
    (largest > DISAGREE_M).then_some(largest)
}

#[cfg(test)]
mod tests {
    use domain::{PhotoManifest, PhotoRole, Sha256Hex, Source};

    use super::*;
    use crate::test_support::grid;
    use crate::view::{DraftKind, DraftPhoto};

    fn at(lat: f64, lon: f64) -> LatLon {
        LatLon { lat, lon }
    }

    fn fix(point: LatLon, accuracy_m: f64) -> PlaceClaim {
        PlaceClaim {
            source: PlaceSource::Fix,
            point,
            accuracy_m: Some(accuracy_m),
        }
    }

    fn draft(photo_at: Option<LatLon>) -> Draft {
        let manifest = PhotoManifest {
            role: PhotoRole::Wide,
            upright: None,
            preview: None,
            original: None,
            taken_at: None,
            position: photo_at,
            flags: Vec::new(),
        };
        let photo = DraftPhoto {
            id: Sha256Hex(String::new()),
            role: PhotoRole::Wide,
            manifest,
            url: None,
        };
        Draft {
            id: String::new(),
            kind: DraftKind::Report,
            author: None,
            replaces: None,
            household: None,
            about: None,
            updated_at: domain::CapturedAt(0),
            report: None,
            visit: None,
            note: None,
            photos: vec![photo],
        }
    }

    fn report() -> ReportDraft {
        ReportDraft {
            category: None,
            answer: None,
            text: String::new(),
            pin: None,
            fix: None,
            confirmed: None,
            grid: None,
            address: None,
            no_photo_reason: None,
            source: Source::Patrol,
            photos_on_mobile: false,
        }
    }

    /// Two grids side by side, meeting at 104.01 east.
    fn grids() -> GridIndex {
        GridIndex::new(&[grid("west", 104.0, 104.01), grid("east", 104.01, 104.02)])
    }

    const WEST: LatLon = LatLon {
        lat: 30.5,
        lon: 104.005,
    };
    const BORDER: LatLon = LatLon { lat: 30.5, lon: 104.01 };

    #[test]
    fn a_pin_beats_a_fix_and_a_fix_beats_a_photo() {
        let all = ReportDraft {
            pin: Some(WEST),
            fix: Some(fix(at(30.5001, 104.006), 9.0)),
            ..report()
        };
        let source = |report: &ReportDraft| {
            resolve(&draft(Some(WEST)), report, &grids())
                .place
                .chosen
                .unwrap()
                .source
        };
        assert_eq!(source(&all), PlaceSource::Pin);
        assert_eq!(
            source(&ReportDraft {
                pin: None,
                ..all.clone()
            }),
            PlaceSource::Fix
        );
        assert_eq!(source(&report()), PlaceSource::Photo);
    }

    #[test]
    fn a_photos_position_counts_once_the_worker_confirms_it() {
        let draft = draft(Some(WEST));
        let open = resolve(&draft, &report(), &grids());
        assert_eq!(
            (open.to_confirm, open.place.grid),
            (Some(WEST), Some("west".into())),
            "shown with its grid"
        );
        let confirmed = ReportDraft {
            confirmed: Some(WEST),
            ..report()
        };
        let settled = resolve(&draft, &confirmed, &grids());
        assert_eq!(settled.to_confirm, None);
        assert_eq!(settled.place.chosen.unwrap().source, PlaceSource::Photo);
        let elsewhere = ReportDraft {
            confirmed: Some(BORDER),
            ..report()
        };
        assert_eq!(
            resolve(&draft, &elsewhere, &grids()).to_confirm,
            Some(WEST),
            "another photo is another place"
        );
    }

    #[test]
    fn beside_an_address_or_a_better_source_a_photos_position_is_only_kept() {
        let draft = draft(Some(WEST));
        let with_address = ReportDraft {
            address: Some("1号".to_owned()),
            ..report()
        };
        let resolved = resolve(&draft, &with_address, &grids());
        assert_eq!((resolved.place.chosen, resolved.to_confirm), (None, Some(WEST)));
        assert_eq!(resolved.place.others.len(), 1);
        let with_fix = ReportDraft {
            fix: Some(fix(WEST, 9.0)),
            ..report()
        };
        assert_eq!(resolve(&draft, &with_fix, &grids()).to_confirm, None);
    }

    #[test]
    fn a_poor_fix_is_kept_but_not_believed() {
        let poor = ReportDraft {
            fix: Some(fix(WEST, 51.0)),
            address: Some(" 1号 ".to_owned()),
            ..report()
        };
        let resolved = resolve(&draft(None), &poor, &grids());
        assert_eq!(resolved.place.chosen, None);
        assert_eq!(resolved.place.others.len(), 1);
        assert_eq!(resolved.place.address.as_deref(), Some("1号"));
        assert_eq!(resolved.location, LocationKind::None);
    }

    #[test]
    fn a_zeroed_position_is_no_position() {
        let zeroed = ReportDraft {
            fix: Some(fix(at(0.0, 0.0), 5.0)),
            pin: Some(at(0.0, 0.0)),
            ..report()
        };
        let resolved = resolve(&draft(Some(at(0.0, 0.0))), &zeroed, &grids());
        assert_eq!((resolved.place.chosen, resolved.place.others.len()), (None, 0));
    }

    #[test]
    fn at_a_border_the_worker_chooses_and_the_other_grid_is_stored() {
        let at_border = ReportDraft {
            pin: Some(BORDER),
            ..report()
        };
        let open = resolve(&draft(None), &at_border, &grids());
        assert_eq!(
            (open.location, open.place.grid, open.candidates.len()),
            (LocationKind::Border, None, 2)
        );
        let chosen = ReportDraft {
            grid: Some("east".into()),
            ..at_border
        };
        let place = resolve(&draft(None), &chosen, &grids()).place;
        assert_eq!(
            (place.grid, place.other_grid),
            (Some("east".into()), Some("west".into()))
        );
    }

    #[test]
    fn a_choice_that_is_no_candidate_does_not_count() {
        let wrong = ReportDraft {
            pin: Some(WEST),
            grid: Some("east".into()),
            ..report()
        };
        assert_eq!(resolve(&draft(None), &wrong, &grids()).place.grid, Some("west".into()));
    }

    #[test]
    fn sources_over_a_hundred_metres_apart_are_shown() {
        let near = ReportDraft {
            pin: Some(WEST),
            ..report()
        };
        assert_eq!(
            resolve(&draft(Some(at(30.5005, 104.005))), &near, &grids()).disagree_m,
            None
        );
        let far = resolve(&draft(Some(at(30.502, 104.005))), &near, &grids())
            .disagree_m
            .unwrap();
        assert!((200.0..250.0).contains(&far), "{far}");
    }
}
