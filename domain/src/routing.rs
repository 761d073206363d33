//! Where a report or need goes, and why. Runs on the phone and on the server with the same rules.

mod resolve;

use std::collections::BTreeMap;

use crate::catalog::{CATALOG_VERSION, COMMUNITY, Category, TRIAGE, category};
use crate::clock::Limits;
use crate::view::{GridRow, QueueRow, RoutingReason, StreetRow};
use crate::{CategoryId, CommunityId, GridId};
use resolve::Places;

/// What a decision rests on.
#[derive(Debug, Clone)]
pub struct RoutingInput<'a> {
    /// Category of the report or need.
    pub category: &'a CategoryId,
    /// The chip chosen; absent when unanswered.
    pub answer: Option<&'a str>,
    /// The grid it lies in.
    pub grid: Option<&'a GridRow>,
    /// The other grid, at a border.
    pub other_grid: Option<GridId>,
    /// The community, for what has no grid; the grid's own community comes first.
    pub community: Option<CommunityId>,
    /// The text. No shipped rule reads it; the rules a street writes itself will.
    pub text: &'a str,
    /// The street and its switches.
    pub street: &'a StreetRow,
    /// Every queue of the street.
    pub queues: &'a [QueueRow],
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Queue, assists and reason.
    pub reason: RoutingReason,
    /// Urgency with the answer given.
    pub urgency: u8,
    /// True when the order is opened and dispatched at once; otherwise the office sees the suggestion first.
    pub auto_dispatch: bool,
    /// The limits the case gets.
    pub limits: Limits,
}

/// The answer to the category's question named the queue.
pub const RULE_QUESTION: &str = "category-question";
/// The category's default queue.
pub const RULE_CATEGORY: &str = "category-default";
/// The category's queue is not available: the community of the place takes it.
pub const RULE_COMMUNITY: &str = "community-fallback";
/// No other queue is available: the street's triage office takes it.
pub const RULE_TRIAGE: &str = "triage-fallback";
/// Nobody here knows the category: the street's triage office takes it.
pub const RULE_UNKNOWN: &str = "unknown-category";

/// Decides. Always names a queue: when every other is switched off or empty, it is `triage`.
#[must_use]
pub fn route(input: &RoutingInput<'_>) -> Decision {
    let Some(category) = category(input.category) else {
        return unknown_category(input);
    };
    let answer = category.effective_answer(input.answer);
    let urgency = category.urgency_with(input.answer);
    let places = Places::new(input);

    let wanted = [
        answer.and_then(|answer| answer.lead).map(|lead| (RULE_QUESTION, lead)),
        Some((RULE_CATEGORY, category.lead)),
        Some((RULE_COMMUNITY, COMMUNITY)),
    ];
    let mut skipped = Vec::new();
    let found = wanted
        .into_iter()
        .flatten()
        .find_map(|(rule, name)| match places.staffed(name) {
            Ok(queue) => Some((rule, queue)),
            Err(name) => {
                push_new(&mut skipped, name);
                None
            }
        });
    let (rule, lead) = found.unwrap_or_else(|| (RULE_TRIAGE, TRIAGE.into()));

    let mut assists = Vec::new();
    for name in category.assists {
        match places.staffed(name) {
            Ok(queue) if queue != lead => push_new(&mut assists, queue),
            Ok(_) => {}
            Err(name) => push_new(&mut skipped, name),
        }
    }
    let auto_dispatch = lead.as_str() != TRIAGE && goes_at_once(category, urgency, input);
    let reason = RoutingReason {
        rule: rule.to_owned(),
        version: CATALOG_VERSION,
        lead,
        assists,
        skipped,
        inputs: inputs(input, category, urgency),
        other_grid: input.other_grid.clone(),
    };
    Decision {
        reason,
        urgency,
        auto_dispatch,
        limits: category.limits(input.answer),
    }
}

/// Danger goes at once whatever the street has switched.
fn goes_at_once(category: &Category, urgency: u8, input: &RoutingInput<'_>) -> bool {
    urgency <= 1 || (category.auto_dispatch && !input.street.triage_first.contains(input.category))
}

fn unknown_category(input: &RoutingInput<'_>) -> Decision {
    let reason = RoutingReason {
        rule: RULE_UNKNOWN.to_owned(),
        version: CATALOG_VERSION,
        lead: TRIAGE.into(),
        assists: Vec::new(),
        skipped: Vec::new(),
        inputs: BTreeMap::from([("category".to_owned(), input.category.0.clone())]),
        other_grid: input.other_grid.clone(),
    };
    Decision {
        reason,
        urgency: 3,
        auto_dispatch: false,
        limits: Limits::default(),
    }
}

fn inputs(input: &RoutingInput<'_>, category: &Category, urgency: u8) -> BTreeMap<String, String> {
    let mut inputs = BTreeMap::from([
        ("category".to_owned(), input.category.0.clone()),
        ("urgency".to_owned(), urgency.to_string()),
    ]);
    if let Some(answer) = category.effective_answer(input.answer) {
        inputs.insert("answer".to_owned(), answer.id.to_owned());
        if input.answer != Some(answer.id) {
            inputs.insert("answer_by_default".to_owned(), "true".to_owned());
        }
    }
    if let Some(grid) = input.grid {
        inputs.insert("grid".to_owned(), grid.id.0.clone());
    }
    if let Some(community) = input.grid.map(|grid| &grid.community).or(input.community.as_ref()) {
        inputs.insert("community".to_owned(), community.0.clone());
    }
    inputs
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests;
