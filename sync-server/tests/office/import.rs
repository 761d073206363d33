//! Files bring a street its grids and households. A file with a problem changes nothing, and every problem is named by
//! its place, never by what stands there.

use domain::StreetId;
use serde_json::{Value, json};
use sync_server::import::{ImportCode, ImportProblem, Imported, Refused, basemap, grids, households};
use sync_server::store::{Tx, streets};

use crate::world::World;

pub(crate) const HEAD: &str = "网格,小区,楼栋,单元,房号,住房,门牌备注,住户电话,姓名,性别,出生年,关系,本人电话,标签";

fn street(world: &World) -> StreetId {
    let all = world.server.store.read_blocking(|tx| Ok(streets::all(tx)?)).unwrap();
    all.into_iter().next().unwrap().id
}

fn number(world: &World, sql: &'static str) -> i64 {
    world
        .server
        .store
        .read_blocking(move |tx: &Tx<'_>| Ok(tx.number(sql, &[])?))
        .unwrap()
}

pub(crate) fn square(code: &str, west: f64, width: f64) -> Value {
    let (east, south, north) = (west + width, 29.50, 29.51);
    json!({
        "type": "Feature",
        "properties": { "grid_code": code, "grid_name": "网格", "community_code": "c-1", "community": "新社区" },
        "geometry": { "type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]] },
    })
}

pub(crate) fn collection(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

#[track_caller]
fn problems(outcome: Result<Imported, Refused>) -> Vec<(ImportCode, String)> {
    match outcome {
        Err(Refused::File(problems)) => problems.into_iter().map(|one| (one.code, one.place)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn grids_come_from_polygons_and_the_same_file_twice_changes_nothing() {
    let world = World::demo();
    let (id, before) = (street(&world), number(&world, "SELECT COUNT(*) FROM grids"));
    let file = collection(&[square("n-1", 120.00, 0.01), square("n-2", 120.01, 0.01)]);
    assert_eq!(
        grids::take(&world.server, &id, &file, true).unwrap(),
        Imported { new: 2, again: 0 }
    );
    assert_eq!(
        number(&world, "SELECT COUNT(*) FROM grids"),
        before,
        "a dry run writes nothing"
    );
    assert_eq!(
        grids::take(&world.server, &id, &file, false).unwrap(),
        Imported { new: 2, again: 0 }
    );
    assert_eq!(
        grids::take(&world.server, &id, &file, false).unwrap(),
        Imported { new: 0, again: 2 }
    );
    assert_eq!(number(&world, "SELECT COUNT(*) FROM grids"), before + 2);
}

#[test]
fn every_problem_of_a_grid_file_is_named_at_once() {
    let world = World::demo();
    let id = street(&world);
    let mut nameless = square("n-3", 120.10, 0.01);
    nameless["properties"].as_object_mut().unwrap().remove("grid_name");
    let mut line = square("n-4", 120.20, 0.01);
    line["geometry"] = json!({ "type": "LineString", "coordinates": [[120.0, 29.5], [120.1, 29.5]] });
    let file = collection(&[
        square("n-1", 120.00, 0.01),
        square("n-2", 120.005, 0.01),
        square("n-1", 121.0, 0.01),
        nameless,
        line,
    ]);
    let found = problems(grids::take(&world.server, &id, &file, false));
    assert_eq!(
        found,
        [
            (ImportCode::Twice, "feature 3, grid_code".to_owned()),
            (ImportCode::Missing, "feature 4, grid_name".to_owned()),
            (ImportCode::BadShape, "feature 5".to_owned()),
            (ImportCode::Overlap, "n-1 + n-2".to_owned()),
        ]
    );
    assert_eq!(number(&world, "SELECT COUNT(*) FROM grids WHERE id LIKE 'n-%'"), 0);
    for (text, code) in [
        ("<html>", ImportCode::NotGeojson),
        (r#"{"type":"FeatureCollection","features":[]}"#, ImportCode::Empty),
    ] {
        assert_eq!(problems(grids::take(&world.server, &id, text, false))[0].0, code);
        assert_eq!(
            problems(basemap::take(&world.server, id.clone(), text, false))[0].0,
            code
        );
    }
}

#[test]
fn households_come_from_a_table_and_keep_their_visits_when_it_comes_again() {
    let world = World::demo();
    let (id, before) = (street(&world), number(&world, "SELECT COUNT(*) FROM households"));
    let grid = world.demo_grid();
    let table = format!(
        "\u{feff}{HEAD}\n{grid},新苑,1号楼,1单元,101,自住,,,甲,女,1940,户主,,独居；低保\n{grid},新苑,1号楼,1单元,101,自住,,,乙,男,1938,配偶,,\n{grid},新苑,1号楼,,102,空置,,,,,,,,\n"
    );
    let take = || households::take(&world.server, &id, table.as_bytes(), false).unwrap();
    assert_eq!(take(), Imported { new: 2, again: 0 });
    assert_eq!(take(), Imported { new: 0, again: 2 });
    assert_eq!(number(&world, "SELECT COUNT(*) FROM households"), before + 2);
    assert_eq!(
        number(
            &world,
            "SELECT COUNT(*) FROM residents JOIN households ON households.id = household_id WHERE estate = '新苑'"
        ),
        2
    );
    assert_eq!(
        number(
            &world,
            "SELECT COUNT(*) FROM bucket_rows WHERE kind = 'household' AND id IN (SELECT id FROM households WHERE estate = '新苑')"
        ),
        2,
        "phones are told"
    );
}

#[test]
fn every_problem_of_a_table_is_named_by_row_and_column_and_nothing_is_written() {
    let world = World::demo();
    let (id, before) = (street(&world), number(&world, "SELECT COUNT(*) FROM households"));
    let grid = world.demo_grid();
    let table = format!(
        "{HEAD}\nnowhere,新苑,1号楼,,101,自住,,,,,,,,\n{grid},新苑,,,102,租,,,甲,未知,18,户主,,秘密\n{grid},新苑,2号楼,,103,,,,,,,,,\n"
    );
    let found = problems(households::take(&world.server, &id, table.as_bytes(), false));
    let places: Vec<_> = found
        .iter()
        .map(|(code, place)| (code.as_str(), place.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("unknown", "row 2, grid"),
            ("missing", "row 3, building"),
            ("unknown", "row 3, tenure"),
            ("unknown", "row 3, sex"),
            ("out_of_range", "row 3, birth_year"),
            ("unknown", "row 3, tags"),
        ]
    );
    assert_eq!(number(&world, "SELECT COUNT(*) FROM households"), before);
    for (bytes, code) in [
        (&b"\xff\xfe\x00"[..], ImportCode::NotCsv),
        (b"a,b\n1,2\n", ImportCode::Missing),
        (HEAD.as_bytes(), ImportCode::Empty),
    ] {
        assert_eq!(problems(households::take(&world.server, &id, bytes, false))[0].0, code);
    }
}

#[test]
fn every_code_has_words_in_both_languages() {
    for code in ImportCode::ALL {
        let line = ImportProblem {
            code,
            place: "row 1".to_owned(),
        }
        .to_string();
        assert!(line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{line}");
        assert!(
            line.split(" / ").nth(1).is_some_and(|english| !english.is_empty()),
            "{line}"
        );
    }
}
