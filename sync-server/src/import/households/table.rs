//! The table itself: its columns in Chinese or English, and what each may hold.

use domain::{GridId, Tag, Tenure};

use crate::import::{ImportCode, ImportProblem};

/// Where a household lives; two rows of one door are one household.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Door {
    /// Grid.
    pub grid: GridId,
    /// Estate or road.
    pub estate: String,
    /// Building.
    pub building: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Room.
    pub room: String,
}

/// A resident as the table tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Name.
    pub name: String,
    /// `f`, `m` or absent.
    pub sex: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Relation to the head of the household.
    pub relation: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The household.
    pub door: Door,
    /// House type.
    pub tenure: Tenure,
    /// Notes for the door.
    pub door_note: String,
    /// Telephone of the household.
    pub phone: Option<String>,
    /// Who lives there; absent when nobody is known.
    pub resident: Option<Told>,
}

/// Headings, Chinese first; the last four of a household and all of a resident may be absent.
const COLUMNS: [(&str, &str); 14] = [
    ("网格", "grid"),
    ("小区", "estate"),
    ("楼栋", "building"),
    ("单元", "unit"),
    ("房号", "room"),
    ("住房", "tenure"),
    ("门牌备注", "door_note"),
    ("住户电话", "phone"),
    ("姓名", "name"),
    ("性别", "sex"),
    ("出生年", "birth_year"),
    ("关系", "relation"),
    ("本人电话", "resident_phone"),
    ("标签", "tags"),
];
const NEEDED: [&str; 4] = ["grid", "estate", "building", "room"];
const LONGEST: usize = 200;

