//! The household list: one line per household with what a search looks at, in normal form.

use domain::protocol::RowType;
use domain::view::HouseholdRow;
use domain::visits::{Frequency, frequency};
use domain::{Household, Resident};
use rusqlite::{Connection, params};

use super::row;
use crate::failure::Result;

/// A search, parsed.
#[derive(Debug, Default)]
pub(crate) struct Search {
    words: Vec<String>,
    building: Option<String>,
}

impl Search {
    /// Parses what the worker typed: parts apart by blanks must all be found.
    pub(crate) fn new(query: &str, building: Option<&str>) -> Self {
        let words = query
            .split_whitespace()
            .map(normal)
            .filter(|word| !word.is_empty())
            .collect();
        Self {
            words,
            building: building.map(str::to_owned),
        }
    }
}

/// Lower case, full-width letters and digits made plain, no separators, `号楼`, `单元` and `室` dropped, so that
/// `3号楼 2单元 501`, `3-2-501` and `32501` are the same door.
pub(crate) fn normal(text: &str) -> String {
    let plain: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
    let short = plain.replace("号楼", "").replace("单元", "").replace('室', "");
    short
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '—' | '#' | '/'))
        .collect()
}

fn half_width(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// Name of a building as the picker shows it.
pub(crate) fn building_name(household: &Household) -> String {
    format!("{} {}", household.estate, household.building).trim().to_owned()
}

/// Puts numbers in order by value: `2号楼` before `10号楼`.
fn sort_key(text: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for letter in text.chars().map(half_width).chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            key.push_str(&format!("{digits:0>8}"));
            digits.clear();
        }
        key.push(letter);
    }
    key
}

/// Computes a household's line anew from its row and its residents.
pub(crate) fn refresh(cache: &Connection, id: &str) -> Result<()> {
    let Some(found) = row::get::<HouseholdRow>(cache, RowType::Household, id)? else {
        return Ok(());
    };
    let residents: Vec<Resident> = row::of_household(cache, RowType::Resident, id)?;
    let home = &found.household;
    let door = format!("{} {} {} {}", home.estate, home.building, home.unit, home.room);
    let names: Vec<String> = residents.iter().map(|resident| normal(&resident.name)).collect();
    let phones = residents
        .iter()
        .filter_map(|resident| resident.phone.as_deref())
        .chain(home.phone.as_deref());
    let tails: String = phones.map(|phone| format!("{}|", normal(phone))).collect();
    cache
        .prepare_cached(
            "insert or replace into household_search (id, building, sort, words, tails, next_due)
             values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            id,
            building_name(home),
            sort_key(&door),
            format!("{}|{}", normal(&door), names.join("|")),
            tails,
            due_ms(&found, &residents),
        ])?;
    Ok(())
}

/// When the next visit is due. Who needs frequent visits and never had one is due at once.
fn due_ms(found: &HouseholdRow, residents: &[Resident]) -> Option<i64> {
    let tags: Vec<domain::Tag> = residents
        .iter()
        .flat_map(|resident| resident.tags.iter().copied())
        .collect();
    let often = frequency(&tags) < Frequency::TwiceAYear;
    found
        .next_due
        .map(domain::CapturedAt::millis)
        .or_else(|| often.then_some(0))
}

/// Ids of the households that match, in the order of doors: this page, and how many match in all.
pub(crate) fn find(cache: &Connection, search: &Search, limit: u32, offset: u32) -> Result<(u32, Vec<String>)> {
    let mut statement =
        cache.prepare_cached("select id, building, words, tails from household_search order by sort, id")?;
    let mut rows = statement.query([])?;
    let (mut total, mut page) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let (building, words, tails) = (
            row.get_ref(1)?.as_str(),
            row.get_ref(2)?.as_str(),
            row.get_ref(3)?.as_str(),
        );
        let found = search.matches(
            building.map_err(rusqlite::Error::from)?,
            words.map_err(rusqlite::Error::from)?,
            tails.map_err(rusqlite::Error::from)?,
        );
        if found {
            if total >= offset && total - offset < limit {
                page.push(row.get(0)?);
            }
            total += 1;
        }
    }
    Ok((total, page))
}

impl Search {
    fn matches(&self, building: &str, words: &str, tails: &str) -> bool {
        self.building.as_deref().is_none_or(|wanted| wanted == building)
            && self
                .words
                .iter()
                .all(|word| words.contains(word.as_str()) || ends_a_phone(tails, word))
    }
}

