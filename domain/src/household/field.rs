//! The fields of a household file that can be edited, as values: each is merged by itself.

use core::fmt;
use core::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Household, Resident, Tag};
use crate::ProblemKind;

/// Longest name, in characters.
const MAX_NAME: usize = 60;
/// Longest relation, in characters.
const MAX_RELATION: usize = 30;
/// Longest phone number, in characters.
const MAX_PHONE: usize = 30;
/// Longest note for the door, in characters.
const MAX_NOTE: usize = 300;
/// Years of birth that can be.
const BORN: core::ops::RangeInclusive<i64> = 1880..=2100;
/// Fields of a household that lists and workers may change.
pub const HOUSEHOLD_FIELDS: [Field; 3] = [Field::Phone, Field::DoorNote, Field::Tenure];
/// The relation of the head of a household.
pub const HEAD: &str = "户主";

/// One field of a household or a resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Phone number: of the household's contact, or of a resident.
    Phone,
    /// Notes for the door.
    DoorNote,
    /// House type.
    Tenure,
    /// Name of a resident.
    Name,
    /// Sex of a resident.
    Sex,
    /// Year of birth of a resident.
    BirthYear,
    /// Relation of a resident to the head of the household.
    Relation,
    /// Whether a resident has a tag; each tag is merged by itself.
    Tag(Tag),
    /// Whether a resident has left the household.
    Removed,
}

/// The text names no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown field")]
pub struct UnknownField;

impl Field {
    /// Every field of a resident that lists and workers may change.
    #[must_use]
    pub fn of_resident() -> Vec<Self> {
        let plain = [Self::Phone, Self::Name, Self::Sex, Self::BirthYear, Self::Relation];
        plain
            .into_iter()
            .chain(Tag::ALL.iter().copied().map(Self::Tag))
            .collect()
    }

