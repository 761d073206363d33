//! Which news of a case the worker was told already.

use domain::{CaseId, ReceivedAt};
use rusqlite::{Connection, params};

use super::cached::Cached as _;
use crate::failure::Result;
use crate::ports::NoticeKind;

/// Remembers news, named by the server's time of the step that made it; true when it was not known before.
pub(crate) fn remember(outbox: &Connection, case: CaseId, kind: NoticeKind, at: ReceivedAt) -> Result<bool> {
    let added = outbox.run(
        "insert into told (case_id, kind, at) values (?1, ?2, ?3) on conflict do nothing",
        params![case.to_string(), kind.as_str(), at.0],
    )?;
    Ok(added == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_is_new_once() {
        let (_dir, store) = crate::store::for_test();
        let case = CaseId(uuid::Uuid::from_u128(1));
        let told = store.write_outbox(|tx| {
            let resolved = |at| remember(tx, case, NoticeKind::Resolved, ReceivedAt(at));
            let returned = remember(tx, case, NoticeKind::Returned, ReceivedAt(2))?;
            Ok([resolved(2)?, resolved(2)?, resolved(3)?, returned])
        });
        assert_eq!(told.unwrap(), [true, false, true, true]);
    }
}
