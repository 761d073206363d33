//! Settings of the app, by name.

use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cached::Cached as _;
use crate::failure::Result;

/// The stored value, or its default when there is none.
pub(crate) fn get<T: DeserializeOwned + Default>(outbox: &Connection, name: &str) -> Result<T> {
    let found: Option<String> = outbox
        .one("select value from setting where name = ?1", [name], |row| row.get(0))
        .optional()?;
    Ok(found
        .map(|text| serde_json::from_str(&text))
        .transpose()?
        .unwrap_or_default())
}

pub(crate) fn put<T: Serialize>(outbox: &Connection, name: &str, value: &T) -> Result<()> {
    outbox.run(
        "insert into setting (name, value) values (?1, ?2) on conflict (name) do update set value = excluded.value",
        [name, &serde_json::to_string(value)?],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_its_default_until_it_is_stored() {
        let (_dir, store) = crate::store::for_test();
        store
            .write_outbox(|tx| {
                assert_eq!(get::<u32>(tx, "size")?, 0);
                put(tx, "size", &7_u32)?;
                put(tx, "size", &8_u32)?;
                assert_eq!(get::<u32>(tx, "size")?, 8);
                Ok(())
            })
            .unwrap();
    }
}