/// The rows of a table, or everything that is wrong with it. `grids` are those of the street.
///
/// # Errors
/// Every problem at once, by row and column.
pub fn read(bytes: &[u8], grids: &[GridId]) -> Result<Vec<Row>, Vec<ImportProblem>> {
    let whole = |code| vec![ImportProblem::new(code, "CSV")];
    let text = std::str::from_utf8(bytes).map_err(|_other| whole(ImportCode::NotCsv))?;
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headings = table.headers().map_err(|_malformed| whole(ImportCode::NotCsv))?.clone();
    let places = Places::of(&headings)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (n, record) in table.records().enumerate() {
        // The heading is row 1, as a spreadsheet counts.
        let mut line = Line {
            places: &places,
            number: n + 2,
            record: match record {
                Ok(record) => record,
                Err(_malformed) => {
                    problems.push(ImportProblem::new(ImportCode::NotCsv, format!("row {}", n + 2)));
                    continue;
                }
            },
            problems: &mut problems,
        };
        rows.extend(line.row(grids));
    }
    if rows.is_empty() && problems.is_empty() {
        return Err(whole(ImportCode::Empty));
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// In which column each heading stands.
struct Places(Vec<(&'static str, usize)>);

impl Places {
    fn of(headings: &csv::StringRecord) -> Result<Self, Vec<ImportProblem>> {
        let places: Vec<_> = COLUMNS
            .iter()
            .filter_map(|(zh, en)| {
                let at = headings.iter().position(|heading| heading == *zh || heading == *en)?;
                Some((*en, at))
            })
            .collect();
        let missing: Vec<_> = NEEDED
            .iter()
            .filter(|name| places.iter().all(|(known, _)| known != *name))
            .map(|name| ImportProblem::new(ImportCode::Missing, format!("row 1, {name}")))
            .collect();
        if missing.is_empty() {
            Ok(Self(places))
        } else {
            Err(missing)
        }
    }

    fn get<'r>(&self, record: &'r csv::StringRecord, column: &str) -> &'r str {
        let at = self.0.iter().find(|(name, _)| *name == column).map(|(_, at)| *at);
        at.and_then(|at| record.get(at)).unwrap_or_default()
    }
}

struct Line<'a> {
    places: &'a Places,
    number: usize,
    record: csv::StringRecord,
    problems: &'a mut Vec<ImportProblem>,
}

impl Line<'_> {
    fn row(&mut self, grids: &[GridId]) -> Option<Row> {
        let before = self.problems.len();
        let grid = GridId::from(self.needed("grid").as_str());
        if !grids.contains(&grid) {
            self.wrong(ImportCode::Unknown, "grid");
        }
        let door = Door {
            grid,
            estate: self.needed("estate"),
            building: self.needed("building"),
            unit: self.text("unit"),
            room: self.needed("room"),
        };
        let row = Row {
            door,
            tenure: self.choice("tenure", &TENURES).unwrap_or(Tenure::Owner),
            door_note: self.text("door_note"),
            phone: self.optional("phone"),
            resident: self.resident(),
        };
        (self.problems.len() == before).then_some(row)
    }

    fn resident(&mut self) -> Option<Told> {
        let name = self.optional("name")?;
        Some(Told {
            name,
            sex: self.choice("sex", &SEXES).map(str::to_owned),
            birth_year: self.birth_year(),
            relation: self.text("relation"),
            phone: self.optional("resident_phone"),
            tags: self.tags(),
        })
    }

    fn birth_year(&mut self) -> Option<i32> {
        let year = self.optional("birth_year")?.parse().ok();
        if year.is_none_or(|year: i32| !(1880..=2100).contains(&year)) {
            self.wrong(ImportCode::OutOfRange, "birth_year");
        }
        year
    }

    fn tags(&mut self) -> Vec<Tag> {
        let words = self.text("tags");
        let words: Vec<_> = words
            .split([';', '；', '、', ' '])
            .filter(|word| !word.is_empty())
            .collect();
        let tags: Vec<_> = words.iter().filter_map(|word| tag(word)).collect();
        if tags.len() != words.len() {
            self.wrong(ImportCode::Unknown, "tags");
        }
        tags
    }

    fn choice<T: Copy>(&mut self, column: &'static str, known: &[(&str, T)]) -> Option<T> {
        let word = self.optional(column)?;
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            self.wrong(ImportCode::Unknown, column);
        }
        found
    }

    fn needed(&mut self, column: &'static str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.wrong(ImportCode::Missing, column);
        }
        text
    }

    fn optional(&mut self, column: &'static str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    fn text(&mut self, column: &'static str) -> String {
        let text = self.places.get(&self.record, column).to_owned();
        if text.chars().count() > LONGEST {
            self.wrong(ImportCode::OutOfRange, column);
        }
        text
    }

    fn wrong(&mut self, code: ImportCode, column: &str) {
        let place = format!("row {}, {column}", self.number);
        self.problems.push(ImportProblem::new(code, place));
    }
}

const TENURES: [(&str, Tenure); 6] = [
    ("自住", Tenure::Owner),
    ("出租", Tenure::Rented),
    ("空置", Tenure::Vacant),
    ("owner", Tenure::Owner),
    ("rented", Tenure::Rented),
    ("vacant", Tenure::Vacant),
];

const SEXES: [(&str, &str); 4] = [("女", "f"), ("男", "m"), ("f", "f"), ("m", "m")];

const TAGS: [(&str, Tag); 15] = [
    ("独居", Tag::LivingAlone),
    ("高龄", Tag::Elder80),
    ("纯老", Tag::AllElder),
    ("残疾", Tag::Disabled),
    ("重残", Tag::SeverelyDisabled),
    ("失能", Tag::DisabledCare),
    ("失独", Tag::LostOnlyChild),
    ("低保", Tag::LowIncome),
    ("低保边缘", Tag::NearLowIncome),
    ("孤寡", Tag::LoneElder),
    ("优抚", Tag::VeteranCare),
    ("困境儿童", Tag::ChildInNeed),
    ("孕产", Tag::Pregnant),
    ("新租户", Tag::RenterNew),
    ("其他", Tag::Other),
];

/// A tag by its Chinese word or its code.
fn tag(word: &str) -> Option<Tag> {
    let named = TAGS.iter().find(|(name, _)| *name == word).map(|(_, tag)| *tag);
    named.or_else(|| serde_json::from_value(word.into()).ok())
}
