//! Categories, queues and grids for the capture screen.

use std::collections::HashMap;

use chrono::{DateTime, Timelike as _};
use domain::catalog::{Category, CategoryView, categories, needs};
use domain::protocol::WireError;
use domain::{CategoryId, suggest};

use super::own;
use crate::device::Device;
use crate::failure::Result;
use crate::view::Reference;

/// Pictograms offered first.
const FREQUENT: usize = 9;
/// What is offered before there are habits.
const COMMON: [&str; FREQUENT] = [
    "tree-fallen",
    "street-light",
    "manhole",
    "ads",
    "exposed-waste",
    "waterlogging",
    "corridor-clutter",
    "ebike-charging",
    "road-damage",
];
/// Hours around now in which a habit counts twice.
const NEAR_HOURS: u32 = 2;

impl Device {
    /// Everything the capture screen offers.
    ///
    /// # Errors
    /// What the phone's storage refuses.
    pub fn get_reference(&self) -> std::result::Result<Reference, WireError> {
        Ok(self.reference()?)
    }

    fn reference(&self) -> Result<Reference> {
        let street = self.street()?;
        let off = street
            .row
            .as_ref()
            .map(|row| row.disabled_categories.clone())
            .unwrap_or_default();
        let on = |category: &&Category| !off.iter().any(|id| id.as_str() == category.id);
        let zone = street
            .row
            .as_ref()
            .and_then(|row| row.time_zone.parse().ok())
            .unwrap_or(chrono_tz::Tz::Asia__Shanghai);
        let habits = self.habits(zone)?;
        Ok(Reference {
            categories: categories().iter().filter(on).map(CategoryView::from).collect(),
            needs: needs().iter().filter(on).map(CategoryView::from).collect(),
            frequent: frequent(&habits, &off),
            queues: street.queues,
            grids: street.grids,
            street: street.row,
        })
    }

    /// Own reports by category; those made at this time of day count three times.
    fn habits(&self, zone: chrono_tz::Tz) -> Result<HashMap<CategoryId, u32>> {
        let me = self.identity()?.map(|identity| identity.profile.user);
        let hour = |ms: i64| DateTime::from_timestamp_millis(ms).map_or(0, |at| at.with_timezone(&zone).hour());
        let now = hour(self.ports.clock.wall_ms());
        let mut habits = HashMap::new();
        for report in self.store.outbox(|outbox| own::reports(outbox, me))? {
            let apart = hour(report.body.captured_at.millis()).abs_diff(now);
            let near = apart.min(24 - apart) <= NEAR_HOURS;
            *habits.entry(report.body.category).or_default() += if near { 3 } else { 1 };
        }
        Ok(habits)
    }

    /// Categories and needs by words or pinyin initials, best first.
    ///
    /// # Errors
    /// None; the shape is that of every command.
    pub fn search_categories(&self, query: &str) -> std::result::Result<Vec<String>, WireError> {
        Ok(ids(suggest::search(query)))
    }

    /// Categories a text may be about, best first.
    ///
    /// # Errors
    /// None; the shape is that of every command.
    pub fn suggest_category(&self, text: &str) -> std::result::Result<Vec<String>, WireError> {
        Ok(ids(suggest::suggest(text)))
    }
}

fn ids(found: Vec<suggest::Suggestion>) -> Vec<String> {
    found.into_iter().map(|one| one.category.0).collect()
}

/// Habits first, then what is common.
fn frequent(habits: &HashMap<CategoryId, u32>, off: &[CategoryId]) -> Vec<CategoryId> {
    let mut by_habit: Vec<_> = habits.iter().collect();
    by_habit.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), (*id).clone()));
    let common = COMMON.iter().map(|id| CategoryId::from(*id));
    let mut chosen: Vec<CategoryId> = Vec::new();
    for id in by_habit.into_iter().map(|(id, _)| id.clone()).chain(common) {
        if chosen.len() < FREQUENT && !chosen.contains(&id) && !off.contains(&id) {
            chosen.push(id);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::World;

    #[test]
    fn nine_known_categories_are_offered_from_the_start() {
        let offered = World::new().device.get_reference().unwrap().frequent;
        assert_eq!(offered.len(), FREQUENT);
        assert!(
            offered.iter().all(|id| domain::catalog::category(id).is_some()),
            "{offered:?}"
        );
    }

    #[test]
    fn a_habit_comes_first_and_what_is_switched_off_never() {
        let habits = HashMap::from([("lift-fault".into(), 4), ("noise".into(), 9)]);
        let offered = frequent(&habits, &["noise".into(), "ads".into()]);
        assert_eq!(offered[0].as_str(), "lift-fault");
        assert!(!offered.iter().any(|id| matches!(id.as_str(), "noise" | "ads")));
    }

    #[test]
    fn initials_find_the_fallen_tree_with_no_network() {
        let found = World::new().device.search_categories("dsd").unwrap();
        assert!(found.contains(&"tree-fallen".to_owned()), "{found:?}");
    }
}
