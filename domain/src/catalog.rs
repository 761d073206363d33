//! What ships with every street: categories, needs and default queues, as data.
//! A street may switch off and relabel; a slug keeps its meaning for ever and is never reused.

mod categories;
mod category_view;
mod needs;
mod queues;

use std::sync::LazyLock;

use crate::CategoryId;
use crate::clock::{Limit, Limits};
use crate::photo::PhotoRole;

pub use category_view::{AnswerView, CategoryView, Class, QuestionView};
pub use queues::{
    COMMUNITY, DESK, PROPERTY, QueueDef, QueueKind, TRIAGE, community_queue, community_queues, desk_queue,
    property_queue, queue, queues, volunteer_queue,
};

/// Version of the shipped catalogue; stored with every routing decision.
pub const CATALOG_VERSION: u32 = 1;

/// A kind of thing that can be reported, or of need that can be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Slug.
    pub id: &'static str,
    /// Matter codes of the national list (`M` and five digits); empty where it has none.
    pub std_codes: &'static [&'static str],
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// Group.
    pub class: Class,
    /// Queue that leads; `community`, `desk` and `property` stand for the queue of the place.
    pub lead: &'static str,
    /// Queues that help.
    pub assists: &'static [&'static str],
    /// 0 danger to life, 1 urgent, 2 soon, 3 normal; the answer to the question may change it.
    pub urgency: u8,
    /// Until it is resolved; absent when triage sets it.
    pub limit: Option<Limit>,
    /// Until the danger is contained, where the category has such a stage.
    pub make_safe: Option<Limit>,
    /// A step between the two that people are told of (assessment, first contact); no clock of its own.
    pub first_step: Option<Limit>,
    /// True for a promise to a resident: its limit runs from capture, not from receipt.
    pub from_capture: bool,
    /// Photos the capture screen asks for, in order.
    pub photos: &'static [PhotoRole],
    /// True when at least one of them, or a reason why not, is needed.
    pub photo_required: bool,
    /// The one question of the capture screen.
    pub question: Option<Question>,
    /// True when it goes to its queue without the office looking first.
    pub auto_dispatch: bool,
    /// True for things in the street that may be published.
    pub public: bool,
    /// Numbers to call first: 119 fire and rescue, 110 police, 120 ambulance.
    pub emergency_call: &'static [&'static str],
    /// Words that speak for it; parts joined by `+` must all occur.
    pub keywords: &'static [&'static str],
    /// Other names people search it by.
    pub synonyms: &'static [&'static str],
    /// Pinyin initials of the label and the synonyms, separated by spaces.
    pub pinyin: &'static str,
    /// Name of its pictogram.
    pub pictogram: &'static str,
}

/// The one row of chips a category may have on the capture screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Chinese wording.
    pub zh: &'static str,
    /// English wording.
    pub en: &'static str,
    /// The chips.
    pub answers: &'static [Answer],
    /// The answer that counts while none is given.
    pub default: &'static str,
}

/// One chip. What it leaves open stays as the category says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Slug within its category.
    pub id: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// Urgency with this answer.
    pub urgency: Option<u8>,
    /// Lead queue with this answer.
    pub lead: Option<&'static str>,
    /// Final limit with this answer.
    pub limit: Option<Limit>,
    /// Make-safe limit with this answer.
    pub make_safe: Option<Limit>,
}

impl Category {
    const PLAIN: Self = Self {
        id: "",
        std_codes: &[],
        zh: "",
        en: "",
        class: Class::People,
        lead: TRIAGE,
        assists: &[],
        urgency: 3,
        limit: None,
        make_safe: None,
        first_step: None,
        from_capture: false,
        photos: &[],
        photo_required: true,
        question: None,
        auto_dispatch: true,
        public: true,
        emergency_call: &[],
        keywords: &[],
        synonyms: &[],
        pinyin: "",
        pictogram: "",
    };

    /// The answer that counts: the one given, if the question has it, else the default; `None` without a question.
    #[must_use]
    pub fn effective_answer(&self, given: Option<&str>) -> Option<&'static Answer> {
        let question = self.question.as_ref()?;
        let find = |id: &str| question.answers.iter().find(|answer| answer.id == id);
        given.and_then(find).or_else(|| find(question.default))
    }

    /// The limits with this answer.
    #[must_use]
    pub fn limits(&self, given: Option<&str>) -> Limits {
        let answer = self.effective_answer(given);
        Limits {
            make_safe: answer.and_then(|answer| answer.make_safe).or(self.make_safe),
            resolve: answer.and_then(|answer| answer.limit).or(self.limit),
        }
    }

    /// The urgency with this answer.
    #[must_use]
    pub fn urgency_with(&self, given: Option<&str>) -> u8 {
        self.effective_answer(given)
            .and_then(|answer| answer.urgency)
            .unwrap_or(self.urgency)
    }

    /// True for a need raised by a person: private, never published.
    #[must_use]
    pub fn is_need(&self) -> bool {
        self.class == Class::Need
    }
}

impl Answer {
    const PLAIN: Self = Self {
        id: "",
        zh: "",
        en: "",
        urgency: None,
        lead: None,
        limit: None,
        make_safe: None,
    };
}

/// Every category of a report, dangers first.
#[must_use]
pub fn categories() -> &'static [Category] {
    static ALL: LazyLock<Vec<Category>> = LazyLock::new(categories::all);
    &ALL
}

/// Every category of a need.
#[must_use]
pub fn needs() -> &'static [Category] {
    needs::NEEDS
}

/// The category or need category with this slug.
#[must_use]
pub fn category(id: &CategoryId) -> Option<&'static Category> {
    categories()
        .iter()
        .chain(needs())
        .find(|category| category.id == id.as_str())
}

#[cfg(test)]
mod tests;
