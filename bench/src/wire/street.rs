//! The reports to send: real texts, places and times, ids as random as a phone's.

use domain::{
    CapturedAt, CategoryId, Expectation, GridId, LatLon, Place, PlaceClaim, PlaceSource, QueueId, Report, ReportId,
    Source,
};
use uuid::Uuid;

use crate::fault::Fault;
use crate::material;

/// The one worker of these reports.
pub(super) const WORKER: Uuid = Uuid::from_u128(0x0199_a000_0c11_7d42_8f5e_3b9a_6c21_e704);

/// A repeatable source of ids (`SplitMix64`).
#[derive(Debug, Default)]
pub(super) struct Ids(u64);

impl Ids {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A `UUIDv7` of that millisecond.
    pub(super) fn time_ordered(&mut self, at_ms: i64) -> Uuid {
        let random = u128::from(self.word()) << 64 | u128::from(self.word());
        let mut bytes = random.to_be_bytes();
        bytes[..6].copy_from_slice(&at_ms.to_be_bytes()[2..]);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        Uuid::from_bytes(bytes)
    }
}

/// The reports of the seed file, one minute apart.
pub(super) fn reports(ids: &mut Ids) -> Result<Vec<Report>, Fault> {
    let text = std::fs::read_to_string(material::file("texts/reports_seed.csv")?)?;
    let lines = text.lines().skip(1).zip(0_i64..);
    Ok(lines
        .filter_map(|(line, n)| report(&fields(line), 1_784_326_200_000 + n * 60_000, ids))
        .collect())
}

fn report(fields: &[String], at_ms: i64, ids: &mut Ids) -> Option<Report> {
    let [_, _, _, category, _, text, _, lat, lon, grid, ..] = fields else {
        return None;
    };
    let point = lat
        .parse()
        .ok()
        .zip(lon.parse().ok())
        .map(|(lat, lon)| LatLon { lat, lon });
    let claim = point.map(|point| PlaceClaim {
        source: PlaceSource::Fix,
        point,
        accuracy_m: Some(8.5),
    });
    let grid = Some(GridId(grid.clone())).filter(|grid| !grid.0.is_empty());
    let place = Place {
        chosen: claim,
        others: Vec::new(),
        address: None,
        grid: grid.clone(),
        other_grid: None,
    };
    Some(Report {
        id: ReportId(ids.time_ordered(at_ms)),
        category: CategoryId(category.clone()),
        answer: None,
        text: text.clone(),
        place,
        home_grid: grid,
        captured_at: CapturedAt(at_ms),
        source: Source::Patrol,
        photos: Vec::new(),
        no_photo_reason: None,
        expectation: Some(Expectation {
            queue: QueueId("municipal".to_owned()),
            rule: "category".to_owned(),
        }),
    })
}

/// The fields of one CSV line; quotes keep commas together.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, fields.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => fields.push(String::new()),
            (c, Some(field)) => field.push(c),
            (_, None) => {}
        }
    }
    fields
}
