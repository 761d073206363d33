//! Grids as polygons: one `GeoJSON` feature each.

use std::collections::HashSet;

use domain::grid::overlaps;
use domain::protocol::RowType;
use domain::view::GridRow;
use domain::{CommunityId, GridId, QueueId, StreetId};
use geojson::{Feature, FeatureCollection, GeometryValue};

use super::{ImportCode, ImportProblem, Imported, Refused};
use crate::server::Server;
use crate::store::grids;

/// Two grids may share this much ground, in square metres: borders drawn by hand rarely meet exactly.
const TOLERATED_M2: f64 = 50.0;

/// Writes the grids of a file. Properties: `grid_code` (or `id`), `grid_name` (or `name`), `community_code`,
/// `community`, and for an estate `property_queue`.
///
/// # Errors
/// [`Refused::File`] with every problem, or [`Refused::Server`].
pub fn take(server: &Server, street: &StreetId, text: &str, dry_run: bool) -> Result<Imported, Refused> {
    let rows = read(text).map_err(Refused::File)?;
    let reader = street.clone();
    let known: HashSet<GridId> = server.store.read_blocking(move |tx| {
        let all = grids::all(tx, &reader)?;
        Ok(all.into_iter().map(|grid| grid.id).collect())
    })?;
    let again = rows.iter().filter(|row| known.contains(&row.id)).count();
    let done = Imported {
        new: rows.len() - again,
        again,
    };
    if !dry_run {
        server.edit_blocking(street.clone(), move |edit| {
            for row in &rows {
                grids::put(edit.tx, &edit.street, row)?;
                edit.touch(RowType::Grid, &row.id);
            }
            Ok(())
        })?;
    }
    Ok(done)
}

/// The grids of a file, or everything that is wrong with it.
///
/// # Errors
/// Every problem at once.
pub fn read(text: &str) -> Result<Vec<GridRow>, Vec<ImportProblem>> {
    let file = |code| vec![ImportProblem::new(code, "GeoJSON")];
    let collection: FeatureCollection = text.parse().map_err(|_malformed| file(ImportCode::NotGeojson))?;
    if collection.features.is_empty() {
        return Err(file(ImportCode::Empty));
    }
    let mut problems = Vec::new();
    let mut rows: Vec<GridRow> = Vec::new();
    for (n, feature) in collection.features.iter().enumerate() {
        let place = format!("feature {}", n + 1);
        match grid(feature, &place) {
            Ok(row) if rows.iter().any(|earlier| earlier.id == row.id) => {
                problems.push(ImportProblem::new(ImportCode::Twice, format!("{place}, grid_code")));
            }
            Ok(row) => rows.push(row),
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(
        overlaps(&rows)
            .into_iter()
            .filter(|shared| shared.area_m2 > TOLERATED_M2)
            .map(|shared| ImportProblem::new(ImportCode::Overlap, format!("{} + {}", shared.first, shared.second))),
    );
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn grid(feature: &Feature, place: &str) -> Result<GridRow, Vec<ImportProblem>> {
    let mut problems = Vec::new();
    let property = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| feature.property(name))
            .find_map(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| value.as_u64().map(|n| n.to_string()))
            })
            .filter(|text| !text.trim().is_empty() && text.chars().count() <= 64)
    };
    let mut needed = |names: &[&str]| {
        property(names).unwrap_or_else(|| {
            problems.push(ImportProblem::new(
                ImportCode::Missing,
                format!("{place}, {}", names[0]),
            ));
            String::new()
        })
    };
    let id = needed(&["grid_code", "id"]);
    let name = needed(&["grid_name", "name"]);
    let community = needed(&["community_code"]);
    let community_name = needed(&["community", "community_name"]);
    let rings = rings(feature).unwrap_or_else(|| {
        problems.push(ImportProblem::new(ImportCode::BadShape, place));
        Vec::new()
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(GridRow {
        id: GridId::from(id.as_str()),
        name,
        community: CommunityId::from(community.as_str()),
        community_name,
        rings,
        property_queue: property(&["property_queue"]).map(|queue| QueueId::from(queue.as_str())),
    })
}

fn rings(feature: &Feature) -> Option<Vec<Vec<[f64; 2]>>> {
    let GeometryValue::Polygon { coordinates } = &feature.geometry.as_ref()?.value else {
        return None;
    };
    let corner = |position: &geojson::Position| {
        let [lon, lat, ..] = *position.as_slice() else {
            return None;
        };
        (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some([lon, lat])
    };
    let rings: Vec<Vec<[f64; 2]>> = coordinates
        .iter()
        .map(|ring| ring.iter().map(corner).collect::<Option<Vec<_>>>())
        .collect::<Option<_>>()?;
    (!rings.is_empty() && rings.iter().all(|ring| ring.len() >= 4)).then_some(rings)
}
