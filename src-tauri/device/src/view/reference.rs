//! What the capture screen offers: categories, needs, queues and grids.

use domain::view::{GridRow, QueueRow, StreetRow};
use domain::{CategoryId, PhotoRole, QueueId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One chip of a category's question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnswerView {
    /// Its name, stored in the report.
    pub id: String,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
}

/// A category's one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QuestionView {
    /// Chinese text.
    pub zh: String,
    /// English text.
    pub en: String,
    /// The chips.
    pub answers: Vec<AnswerView>,
    /// The chip that counts when none is chosen.
    pub default: String,
}

/// A category, or a category of need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CategoryView {
    /// Slug.
    pub id: CategoryId,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// Group it is listed under.
    pub class: String,
    /// Name of the pictogram.
    pub pictogram: String,
    /// Initials of the Chinese label in pinyin.
    pub pinyin: String,
    /// The queue that leads by default.
    pub lead: QueueId,
    /// 0 danger to life, 1 urgent, 2 soon, 3 normal.
    pub urgency: u8,
    /// The photos the capture screen asks for, in order.
    pub photos: Vec<PhotoRole>,
    /// False when a report needs no photo.
    pub photo_required: bool,
    /// The one question.
    pub question: Option<QuestionView>,
    /// Numbers shown as call buttons first, such as `119`.
    pub emergency_call: Vec<String>,
}

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
