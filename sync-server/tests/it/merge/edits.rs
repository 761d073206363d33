//! Edits of three phones, made up from a seed.

use domain::protocol::{Mutation, kind};
use domain::{Hlc, HouseholdId};
use serde_json::{Value, json};

use crate::push::mutation;
use crate::world::{MORNING, Phone};

/// Numbers from a seed (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = usize::try_from(self.below(at as u64 + 1)).unwrap();
            items.swap(at, other);
        }
    }
}

/// What a phone does once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    Household(String, Value),
    Resident(String, Value),
    Remove,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    /// Which of the three phones.
    pub(crate) phone: usize,
    /// Place among all edits by name.
    pub(crate) n: u64,
    pub(crate) hlc: Hlc,
    pub(crate) act: Act,
}

impl Made {
    /// The value it wrote, as JSON, with the name of its field.
    pub(crate) fn values(&self) -> Option<(String, String)> {
        match &self.act {
            Act::Household(field, value) => Some((format!("household {field}"), value.to_string())),
            Act::Resident(field, value) => Some((format!("resident {field}"), value.to_string())),
            Act::Remove => None,
        }
    }
}

/// One to three edits of each phone, each phone with a clock of its own.
pub(crate) fn history(random: &mut Random) -> Vec<Vec<Made>> {
    let mut n = 0;
    (0..3)
        .map(|phone| {
            let mut hlc = MORNING * 1_000 - 60_000 + i64::try_from(random.below(100)).unwrap();
            (0..=random.below(3))
                .map(|_| {
                    hlc += 1 + i64::try_from(random.below(60)).unwrap();
                    n += 1;
                    let (hlc, act) = (Hlc(hlc), act(random));
                    Made { phone, n, hlc, act }
                })
                .collect()
        })
        .collect()
}

fn act(random: &mut Random) -> Act {
    let number = random.below(1_000);
    match random.below(10) {
        0 | 1 => Act::Household("phone".to_owned(), json!(number.to_string())),
        2 => Act::Household("door_note".to_owned(), json!(format!("note {number}"))),
        3 => Act::Household(
            "tenure".to_owned(),
            json!(["owner", "rented", "vacant"][usize::try_from(number % 3).unwrap()]),
        ),
        4 => Act::Resident("name".to_owned(), json!(format!("name {number}"))),
        5 => Act::Resident("phone".to_owned(), json!(number.to_string())),
        6 => Act::Resident(
            "relation".to_owned(),
            json!(["户主", "长子", "长女"][usize::try_from(number % 3).unwrap()]),
        ),
        7 | 8 => Act::Resident("tag.living-alone".to_owned(), json!(number.is_multiple_of(2))),
        _ => Act::Remove,
    }
}

/// Every order in which they can arrive; each phone sends its own in the order of making.
pub(crate) fn orders(phones: &[Vec<Made>]) -> Vec<Vec<Made>> {
    if phones.iter().all(Vec::is_empty) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in (0..phones.len()).filter(|at| !phones[*at].is_empty()) {
        let mut rest = phones.to_vec();
        let next = rest[at].remove(0);
        for mut order in orders(&rest) {
            order.insert(0, next.clone());
            all.push(order);
        }
    }
    all
}

/// A `household.edit`.
pub(crate) fn edit_of(
    phone: &Phone,
    seq: u64,
    household: HouseholdId,
    hlc: i64,
    fields: &[(&str, Value, i64)],
) -> Mutation {
    let fields: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, value, base)| ((*name).to_owned(), json!({ "value": value, "base_rev": base })))
        .collect();
    let body = json!({ "household": household, "hlc": hlc, "fields": fields });
    mutation(phone, seq, kind::HOUSEHOLD_EDIT, household.0, body)
}
