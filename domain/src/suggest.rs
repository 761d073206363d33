//! Which category a text speaks of, and which one a search means. Offline: words and pinyin initials, no model.

mod fold;

use std::sync::LazyLock;

use crate::CategoryId;
use crate::catalog::{Category, categories, needs};

pub use fold::fold;

/// A category that fits, with how well; only the order of scores means anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The category or need category.
    pub category: CategoryId,
    /// Its score, above 0.
    pub score: u32,
}

/// A keyword, folded, taken apart at `+`: every part must occur.
struct Keyword {
    parts: Vec<String>,
    weight: u32,
}

/// The shipped keywords, folded once.
static KEYWORDS: LazyLock<Vec<(&'static Category, Vec<Keyword>)>> = LazyLock::new(|| {
    let entry = |category: &'static Category| (category, category.keywords.iter().map(|word| keyword(word)).collect());
    categories().iter().chain(needs()).map(entry).collect()
});

/// Categories that the text speaks of, best first; empty when no word is known. Of equals the one earlier in the
/// catalogue comes first, which is the more dangerous one.
#[must_use]
pub fn suggest(text: &str) -> Vec<Suggestion> {
    let text = fold(text);
    let scored = KEYWORDS.iter().filter_map(|(category, words)| {
        let score = words
            .iter()
            .filter(|word| word.occurs_in(&text))
            .map(|word| word.weight)
            .sum();
        (score > 0).then(|| Suggestion {
            category: category.id.into(),
            score,
        })
    });
    best_first(scored.collect())
}

/// Categories that a search means, best first: part of a label, synonym or slug in either language, or the beginning
/// of pinyin initials (`dsd` finds 树倒). An empty query finds nothing.
#[must_use]
pub fn search(query: &str) -> Vec<Suggestion> {
    let query = fold(query.trim());
    if query.is_empty() {
        return Vec::new();
    }
    let scored = categories().iter().chain(needs()).filter_map(|category| {
        let score = search_score(category, &query);
        (score > 0).then(|| Suggestion {
            category: category.id.into(),
            score,
        })
    });
    best_first(scored.collect())
}

fn best_first(mut list: Vec<Suggestion>) -> Vec<Suggestion> {
    list.sort_by_key(|suggestion| core::cmp::Reverse(suggestion.score));
    list
}

/// A longer word says more, and words that must occur together say more than their letters.
fn keyword(word: &str) -> Keyword {
    let parts: Vec<String> = word.split('+').map(fold).collect();
    let letters = parts.iter().map(|part| part.chars().count()).sum::<usize>();
    let together = if parts.len() > 1 { 2 } else { 0 };
    let letters = u32::try_from(letters).unwrap_or(u32::MAX);
    Keyword {
        parts,
        weight: letters.saturating_mul(letters) + together,
    }
}

impl Keyword {
    fn occurs_in(&self, text: &str) -> bool {
        self.parts.iter().all(|part| text.contains(part.as_str()))
    }
}

fn search_score(category: &Category, query: &str) -> u32 {
    let initials = category.pinyin.split(' ');
    let by_initials = initials
        .map(|initials| match_score(initials, query, 90, 60, 0))
        .max()
        .unwrap_or(0);
    let names = [category.zh, category.en, category.id]
        .into_iter()
        .chain(category.synonyms.iter().copied());
    let by_name = names
        .map(|name| match_score(&fold(name), query, 100, 80, 40))
        .max()
        .unwrap_or(0);
    let by_word = category.keywords.iter().any(|word| fold(word) == query);
    by_initials.max(by_name).max(if by_word { 30 } else { 0 })
}

/// The whole name, its beginning, or somewhere inside it.
fn match_score(name: &str, query: &str, whole: u32, beginning: u32, inside: u32) -> u32 {
    if name == query {
        whole
    } else if name.starts_with(query) {
        beginning
    } else if name.contains(query) {
        inside
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
