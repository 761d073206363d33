//! Which buckets a row belongs to, and which buckets somebody is sent. No row is ever sent outside its buckets.

use crate::catalog::{TRIAGE, category};
use crate::view::{CaseRow, GridRow};
use crate::{Bucket, CommunityId, Permission, QueueId, Role, UserId};

/// Streets, queues and grids: what every phone of the street needs.
#[must_use]
pub fn reference() -> Bucket {
    Bucket::from("ref")
}

/// Outlines of the cases on public ground in a community.
#[must_use]
pub fn community(id: &CommunityId) -> Bucket {
    Bucket(format!("community:{id}"))
}

/// The cases of a grid.
#[must_use]
pub fn grid(id: &crate::GridId) -> Bucket {
    Bucket(format!("grid:{id}"))
}

/// The households of a grid, with residents and visits: its assigned worker and timed duty cover only.
#[must_use]
pub fn home(id: &crate::GridId) -> Bucket {
    Bucket(format!("home:{id}"))
}

/// The orders of a queue.
#[must_use]
pub fn dept(id: &QueueId) -> Bucket {
    Bucket(format!("dept:{id}"))
}

/// What concerns one person wherever it lies: own reports, private reflections, requests for originals.
#[must_use]
pub fn me(id: &UserId) -> Bucket {
    Bucket(format!("me:{id}"))
}

/// The triage office: every case but the needs of households.
#[must_use]
pub fn street() -> Bucket {
    Bucket::from("street")
}

/// Buckets that get the whole [`CaseRow`]: its reporter, the queues that work it or worked it, and, unless it came
/// from a household, its grid and the office. `past` are the queues that returned it or were released.
#[must_use]
pub fn buckets_of_case(case: &CaseRow, past: &[QueueId]) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    buckets.extend(case.reporter.as_ref().map(me));
    let queues = core::iter::once(&case.lead_queue).chain(&case.assists).chain(past);
    buckets.extend(queues.filter(|queue| queue.as_str() != TRIAGE).map(dept));
    if !is_private(case) {
        buckets.extend(case.place.grid.iter().chain(&case.place.other_grid).map(grid));
        buckets.push(street());
    } else if case.lead_queue.as_str() == TRIAGE {
        // A private case nobody else has: the office decides who gets it.
        buckets.push(street());
    }
    buckets.sort();
    buckets.dedup();
    buckets
}

/// The bucket that gets the [`crate::view::CaseOutline`] of a case: its community, when the category may be published.
#[must_use]
pub fn bucket_of_outline(case: &CaseRow, grids: &[GridRow]) -> Option<Bucket> {
    let public = category(&case.category).is_some_and(|category| category.public) && !is_private(case);
    let grid = grids.iter().find(|row| Some(&row.id) == case.place.grid.as_ref())?;
    public.then(|| community(&grid.community))
}

/// The one bucket of a household, its residents and its visits.
#[must_use]
pub fn bucket_of_household(household: &crate::Household) -> Bucket {
    home(&household.grid)
}

/// The bucket of a visit's reflection: its author's alone.
#[must_use]
pub fn bucket_of_reflection(author: &UserId) -> Bucket {
    me(author)
}

/// A need, or a case that came from one: shown to who works it, never to a grid or the whole office.
fn is_private(case: &CaseRow) -> bool {
    case.need.is_some() || category(&case.category).is_some_and(crate::catalog::Category::is_need)
}

/// Somebody's place in the street.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The person.
    pub user: UserId,
    /// Roles.
    pub roles: &'a [Role],
    /// Own grids, timed duty cover included.
    pub grids: &'a [crate::GridId],
    /// Own communities.
    pub communities: &'a [CommunityId],
    /// Own queues.
    pub queues: &'a [QueueId],
}

/// Kinds of bucket in the order a device is filled: what everything else needs, what concerns the person, the own
/// grids, then what is merely around them, then the office's.
const FILLING: [&str; 7] = ["ref", "me", "grid", "home", "community", "dept", "street"];

/// True for buckets of the office, which never go to a phone.
#[must_use]
pub fn is_office(bucket: &Bucket) -> bool {
    matches!(kind_of(bucket), "dept" | "street")
}

fn kind_of(bucket: &Bucket) -> &str {
    bucket.0.split(':').next().unwrap_or_default()
}

fn priority(bucket: &Bucket) -> usize {
    let kind = kind_of(bucket);
    FILLING.iter().position(|name| *name == kind).unwrap_or(FILLING.len())
}

/// Every bucket this person is sent, in the order they are filled.
#[must_use]
pub fn buckets_for(member: &Member<'_>) -> Vec<Bucket> {
    let may = |permission| member.roles.iter().any(|role| role.may(permission));
    let mut buckets = vec![reference(), me(&member.user)];
    if may(Permission::CaptureReports) {
        buckets.extend(member.grids.iter().map(grid));
    }
    if may(Permission::CaptureReports) || may(Permission::SeeCommunityCases) {
        buckets.extend(member.communities.iter().map(community));
    }
    if may(Permission::SeeGridHouseholds) {
        buckets.extend(member.grids.iter().map(home));
    }
    if may(Permission::WorkOrders) {
        buckets.extend(member.queues.iter().filter(|queue| queue.as_str() != TRIAGE).map(dept));
    }
    if may(Permission::SeeAllCases) {
        buckets.push(street());
    }
    buckets.sort_by(|a, b| priority(a).cmp(&priority(b)).then_with(|| a.cmp(b)));
    buckets.dedup();
    buckets
}

#[cfg(test)]
mod tests;