    const PLAIN: [(&'static str, Self); 8] = [
        ("phone", Self::Phone),
        ("door_note", Self::DoorNote),
        ("tenure", Self::Tenure),
        ("name", Self::Name),
        ("sex", Self::Sex),
        ("birth_year", Self::BirthYear),
        ("relation", Self::Relation),
        ("removed", Self::Removed),
    ];

    /// True when two values must not be decided by a clock: a phone number, and who is the head of the household.
    #[must_use]
    pub fn is_sensitive(self, one: &Value, other: &Value) -> bool {
        match self {
            Self::Phone => true,
            Self::Relation => [one, other].iter().any(|value| value.as_str() == Some(HEAD)),
            Self::DoorNote | Self::Tenure | Self::Name | Self::Sex | Self::BirthYear | Self::Tag(_) | Self::Removed => {
                false
            }
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Tag(tag) = self {
            let code = json!(tag);
            return write!(f, "tag.{}", code.as_str().unwrap_or_default());
        }
        let name = Self::PLAIN.iter().find(|(_, field)| field == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(code) = text.strip_prefix("tag.") {
            return serde_json::from_value(json!(code))
                .map(Self::Tag)
                .map_err(|_odd| UnknownField);
        }
        let found = Self::PLAIN.iter().find(|(name, _)| *name == text);
        found.map(|(_, field)| *field).ok_or(UnknownField)
    }
}

/// Something whose fields can be edited.
pub trait Fields {
    /// The value of a field; absent when there is no such field here.
    fn value(&self, field: Field) -> Option<Value>;

    /// Writes a field.
    ///
    /// # Errors
    /// What is wrong with the value; [`ProblemKind::Unknown`] when there is no such field here.
    fn set(&mut self, field: Field, value: &Value) -> Result<(), ProblemKind>;
}

impl Fields for Household {
    fn value(&self, field: Field) -> Option<Value> {
        match field {
            Field::Phone => Some(json!(self.phone)),
            Field::DoorNote => Some(json!(self.door_note)),
            Field::Tenure => Some(json!(self.tenure)),
            Field::Name | Field::Sex | Field::BirthYear | Field::Relation | Field::Tag(_) | Field::Removed => None,
        }
    }

    fn set(&mut self, field: Field, value: &Value) -> Result<(), ProblemKind> {
        match field {
            Field::Phone => self.phone = phone(value)?,
            Field::DoorNote => self.door_note = text(value, MAX_NOTE)?,
            Field::Tenure => self.tenure = code(value)?,
            Field::Name | Field::Sex | Field::BirthYear | Field::Relation | Field::Tag(_) | Field::Removed => {
                return Err(ProblemKind::Unknown);
            }
        }
        Ok(())
    }
}

impl Fields for Resident {
    fn value(&self, field: Field) -> Option<Value> {
        match field {
            Field::Phone => Some(json!(self.phone)),
            Field::Name => Some(json!(self.name)),
            Field::Sex => Some(json!(self.sex)),
            Field::BirthYear => Some(json!(self.birth_year)),
            Field::Relation => Some(json!(self.relation)),
            Field::Tag(tag) => Some(json!(self.tags.contains(&tag))),
            Field::DoorNote | Field::Tenure | Field::Removed => None,
        }
    }

    fn set(&mut self, field: Field, value: &Value) -> Result<(), ProblemKind> {
        match field {
            Field::Phone => self.phone = phone(value)?,
            Field::Name => {
                self.name = text(value, MAX_NAME)?;
                if self.name.is_empty() {
                    return Err(ProblemKind::Missing);
                }
            }
            Field::Sex => self.sex = sex(value)?,
            Field::BirthYear => self.birth_year = year(value)?,
            Field::Relation => self.relation = text(value, MAX_RELATION)?,
            Field::Tag(tag) => {
                let has = value.as_bool().ok_or(ProblemKind::Malformed)?;
                self.tags.retain(|known| *known != tag);
                if has {
                    self.tags.push(tag);
                }
                // The order of tags says nothing, so it is always the same.
                self.tags.sort_unstable();
            }
            Field::DoorNote | Field::Tenure | Field::Removed => return Err(ProblemKind::Unknown),
        }
        Ok(())
    }
}

/// What is wrong with a resident as a whole, field by field.
#[must_use]
pub fn resident_problems(resident: &Resident) -> Vec<(Field, ProblemKind)> {
    tidy_resident(&mut resident.clone())
}

/// Brings a resident into the form that edits give: text without space around it, no empty number, each tag once and in
/// order. Returns what is wrong, field by field.
pub fn tidy_resident(resident: &mut Resident) -> Vec<(Field, ProblemKind)> {
    resident.tags.sort_unstable();
    resident.tags.dedup();
    let mut problems = Vec::new();
    for field in [Field::Name, Field::Sex, Field::BirthYear, Field::Relation, Field::Phone] {
        let Some(value) = resident.value(field) else { continue };
        if let Err(problem) = resident.set(field, &value) {
            problems.push((field, problem));
        }
    }
    problems
}

fn text(value: &Value, max: usize) -> Result<String, ProblemKind> {
    let text = value.as_str().ok_or(ProblemKind::Malformed)?.trim();
    if text.chars().count() > max {
        return Err(ProblemKind::TooLong);
    }
    Ok(text.to_owned())
}

/// Absent, or digits with what people write between them.
fn phone(value: &Value) -> Result<Option<String>, ProblemKind> {
    if value.is_null() {
        return Ok(None);
    }
    let number = text(value, MAX_PHONE)?;
    let plain = number
        .chars()
        .all(|sign| sign.is_ascii_digit() || "+-() ".contains(sign));
    if !plain {
        return Err(ProblemKind::Malformed);
    }
    Ok(Some(number).filter(|number| !number.is_empty()))
}

fn sex(value: &Value) -> Result<Option<String>, ProblemKind> {
    match value.as_str() {
        None if value.is_null() => Ok(None),
        Some(text @ ("f" | "m")) => Ok(Some(text.to_owned())),
        None | Some(_) => Err(ProblemKind::Unknown),
    }
}

fn year(value: &Value) -> Result<Option<i32>, ProblemKind> {
    if value.is_null() {
        return Ok(None);
    }
    let year = value.as_i64().ok_or(ProblemKind::Malformed)?;
    if !BORN.contains(&year) {
        return Err(ProblemKind::OutOfRange);
    }
    i32::try_from(year).map(Some).map_err(|_large| ProblemKind::OutOfRange)
}

fn code<T: DeserializeOwned + Serialize>(value: &Value) -> Result<T, ProblemKind> {
    serde_json::from_value(value.clone()).map_err(|_odd| ProblemKind::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_back_from_its_own_spelling() {
        let all = Field::PLAIN
            .iter()
            .map(|(_, field)| *field)
            .chain([Field::Tag(Tag::LivingAlone)]);
        for field in all {
            assert_eq!(field.to_string().parse::<Field>(), Ok(field));
        }
        assert_eq!(Field::Tag(Tag::Elder80).to_string(), "tag.elder80");
        for odd in ["", "grid", "tag.", "tag.rich"] {
            assert_eq!(odd.parse::<Field>(), Err(UnknownField), "{odd}");
        }
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_with_what_is_wrong() {
        let long = "长".repeat(61);
        let table = [
            (Field::Name, json!(" "), ProblemKind::Missing),
            (Field::Name, json!(long), ProblemKind::TooLong),
            (Field::Name, json!(7), ProblemKind::Malformed),
            (Field::Phone, json!("call me"), ProblemKind::Malformed),
            (Field::Sex, json!("x"), ProblemKind::Unknown),
            (Field::BirthYear, json!(1700), ProblemKind::OutOfRange),
            (Field::BirthYear, json!("1950"), ProblemKind::Malformed),
            (Field::Tag(Tag::Other), json!("yes"), ProblemKind::Malformed),
            (Field::Tenure, json!("owner"), ProblemKind::Unknown),
        ];
        for (field, value, problem) in table {
            assert_eq!(
                crate::test_support::resident().set(field, &value),
                Err(problem),
                "{field}"
            );
        }
    }
}
