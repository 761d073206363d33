//! What a worker writes down.

use domain::{Action, Channel, Condition, LatLon, Need, NeedId, NoPhotoReason, Source, VisitOutcome, VisitReason};
use uuid::Uuid;

/// A report to be captured.
#[derive(Debug, Clone)]
pub struct AReport {
    pub(crate) category: String,
    pub(crate) text: String,
    pub(crate) point: Option<LatLon>,
    pub(crate) photos: Vec<Vec<u8>>,
    pub(crate) no_photo: Option<NoPhotoReason>,
}

/// A fallen tree without a photo, in the middle of the worker's own grid.
#[must_use]
pub fn a_report() -> AReport {
    AReport {
        category: "tree-fallen".to_owned(),
        text: String::new(),
        point: None,
        photos: Vec::new(),
        no_photo: Some(NoPhotoReason::Unsafe),
    }
}

impl AReport {
    /// Its category.
    #[must_use]
    pub fn about(mut self, category: &str) -> Self {
        category.clone_into(&mut self.category);
        self
    }

    /// Its text.
    #[must_use]
    pub fn saying(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// Where the pin is set.
    #[must_use]
    pub fn at(mut self, point: LatLon) -> Self {
        self.point = Some(point);
        self
    }

    /// One more photo.
    #[must_use]
    pub fn with_photo(mut self, picture: Vec<u8>) -> Self {
        self.photos.push(picture);
        self.no_photo = None;
        self
    }

    pub(crate) const fn source(&self) -> Source {
        Source::Patrol
    }
}

/// A visit to be written down.
#[derive(Debug, Clone)]
pub struct AVisit {
    pub(crate) facts: String,
    pub(crate) needs: Vec<(String, String)>,
    pub(crate) reflection: Option<String>,
    pub(crate) photos: Vec<Vec<u8>>,
}

/// A routine visit at the door: met, fine, nothing needed.
#[must_use]
pub fn a_visit() -> AVisit {
    AVisit {
        facts: "身体还好".to_owned(),
        needs: Vec::new(),
        reflection: None,
        photos: Vec::new(),
    }
}

impl AVisit {
    /// One need that becomes an order.
    #[must_use]
    pub fn needing(mut self, category: &str, text: &str) -> Self {
        self.needs.push((category.to_owned(), text.to_owned()));
        self
    }

    /// What the worker keeps for itself.
    #[must_use]
    pub fn thinking(mut self, reflection: &str) -> Self {
        self.reflection = Some(reflection.to_owned());
        self
    }

    /// One photo.
    #[must_use]
    pub fn with_photo(mut self, picture: Vec<u8>) -> Self {
        self.photos.push(picture);
        self
    }

    pub(crate) const CHANNEL: Channel = Channel::Home;
    pub(crate) const REASON: VisitReason = VisitReason::Routine;
    pub(crate) const OUTCOME: VisitOutcome = VisitOutcome::Met;
    pub(crate) const CONDITION: Condition = Condition::Fine;

    /// The needs, named by `name`.
    pub(crate) fn named_needs(&self, mut name: impl FnMut() -> Uuid) -> Vec<Need> {
        self.needs
            .iter()
            .map(|(category, text)| Need {
                id: NeedId(name()),
                category: category.as_str().into(),
                text: text.clone(),
            })
            .collect()
    }
}

/// The office takes a case on as it was routed.
#[must_use]
pub fn sent_to(queue: &str) -> Action {
    Action::Dispatch {
        lead: queue.into(),
        assists: Vec::new(),
        note: String::new(),
    }
}
