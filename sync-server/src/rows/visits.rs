//! Visits with what became of their needs.

use domain::view::VisitRow;
use domain::{StreetId, VisitId};

use crate::store::visits::{self, VisitRecord};
use crate::store::{StoreError, Tx, areas, photos};

/// Visits with everything in them, in the order of their records.
///
/// # Errors
/// What the engine reports.
pub fn visit_rows(tx: &Tx<'_>, street: &StreetId, records: Vec<VisitRecord>) -> Result<Vec<VisitRow>, StoreError> {
    let ids: Vec<VisitId> = records.iter().map(|record| record.visit.id).collect();
    let labels = areas::labels(tx, street, &records.iter().map(|record| record.author).collect())?;
    let mut need_cases = visits::need_cases(tx, street, &ids)?;
    let mut stored = photos::stored_of_visits(tx, street, &ids)?;
    let whole = |record: VisitRecord| VisitRow {
        author_label: labels.get(&record.author).cloned().unwrap_or_default(),
        author: record.author,
        need_cases: need_cases.remove(&record.visit.id).unwrap_or_default(),
        stored: stored.remove(&record.visit.id).unwrap_or_default(),
        visit: record.visit,
    };
    Ok(records.into_iter().map(whole).collect())
}
