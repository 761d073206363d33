//! What the capture screen offers: categories, needs, queues and grids.

use domain::CategoryId;
use domain::catalog::CategoryView;
use domain::view::{GridRow, QueueRow, StreetRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the phone knows of its street, for offline use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Reference {
    /// The street, once it was pulled.
    pub street: Option<StreetRow>,
    /// Categories of reports, without those the street switched off.
    pub categories: Vec<CategoryView>,
    /// Categories of needs.
    pub needs: Vec<CategoryView>,
    /// Queues.
    pub queues: Vec<QueueRow>,
    /// Grids.
    pub grids: Vec<GridRow>,
    /// Nine categories, by the worker's habits and the time of day.
    pub frequent: Vec<CategoryId>,
}
