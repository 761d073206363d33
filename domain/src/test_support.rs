//! Builders for tests of this crate: plain values with nothing odd about them.

use std::path::PathBuf;

use uuid::Uuid;

use crate::view::{CaseRow, GridRow, QueueRow, RoutingReason, StreetRow};
use crate::{CapturedAt, CaseId, CaseState, CommunityId, Place, QueueId, ReceivedAt, UserId, catalog};

/// A file of the shared test data, or nothing where it is not at hand.
pub(crate) fn shared(path: &str) -> Option<String> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = std::env::var_os("XUNGE_DATA").map_or_else(|| workspace.join("../shared/data"), PathBuf::from);
    // XUNGE_DATA is relative to the workspace, where the commands are run.
    let root = if root.is_relative() { workspace.join(root) } else { root };
    std::fs::read_to_string(root.join(path)).ok()
}

/// A square grid with its south-west corner at this longitude and latitude.
pub(crate) fn square(id: &str, lon: f64, lat: f64, side: f64) -> GridRow {
    let ring = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side], [0.0, 0.0]];
    GridRow {
        id: id.into(),
        name: id.to_owned(),
        community: "c1".into(),
        community_name: "c1".to_owned(),
        rings: vec![ring.iter().map(|[x, y]| [lon + x, lat + y]).collect()],
        property_queue: None,
    }
}

/// The grids of a `GeoJSON` feature collection of the shared data.
pub(crate) fn grid_rows(geojson: &str) -> Vec<GridRow> {
    let collection: serde_json::Value = serde_json::from_str(geojson).unwrap();
    let features = collection["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| {
            let text = |name: &str| feature["properties"][name].as_str().unwrap().to_owned();
            GridRow {
                id: text("grid_code").into(),
                name: text("grid_name"),
                community: CommunityId(text("community_code")),
                community_name: text("community"),
                rings: serde_json::from_value(feature["geometry"]["coordinates"].clone()).unwrap(),
                property_queue: None,
            }
        })
        .collect()
}

/// A street with every default switch.
pub(crate) fn street() -> StreetRow {
    StreetRow {
        id: "s1".into(),
        name: "Example Street".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        triage_first: vec![],
        disabled_categories: vec![],
        calendar: crate::clock::Calendar::default(),
    }
}

/// Every default queue, the queues of community `c1` and one estate, all staffed.
pub(crate) fn all_queues() -> Vec<QueueRow> {
    let mut rows: Vec<QueueRow> = catalog::queues().iter().map(|queue| queue.row(true)).collect();
    rows.extend(catalog::community_queues(&"c1".into(), "一社区", "First community"));
    rows.push(QueueRow {
        id: QueueId::from("property-e1"),
        ..rows[0].clone()
    });
    rows
}

/// A case in `municipal` with the assist `greening`, in grid `g1`, reported by user 20.
pub(crate) fn case_row(category: &str) -> CaseRow {
    CaseRow {
        id: CaseId(Uuid::from_u128(1)),
        number: "JL-20220412-0001".to_owned(),
        state: CaseState::Accepted,
        state_rev: 3,
        close_reason: None,
        category: category.into(),
        urgency: 2,
        lead_queue: "municipal".into(),
        assists: vec!["greening".into()],
        routing: RoutingReason {
            rule: "category-default".to_owned(),
            version: 1,
            lead: "municipal".into(),
            assists: vec!["greening".into()],
            skipped: vec![],
            inputs: std::collections::BTreeMap::new(),
            other_grid: None,
        },
        place: Place {
            chosen: None,
            others: vec![],
            address: None,
            grid: Some("g1".into()),
            other_grid: None,
        },
        text: "text".to_owned(),
        reports: vec![],
        reporter: Some(UserId(Uuid::from_u128(20))),
        reporter_label: Some("王小明".to_owned()),
        need: None,
        photos: vec![],
        stored: vec![],
        captured_at: CapturedAt(0),
        received_at: ReceivedAt(0),
        stage_due: None,
        due_at: None,
        resolved_at: None,
        timeline: vec![],
    }
}

/// A resident with a phone number and a tag.
pub(crate) fn resident() -> crate::Resident {
    crate::Resident {
        id: crate::ResidentId(Uuid::from_u128(71)),
        household: crate::HouseholdId(Uuid::from_u128(70)),
        name: "甲".to_owned(),
        sex: None,
        birth_year: Some(1950),
        relation: crate::household::HEAD.to_owned(),
        phone: Some("13800000000".to_owned()),
        tags: vec![crate::Tag::LivingAlone],
    }
}
