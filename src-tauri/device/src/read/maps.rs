//! What the map shows, and what the app keeps on disk.

use std::collections::{BTreeMap, HashSet};

use domain::protocol::{RowType, WireError};
use domain::view::{CaseOutline, GridRow, HouseholdRow};
use domain::{CaseId, GridId, LatLon};

use super::cases::is_open;
use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::store::{household_search, row};
use crate::view::{MapBase, MapCase, MapHousehold, MapView, ReportSummary, StorageView};

impl Device {
    /// What the map shows.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn get_map(&self) -> std::result::Result<MapView, WireError> {
        Ok(self.map_view()?)
    }

    fn map_view(&self) -> Result<MapView> {
        let own_grids = self
            .identity()?
            .map(|identity| identity.profile.grids)
            .unwrap_or_default();
        let grids = self.street()?.grids;
        let imported_zoom = self.imported_zoom();
        Ok(MapView {
            center: center(&grids, &own_grids),
            cases: self.map_cases()?,
            households: self.buildings_due()?,
            base: if imported_zoom.is_some() {
                MapBase::Imported
            } else if self.ports.files.size(&self.basemap_path()).is_some() {
                MapBase::Street
            } else {
                MapBase::None
            },
            imported_zoom,
            grids,
            own_grids,
        })
    }

    fn map_cases(&self) -> Result<Vec<MapCase>> {
        let rows = self.cases()?;
        let outlines: Vec<CaseOutline> = self.store.cache(|cache| row::all(cache, RowType::CaseOutline))?;
        let full: HashSet<CaseId> = rows.iter().map(|case| case.id).collect();
        let by_report = |report: &ReportSummary| {
            rows.iter()
                .find(|case| case.reports.contains(&report.id))
                .map(|case| case.id)
        };
        let mut cases: Vec<MapCase> = self
            .report_summaries()?
            .into_iter()
            .filter(|report| !report.withdrawn && report.case_state.is_none_or(is_open))
            .filter_map(|report| {
                let case = by_report(&report);
                Some(MapCase {
                    id: case.map_or_else(|| report.id.to_string(), |case| case.to_string()),
                    case,
                    report: Some(report.id),
                    point: report.point?,
                    category: report.category,
                    urgency: report.urgency,
                    state: report.case_state,
                    mine: report.mine,
                })
            })
            .collect();
        let others = outlines
            .into_iter()
            .filter(|case| !full.contains(&case.id) && is_open(case.state));
        cases.extend(others.filter_map(|case| {
            Some(MapCase {
                id: case.id.to_string(),
                case: Some(case.id),
                report: None,
                point: case.point?,
                category: case.category,
                urgency: case.urgency,
                state: Some(case.state),
                mine: false,
            })
        }));
        Ok(cases)
    }

    fn buildings_due(&self) -> Result<Vec<MapHousehold>> {
        let now = self.ports.clock.wall_ms();
        if self.lock()?.is_some() {
            return Ok(Vec::new());
        }
        let due = self.store.cache(|cache| household_search::due(cache, now))?;
        let mut buildings: BTreeMap<String, (LatLon, u32)> = BTreeMap::new();
        for id in due {
            let home: Option<HouseholdRow> = self.store.cache(|cache| row::get(cache, RowType::Household, &id))?;
            let Some(home) = home else { continue };
            if let Some(point) = home.household.point {
                buildings
                    .entry(household_search::building_name(&home.household))
                    .or_insert((point, 0))
                    .1 += 1;
            }
        }
        let view = |(building, (point, due))| MapHousehold { building, point, due };
        Ok(buildings.into_iter().map(view).collect())
    }

    /// What the app keeps on disk.
    ///
    /// # Errors
    /// `phone_write`.
    pub fn get_storage(&self) -> std::result::Result<StorageView, WireError> {
        let sum = |folder: &str| -> Result<(u64, usize)> {
            let files = self.ports.files.list(&self.dir.join(folder)).map_err(Failure::from)?;
            Ok((files.iter().map(|file| file.size).sum(), files.len()))
        };
        let (photos, count) = sum("photos")?;
        Ok(StorageView {
            photos,
            photo_files: u32::try_from(count).unwrap_or(u32::MAX),
            databases: sum("")?.0,
            maps: sum("maps")?.0,
            free: self.ports.files.free_space(&self.dir),
        })
    }
}

/// Middle of the person's first grid, or of all.
fn center(grids: &[GridRow], own: &[GridId]) -> Option<LatLon> {
    let mine: Vec<&GridRow> = grids.iter().filter(|grid| own.first() == Some(&grid.id)).collect();
    let shown = if mine.is_empty() { grids.iter().collect() } else { mine };
    let corners: Vec<[f64; 2]> = shown
        .iter()
        .filter_map(|grid| grid.rings.first())
        .flatten()
        .copied()
        .collect();
    let middle = |axis: usize| {
        let values = corners.iter().map(|corner| corner[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        f64::midpoint(low, high)
    };
    (!corners.is_empty()).then(|| LatLon {
        lat: middle(1),
        lon: middle(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{INSIDE, World};

    #[test]
    fn the_map_shows_own_grids_own_reports_and_buildings_with_visits_due() {
        let world = World::enrolled();
        let report = world.save_report("tree-fallen").summary.id;
        let map = world.device.get_map().unwrap();
        assert_eq!((map.grids.len(), map.own_grids.len(), map.base), (2, 1, MapBase::None));
        let center = map.center.unwrap();
        assert!((center.lat - INSIDE.lat).abs() < 1e-9 && (center.lon - INSIDE.lon).abs() < 1e-9);
        assert_eq!(
            (map.cases.len(), map.cases[0].report, map.cases[0].mine),
            (1, Some(report), true)
        );
        assert_eq!((map.households.len(), map.households[0].due), (1, 1));
    }

    #[test]
    fn a_report_taken_back_is_no_longer_on_the_map() {
        let world = World::enrolled();
        let report = world.save_report("tree-fallen").summary.id;
        world.device.withdraw_report(report, "").unwrap();
        assert_eq!(world.device.get_map().unwrap().cases, []);
    }

    #[test]
    fn storage_counts_the_files_of_a_photo() {
        let world = World::enrolled();
        assert_eq!(world.device.get_storage().unwrap().photo_files, 0);
        world.save_report("tree-fallen");
        let storage = world.device.get_storage().unwrap();
        assert_eq!(storage.photo_files, 3);
        assert!(storage.photos > 0 && storage.databases > 0);
    }
}
