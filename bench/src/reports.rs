//! The reports to send: real texts, places and times; ids and hashes as random as a phone's.

use domain::catalog::category;
use domain::{
    CapturedAt, CategoryId, Expectation, GridId, LatLon, PhotoFile, PhotoManifest, PhotoRole, Place, PlaceClaim,
    PlaceSource, QueueId, Report, ReportId, Sha256Hex, Source,
};
use uuid::Uuid;

use crate::fault::Fault;
use crate::material;

/// A repeatable source of ids and hashes (`SplitMix64`).
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids(u64);

impl Ids {
    /// A source of its own for each `start`.
    pub(crate) fn from(start: u64) -> Self {
        Self(start.wrapping_mul(0x5851_f42d_4c95_7f2d))
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` on, less than `end`.
    pub(crate) fn between(&mut self, least: u64, end: u64) -> u64 {
        least + self.word() % (end - least)
    }

    /// Bytes that no compression makes smaller.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.word().to_le_bytes());
        words.take(count.div_ceil(8)).flatten().take(count).collect()
    }

    /// A `UUIDv7` of that millisecond.
    pub(crate) fn time_ordered(&mut self, at_ms: i64) -> Uuid {
        let random = u128::from(self.word()) << 64 | u128::from(self.word());
        let mut bytes = random.to_be_bytes();
        bytes[..6].copy_from_slice(&at_ms.to_be_bytes()[2..]);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        Uuid::from_bytes(bytes)
    }

    fn hash(&mut self) -> Sha256Hex {
        Sha256Hex(self.bytes(32).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What people write in reports.
pub(crate) struct Texts(Vec<Text>);

struct Text {
    category: CategoryId,
    text: String,
    point: Option<LatLon>,
}

impl Texts {
    /// The texts of `XUNGE_DATA/texts/reports_seed.csv`.
    pub(crate) fn read() -> Result<Self, Fault> {
        let text = std::fs::read_to_string(material::file("texts/reports_seed.csv")?)?;
        Ok(Self(
            text.lines().skip(1).filter_map(|line| row(&fields(line))).collect(),
        ))
    }

    /// One text alone.
    pub(crate) fn one(category: CategoryId, text: String, point: LatLon) -> Self {
        let point = Some(point);
        Self(vec![Text { category, text, point }])
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The `n`th report, captured at `at_ms` in `grid`, with one photo of three files. From the second round on each
    /// text has a number of its own.
    pub(crate) fn report(&self, n: usize, grid: &GridId, at_ms: i64, ids: &mut Ids) -> Option<Report> {
        let (round, told) = (n / self.0.len(), self.0.get(n % self.0.len())?);
        let text = if round == 0 {
            told.text.clone()
        } else {
            format!("{}，第{round}处", told.text)
        };
        let claim = told.point.map(|point| PlaceClaim {
            source: PlaceSource::Fix,
            point,
            accuracy_m: Some(8.5),
        });
        let place = Place {
            chosen: claim,
            others: Vec::new(),
            address: None,
            grid: Some(grid.clone()),
            other_grid: None,
        };
        Some(Report {
            id: ReportId(ids.time_ordered(at_ms)),
            category: told.category.clone(),
            answer: None,
            text,
            place,
            home_grid: Some(grid.clone()),
            captured_at: CapturedAt(at_ms),
            source: Source::Patrol,
            photos: vec![photo(at_ms, ids)],
            no_photo_reason: None,
            expectation: Some(Expectation {
                queue: QueueId::from(category(&told.category).map_or("triage", |category| category.lead)),
                rule: "category".to_owned(),
            }),
        })
    }
}

fn photo(at_ms: i64, ids: &mut Ids) -> PhotoManifest {
    let mut file = |size: (u64, u64), width: u32, height: u32| {
        Some(PhotoFile {
            sha256: ids.hash(),
            size: ids.between(size.0, size.1),
            width,
            height,
            mime: "image/jpeg".to_owned(),
        })
    };
    PhotoManifest {
        role: PhotoRole::Wide,
        upright: file((180_000, 520_000), 2048, 1536),
        preview: file((9_000, 24_000), 320, 240),
        original: file((2_000_000, 5_500_000), 4032, 3024),
        taken_at: Some(CapturedAt(at_ms - 21_400)),
        position: None,
        flags: Vec::new(),
    }
}

fn row(fields: &[String]) -> Option<Text> {
    let [_, _, _, category, _, text, _, lat, lon, ..] = fields else {
        return None;
    };
    let point = lat.parse().ok().zip(lon.parse().ok());
    Some(Text {
        category: CategoryId(category.clone()),
        text: text.clone(),
        point: point.map(|(lat, lon)| LatLon { lat, lon }),
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