/// Three digits or more may be the end of a phone number.
fn ends_a_phone(tails: &str, word: &str) -> bool {
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_digit()) && tails.contains(&format!("{word}|"))
}

/// Every building, in order.
pub(crate) fn buildings(cache: &Connection) -> Result<Vec<String>> {
    let mut statement =
        cache.prepare_cached("select building from household_search group by building order by min(sort)")?;
    let found = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Ids of the households whose next visit is due before `until`, the longest due first.
pub(crate) fn due(cache: &Connection, until_ms: i64) -> Result<Vec<String>> {
    let mut statement =
        cache.prepare_cached("select id from household_search where next_due <= ?1 order by next_due, sort")?;
    let found = statement
        .query_map([until_ms], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use domain::Bucket;
    use domain::protocol::Row;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::store::changes::Changes;
    use crate::store::{Store, for_test};

    fn id(n: u32) -> String {
        Uuid::from_u128(u128::from(n)).to_string()
    }

    fn put(store: &Store, rows: Vec<Row>) {
        let mut changes = Changes::default();
        store
            .write_cache(|tx| {
                rows.iter()
                    .try_for_each(|row| row::put(tx, &Bucket::from("home:g"), row, &mut changes))?;
                changes.settle(tx)
            })
            .unwrap();
    }

    fn household(n: u32) -> Row {
        let building = format!("{}号楼", n / 40 + 1);
        let data = json!({ "id": id(n), "grid": "g", "estate": "新城三区", "building": building, "unit": "2单元",
            "room": format!("{}01", n % 40 + 1), "point": null, "tenure": "owner", "phone": null,
            "last_visit": null, "last_condition": null, "next_due": i64::from(n) });
        Row {
            kind: RowType::Household,
            id: id(n),
            rev: 1,
            data: data.into(),
        }
    }

    fn resident(n: u32, home: u32, name: &str, phone: &str) -> Row {
        let data = json!({ "id": id(n), "household": id(home), "name": name, "sex": null, "birth_year": null,
            "phone": phone, "tags": [] });
        Row {
            kind: RowType::Resident,
            id: id(n),
            rev: 1,
            data: data.into(),
        }
    }

    fn found(store: &Store, query: &str) -> Vec<String> {
        store.cache(|c| find(c, &Search::new(query, None), 10, 0)).unwrap().1
    }

    #[test]
    fn a_household_is_found_by_name_door_and_phone_tail() {
        let (_dir, store) = for_test();
        put(
            &store,
            vec![household(1), household(50), resident(900, 1, "甲乙", "13800001234")],
        );
        for query in ["甲乙", "1号楼 2单元 201", "1-2-201", "1234", "三区 甲"] {
            assert_eq!(found(&store, query), [id(1)], "query {query}");
        }
        assert!(found(&store, "丙").is_empty());
    }

    #[test]
    fn the_middle_of_a_phone_number_finds_nobody() {
        let (_dir, store) = for_test();
        put(&store, vec![household(1), resident(900, 1, "甲乙", "13899991234")]);
        assert!(found(&store, "9999").is_empty());
    }

    #[test]
    fn doors_are_in_the_order_of_their_numbers() {
        let (_dir, store) = for_test();
        put(&store, vec![household(400), household(1)]);
        let (total, page) = store.cache(|c| find(c, &Search::new("", None), 10, 0)).unwrap();
        assert_eq!((total, page), (2, vec![id(1), id(400)]));
        assert_eq!(store.cache(buildings).unwrap(), ["新城三区 1号楼", "新城三区 11号楼"]);
    }

    #[test]
    fn one_of_ten_thousand_residents_is_found() {
        let (_dir, store) = for_test();
        let homes = (0..4_000).map(household);
        let people = (0..10_000).map(|n| resident(10_000 + n, n % 4_000, &format!("居民{n}"), &format!("139{n:08}")));
        put(&store, homes.chain(people).collect());
        found(&store, "warm");
        let start = Instant::now();
        assert_eq!(found(&store, "居民9999").len(), 1);
        // The aim is a tenth of a second; how long it took here, `--no-capture` shows.
        println!("search over 10,000 residents: {:?}", start.elapsed());
    }
}
