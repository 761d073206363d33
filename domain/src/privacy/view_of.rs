use super::{mask_name, mask_phone};
use crate::catalog::{TRIAGE, category};
use crate::view::{CaseRow, GridRow, HouseholdRow};
use crate::{CommunityId, GridId, Permission, QueueId, Resident, Role, UserId};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseViewer<'a> {
    /// The person.
    pub user: UserId,
    /// Roles.
    pub roles: &'a [Role],
    /// Own queues.
    pub queues: &'a [QueueId],
    /// Own grids.
    pub grids: &'a [GridId],
    /// Own communities.
    pub communities: &'a [CommunityId],
}

impl CaseViewer<'_> {
    fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.may(permission))
    }
}

/// How much of a case somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Nothing; it is not even said to exist.
    None,
    /// Place, category and state.
    Outline,
    /// Everything, the reporter masked unless the role may know.
    Whole,
}

/// How much of a case this person sees. `case_grid` is the grid it lies in.
#[must_use]
pub fn case_access(viewer: &CaseViewer<'_>, case: &CaseRow, case_grid: Option<&GridRow>) -> Access {
    let works_it = viewer.may(Permission::WorkOrders)
        && core::iter::once(&case.lead_queue)
            .chain(&case.assists)
            .any(|queue| viewer.queues.contains(queue));
    if case.reporter == Some(viewer.user) || works_it {
        return Access::Whole;
    }
    let in_grid = |grid: &Option<GridId>| grid.as_ref().is_some_and(|grid| viewer.grids.contains(grid));
    let in_own_grid = in_grid(&case.place.grid) || in_grid(&case.place.other_grid);
    let in_community = case_grid.is_some_and(|grid| viewer.communities.contains(&grid.community));
    if is_private(case) {
        let community = in_community && viewer.may(Permission::SeeCommunityHouseholds);
        // Nobody else has it: the office decides who gets it.
        let unassigned = case.lead_queue.as_str() == TRIAGE && viewer.may(Permission::Triage);
        return if community || unassigned {
            Access::Whole
        } else {
            Access::None
        };
    }
    let street_wide = viewer.may(Permission::SeeAllCases);
    let worker = in_own_grid && viewer.may(Permission::CaptureReports);
    let secretary = in_community && viewer.may(Permission::SeeCommunityCases);
    let public = category(&case.category).is_some_and(|category| category.public);
    if street_wide || worker || secretary {
        Access::Whole
    } else if public && in_community && viewer.may(Permission::CaptureReports) {
        Access::Outline
    } else {
        Access::None
    }
}

/// The case as this person sees it in whole: the reporter only for who may know, everybody's names masked otherwise.
/// Absent when [`case_access`] is less than [`Access::Whole`].
#[must_use]
pub fn case_for(viewer: &CaseViewer<'_>, mut case: CaseRow, case_grid: Option<&GridRow>) -> Option<CaseRow> {
    if case_access(viewer, &case, case_grid) != Access::Whole {
        return None;
    }
    if case.reporter == Some(viewer.user) || viewer.may(Permission::SeeReporter) {
        return Some(case);
    }
    let reporter = case.reporter.take();
    case.reporter_label = case.reporter_label.as_deref().map(mask_name);
    // The timeline must not tell by the back door who reported it.
    for entry in case
        .timeline
        .iter_mut()
        .filter(|entry| reporter.is_some() && entry.actor == reporter)
    {
        entry.actor = None;
        entry.actor_label = mask_name(&entry.actor_label);
    }
    Some(case)
}

/// How much of a household somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HouseholdAccess {
    /// Nothing.
    None,
    /// The file with names and phones masked; one field at a time can be revealed, with a reason.
    Masked,
    /// The whole file: the assigned worker needs it at the door.
    Whole,
}

/// How much of the households of this grid the person sees.
#[must_use]
pub fn household_access(viewer: &CaseViewer<'_>, grid: &GridRow) -> HouseholdAccess {
    if viewer.may(Permission::SeeGridHouseholds) && viewer.grids.contains(&grid.id) {
        HouseholdAccess::Whole
    } else if viewer.may(Permission::SeeCommunityHouseholds) && viewer.communities.contains(&grid.community) {
        HouseholdAccess::Masked
    } else {
        HouseholdAccess::None
    }
}

/// The household as this access shows it; absent without access.
#[must_use]
pub fn household_for(access: HouseholdAccess, mut row: HouseholdRow) -> Option<HouseholdRow> {
    match access {
        HouseholdAccess::None => None,
        HouseholdAccess::Whole => Some(row),
        HouseholdAccess::Masked => {
            row.household.phone = row.household.phone.as_deref().map(mask_phone);
            Some(row)
        }
    }
}

/// The resident as this access shows it; absent without access.
#[must_use]
pub fn resident_for(access: HouseholdAccess, mut resident: Resident) -> Option<Resident> {
    match access {
        HouseholdAccess::None => None,
        HouseholdAccess::Whole => Some(resident),
        HouseholdAccess::Masked => {
            resident.name = mask_name(&resident.name);
            resident.phone = resident.phone.as_deref().map(mask_phone);
            Some(resident)
        }
    }
}

/// A need, or a case that came from one, or one the catalogue keeps out of the street's eyes by its nature.
fn is_private(case: &CaseRow) -> bool {
    case.need.is_some() || category(&case.category).is_some_and(crate::catalog::Category::is_need)
}
