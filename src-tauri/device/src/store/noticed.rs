//! Which changes of a case the worker was told of already.

use domain::CaseId;
use rusqlite::{Connection, params};

use crate::failure::Result;

/// Remembers a change; true when it was not known before.
pub(crate) fn remember(outbox: &Connection, case: CaseId, state_rev: u32) -> Result<bool> {
    let added = outbox.execute(
        "insert into noticed (case_id, state_rev) values (?1, ?2) on conflict do nothing",
        params![case.to_string(), state_rev],
    )?;
    Ok(added == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_new_once() {
        let (_dir, store) = crate::store::for_test();
        let case = CaseId(uuid::Uuid::from_u128(1));
        let told =
            store.write_outbox(|tx| Ok([remember(tx, case, 2)?, remember(tx, case, 2)?, remember(tx, case, 3)?]));
        assert_eq!(told.unwrap(), [true, false, true]);
    }
}
