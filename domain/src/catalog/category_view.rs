//! The catalogue as the user interfaces get it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Category, Question};
use crate::clock::Limit;
use crate::{CategoryId, PhotoRole, QueueId};

/// Group of categories; duplicates are looked for within a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Class {
    /// What a storm, water, fire or a fault of supply does.
    Danger,
    /// Public fixtures.
    Facility,
    /// Cleanliness and greenery.
    Sanitation,
    /// Order in the street.
    Order,
    /// Fire risks, premises, police.
    Safety,
    /// Disputes and the rest.
    People,
    /// Needs of households.
    Need,
}

/// A category or need category as a user interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CategoryView {
    /// Slug.
    pub id: CategoryId,
    /// Matter codes of the national list.
    pub std_codes: Vec<String>,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// Group.
    pub class: Class,
    /// Queue that leads; `community`, `desk` and `property` stand for the queue of the place.
    pub lead: QueueId,
    /// Queues that help.
    pub assists: Vec<QueueId>,
    /// Urgency before the question is answered otherwise.
    pub urgency: u8,
    /// Final limit.
    pub limit: Option<Limit>,
    /// Make-safe limit.
    pub make_safe: Option<Limit>,
    /// A step people are told of, between the two.
    pub first_step: Option<Limit>,
    /// True when its limit runs from capture.
    pub from_capture: bool,
    /// Photos asked for.
    pub photos: Vec<PhotoRole>,
    /// True when at least one photo, or a reason why not, is needed.
    pub photo_required: bool,
    /// The one question.
    pub question: Option<QuestionView>,
    /// True when it goes to its queue without the office looking first.
    pub auto_dispatch: bool,
    /// True when it may be published.
    pub public: bool,
    /// Numbers to call first.
    pub emergency_call: Vec<String>,
    /// Other names.
    pub synonyms: Vec<String>,
    /// Pinyin initials of label and synonyms.
    pub pinyin: Vec<String>,
    /// Name of its pictogram.
    pub pictogram: String,
}

/// The row of chips.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct QuestionView {
    /// Chinese wording.
    pub zh: String,
    /// English wording.
    pub en: String,
    /// The chips.
    pub answers: Vec<AnswerView>,
    /// The answer that counts while none is given.
    pub default: String,
}

/// One chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct AnswerView {
    /// Slug within its category.
    pub id: String,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// Urgency with this answer.
    pub urgency: u8,
    /// Lead queue with this answer, where it differs.
    pub lead: Option<QueueId>,
    /// Final limit with this answer.
    pub limit: Option<Limit>,
    /// Make-safe limit with this answer.
    pub make_safe: Option<Limit>,
}

impl From<&Category> for CategoryView {
    fn from(category: &Category) -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            id: category.id.into(),
            std_codes: texts(category.std_codes),
            zh: category.zh.to_owned(),
            en: category.en.to_owned(),
            class: category.class,
            lead: category.lead.into(),
            assists: category.assists.iter().map(|queue| QueueId::from(*queue)).collect(),
            urgency: category.urgency,
            limit: category.limit,
            make_safe: category.make_safe,
            first_step: category.first_step,
            from_capture: category.from_capture,
            photos: category.photos.to_vec(),
            photo_required: category.photo_required,
            question: category
                .question
                .as_ref()
                .map(|question| question_view(category, question)),
            auto_dispatch: category.auto_dispatch,
            public: category.public,
            emergency_call: texts(category.emergency_call),
            synonyms: texts(category.synonyms),
            pinyin: category.pinyin.split(' ').map(str::to_owned).collect(),
            pictogram: category.pictogram.to_owned(),
        }
    }
}

fn question_view(category: &Category, question: &Question) -> QuestionView {
    let answers = question
        .answers
        .iter()
        .map(|answer| {
            let limits = category.limits(Some(answer.id));
            AnswerView {
                id: answer.id.to_owned(),
                zh: answer.zh.to_owned(),
                en: answer.en.to_owned(),
                urgency: category.urgency_with(Some(answer.id)),
                lead: answer.lead.map(QueueId::from),
                limit: limits.resolve,
                make_safe: limits.make_safe,
            }
        })
        .collect();
    QuestionView {
        zh: question.zh.to_owned(),
        en: question.en.to_owned(),
        answers,
        default: question.default.to_owned(),
    }
}
