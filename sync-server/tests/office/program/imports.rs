//! The door of the files that bring a street its grids, base map and households: a file with a problem is told with its
//! codes in both languages, and nothing of it is taken, however much of it was good.

use std::path::Path;

use serde_json::{Value, json};

use super::{Machine, Street, told};
use crate::import::{HEAD, collection, square};

/// What is odd, what the file is said to hold, the file, and the codes.
type File = (&'static str, &'static str, fn() -> Vec<u8>, &'static [&'static str]);

const GRID: &str = "500199001001001";

#[rustfmt::skip]
const FILES: &[File] = &[
    ("a page of the web", "grids", || b"<html>".to_vec(), &["not_geojson"]),
    ("an empty file", "grids", Vec::new, &["not_geojson"]),
    ("bytes that are no text", "grids", || vec![0xff; 4096], &["not_geojson"]),
    ("a packed file", "grids", packed, &["not_geojson"]),
    ("nested without end", "grids", || vec![b'['; 100_000], &["not_geojson"]),
    ("one feature alone", "grids", || square("n-1", 120.00, 0.01).to_string().into(), &["not_geojson"]),
    ("no grid", "grids", || collection(&[]).into(), &["empty"]),
    ("a good grid and one without a name", "grids", || grids(&[square("n-1", 120.00, 0.01), nameless()]), &["missing"]),
    ("a good grid and one that is a line", "grids", || grids(&[square("n-1", 120.00, 0.01), line()]), &["bad_shape"]),
    ("a good grid and one off the globe", "grids", || grids(&[square("n-1", 120.00, 0.01), square("n-2", 200.0, 0.01)]), &["bad_shape"]),
    ("the same grid twice", "grids", || grids(&[square("n-1", 120.00, 0.01), square("n-1", 121.00, 0.01)]), &["twice"]),
    ("two grids on the same ground", "grids", || grids(&[square("n-1", 120.00, 0.01), square("n-2", 120.005, 0.01)]), &["overlap"]),
    ("a page of the web", "basemap", || b"<html>".to_vec(), &["not_geojson"]),
    ("bytes that are no text", "basemap", || vec![0xff; 4096], &["not_geojson"]),
    ("a packed file", "basemap", packed, &["not_geojson"]),
    ("a map of nothing", "basemap", || collection(&[]).into(), &["empty"]),
    ("more than a phone keeps", "basemap", || vec![b' '; 16 * 1024 * 1024 + 1], &["out_of_range"]),
    ("bytes that are no text", "households", || vec![0xff; 4096], &["not_csv"]),
    ("a table of something else", "households", || b"a,b\n1,2\n".to_vec(), &["missing", "missing", "missing", "missing"]),
    ("headings alone", "households", || HEAD.into(), &["empty"]),
    ("a good household and one nowhere", "households", || table(&["nowhere,新苑,1号楼,,102,,,,,,,,,"]), &["unknown"]),
    ("a good household and half a row", "households", || table(&["nowhere,新苑"]), &["not_csv"]),
    ("a good household and one with an endless note", "households", endless, &["out_of_range"]),
    ("everything wrong in a row", "households", || table(&[",新苑,,,102,租,,,甲,未知,18,户主,,秘密"]), &["missing", "unknown", "missing", "unknown", "unknown", "out_of_range", "unknown"]),
];

/// The first bytes of anything that was packed by `gzip`.
fn packed() -> Vec<u8> {
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 64]].concat()
}

fn grids(features: &[Value]) -> Vec<u8> {
    collection(features).into()
}

fn nameless() -> Value {
    let mut grid = square("n-3", 120.10, 0.01);
    grid["properties"].as_object_mut().unwrap().remove("grid_name");
    grid
}

fn line() -> Value {
    let mut grid = square("n-4", 120.20, 0.01);
    grid["geometry"] = json!({ "type": "LineString", "coordinates": [[120.0, 29.5], [120.1, 29.5]] });
    grid
}

/// A table whose first row is good.
fn table(rows: &[&str]) -> Vec<u8> {
    format!(
        "{HEAD}\n{GRID},新苑,1号楼,,101,自住,,,甲,女,1940,户主,,\n{}\n",
        rows.join("\n")
    )
    .into()
}

fn endless() -> Vec<u8> {
    let note = "字".repeat(201);
    table(&[&format!("{GRID},新苑,1号楼,,102,自住,{note},,,,,,,")])
}

/// Every row of every table.
fn held(database: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(database).unwrap();
    let all = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
    let rows = tables.iter().flat_map(|table| {
        let columns = all(&format!(
            "SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')"
        ));
        all(&format!(
            "SELECT '{table} ' || {} FROM {table}",
            columns.join(" || ',' || ")
        ))
    });
    rows.collect()
}

#[test]
fn a_file_with_a_problem_is_told_in_both_languages_and_nothing_of_it_is_taken() {
    let machine = Machine::new();
    let database = Street::new().copy_to(&machine.path("demo"));
    let before = held(&database);
    let file = machine.path("file");
    let import = |kind: &str, more: &[&str]| {
        let arguments = ["import", kind, file.as_str(), "--data-dir", ":demo"];
        machine.run(&[&arguments, more].concat(), &[])
    };
    for (what, kind, bytes, codes) in FILES {
        std::fs::write(&file, bytes()).unwrap();
        for more in [&[][..], &["--dry-run"]] {
            let out = import(kind, more);
            assert_eq!(told(what, &out), *codes, "{what} ({kind})");
            assert_eq!(out.status.code(), Some(1), "{what} ({kind})");
            assert!(
                out.stdout.is_empty(),
                "{what} ({kind}) says something as if all were well"
            );
            assert!(held(&database) == before, "{what} ({kind}) has changed something");
        }
    }
    for (kind, bytes) in [
        ("grids", grids(&[square("n-1", 120.00, 0.01)])),
        ("households", table(&[])),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let before = held(&database);
        assert!(import(kind, &["--dry-run"]).status.success());
        assert!(held(&database) == before, "{kind} tried out");
        assert!(import(kind, &[]).status.success(), "the control: a good file is taken");
        assert!(held(&database) != before, "the control: what was taken is seen");
    }
}

#[test]
fn a_file_that_cannot_be_read_or_is_larger_than_any_is_told_and_not_loaded() {
    let machine = Machine::new();
    Street::new().copy_to(&machine.path("demo"));
    let huge = machine.path("huge");
    // Holds nothing: a file system stores no empty pages. Loaded, it would fill any memory.
    std::fs::File::create(&huge).unwrap().set_len(64 << 30).unwrap();
    let (nowhere, folder) = (machine.path("nowhere"), machine.path("demo"));
    for kind in ["grids", "basemap", "households"] {
        for (file, code) in [
            (&nowhere, "file_unreadable"),
            (&folder, "file_unreadable"),
            (&huge, "out_of_range"),
        ] {
            let out = machine.run(&["import", kind, file.as_str(), "--data-dir", ":demo"], &[]);
            assert_eq!(told(kind, &out), [code], "{kind}");
        }
    }
}
