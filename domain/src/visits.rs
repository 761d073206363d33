//! When a household is to be visited next, and what is free for it.

use crate::view::VisitRow;
use crate::{CapturedAt, Channel, Tag, VisitOutcome};

const DAY: i64 = 86_400_000;

/// How often a household is visited. The strictest that one of its tags asks for counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Frequency {
    /// High risk: 80 and older living alone, or nobody left.
    Weekly,
    /// Special difficulty.
    Monthly,
    /// Ordinary household.
    TwiceAYear,
}

impl Frequency {
    /// Days between two visits.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::Weekly => 7,
            Self::Monthly => 30,
            Self::TwiceAYear => 182,
        }
    }
}

/// How often a household with these tags of all its residents is visited.
#[must_use]
pub fn frequency(tags: &[Tag]) -> Frequency {
    // Old and alone is a weekly matter only together.
    if tags.contains(&Tag::LivingAlone) && tags.contains(&Tag::Elder80) {
        return Frequency::Weekly;
    }
    tags.iter()
        .map(|tag| of_tag(*tag))
        .min()
        .unwrap_or(Frequency::TwiceAYear)
}

const fn of_tag(tag: Tag) -> Frequency {
    match tag {
        Tag::LoneElder => Frequency::Weekly,
        Tag::LivingAlone
        | Tag::Elder80
        | Tag::AllElder
        | Tag::Disabled
        | Tag::SeverelyDisabled
        | Tag::DisabledCare
        | Tag::LostOnlyChild
        | Tag::LowIncome
        | Tag::NearLowIncome
        | Tag::VeteranCare
        | Tag::ChildInNeed
        | Tag::Pregnant
        | Tag::RenterNew => Frequency::Monthly,
        Tag::Other => Frequency::TwiceAYear,
    }
}

/// When the next visit is due; absent when there was none yet, so that it is due now.
#[must_use]
pub fn next_due(tags: &[Tag], last: Option<CapturedAt>) -> Option<CapturedAt> {
    last.map(|last| CapturedAt(last.0.saturating_add(frequency(tags).days() * DAY)))
}

/// True when home repair costs these residents nothing.
#[must_use]
pub fn free_repair(tags: &[Tag]) -> bool {
    tags.iter().any(|tag| {
        matches!(
            tag,
            Tag::LowIncome | Tag::NearLowIncome | Tag::LoneElder | Tag::SeverelyDisabled
        )
    })
}

/// The end of the last visit that counts for the next due date: somebody was met, and with high-risk residents no
/// second phone call in a row, for a voice is not a look. Rows may be in any order.
#[must_use]
pub fn last_counted(tags: &[Tag], visits: &[VisitRow]) -> Option<CapturedAt> {
    let mut met: Vec<_> = visits
        .iter()
        .map(|row| &row.visit)
        .filter(|visit| visit.outcome == VisitOutcome::Met)
        .collect();
    met.sort_by_key(|visit| visit.ended_at);
    let high_risk = frequency(tags) == Frequency::Weekly;
    let mut last = None;
    let mut by_phone = false;
    for visit in met {
        let phone = visit.channel == Channel::Phone;
        if high_risk && phone && by_phone {
            continue;
        }
        by_phone = phone;
        last = Some(visit.ended_at);
    }
    last
}

/// True when the last three attempts at a high-risk household failed: the secretary is asked to look after it.
/// It is an alarm for the person behind the door, not a mark against the worker.
#[must_use]
pub fn welfare_alarm(tags: &[Tag], visits: &[VisitRow]) -> bool {
    let mut attempts: Vec<_> = visits.iter().map(|row| &row.visit).collect();
    attempts.sort_by_key(|visit| core::cmp::Reverse(visit.ended_at));
    let failed = attempts
        .iter()
        .take_while(|visit| visit.outcome != VisitOutcome::Met)
        .count();
    frequency(tags) == Frequency::Weekly && failed >= 3
}

#[cfg(test)]
mod tests;
