//! A revision is given once: to one change of one row, and never beyond the street's counter.

use crate::server::StreetServer;

pub(super) fn check(server: &StreetServer) -> Vec<String> {
    let shared = "SELECT COUNT(*) FROM (SELECT rev FROM bucket_rows GROUP BY rev
        HAVING COUNT(DISTINCT kind || ' ' || id) > 1) AS shared";
    let beyond = "SELECT (SELECT COUNT(*) FROM bucket_rows WHERE rev > (SELECT MAX(rev) FROM streets))
        + (SELECT COUNT(*) FROM receipts WHERE rev > (SELECT MAX(rev) FROM streets))";
    let mut breaches = Vec::new();
    for (what, sql) in [("shared by rows", shared), ("beyond the street's counter", beyond)] {
        let found = server.read(|tx| Ok(tx.number(sql, &[])?));
        if found > 0 {
            breaches.push(format!("{found} revisions are {what}"));
        }
    }
    breaches
}
