//! Roles are permission sets, not posts: one person may hold several, and what counts is their union.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = [$($permission:ident),+ $(,)?]),+ $(,)?) => {
        /// What a person is at the street.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[ts(export)]
        pub enum Role {
            $($(#[$doc])* $name,)+
        }

        impl Role {
            /// Every role.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What a person of this role may do.
            #[must_use]
            pub const fn permissions(self) -> &'static [Permission] {
                match self { $(Self::$name => &[$(Permission::$permission),+],)+ }
            }
        }
    };
}

/// One thing a person may do. A route or an act asks for one of these, never for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Permission {
    /// Use the field app: capture reports.
    CaptureReports,
    /// Record visits to households of the own grids or communities.
    RecordVisits,
    /// See the households of the own grids.
    SeeGridHouseholds,
    /// See the households of the own communities, with unmasked contact fields.
    SeeCommunityHouseholds,
    /// Fix a case on the spot, and answer checks.
    ActInField,
    /// See the cases of the own communities.
    SeeCommunityCases,
    /// See every case of the street.
    SeeAllCases,
    /// Look at reports, open, reject, merge, dispatch, transfer, extend, suspend, rework, close and void.
    Triage,
    /// Rule in a dispute: dispatch finally.
    Rule,
    /// Accept, return and resolve the orders of the own queues.
    WorkOrders,
    /// See who reported a case.
    SeeReporter,
    /// Unmask one field for a minute, with a reason; each use is logged.
    RevealFields,
    /// See totals of households, never a household.
    SeeHouseholdCounts,
    /// See who has looked at whom.
    ReadAccessLog,
    /// Add and change people, roles and queues, and reset passwords.
    ManagePeople,
    /// Enrol and revoke phones; see which of them hold unsent work and what was parked.
    ManageDevices,
    /// Change the street's settings: what triage looks at first, the working calendar, categories switched off.
    ManageStreet,
}

roles! {
    /// 网格员: captures reports and visits in the own grids.
    GridWorker = [CaptureReports, RecordVisits, SeeGridHouseholds, ActInField],
    /// 社区书记: answers for the grids of a community; second escalation level.
    CommunitySecretary = [
        CaptureReports, RecordVisits, SeeGridHouseholds, SeeCommunityHouseholds, ActInField, SeeCommunityCases,
        WorkOrders, SeeReporter, RevealFields,
    ],
    /// 平安办值班员: the street's triage desk.
    TriageOfficer = [SeeCommunityCases, SeeAllCases, Triage, WorkOrders, RevealFields],
    /// 平安办主任: a triage officer who may rule.
    StreetHead = [SeeCommunityCases, SeeAllCases, Triage, Rule, WorkOrders, RevealFields, SeeHouseholdCounts],
    /// 部门经办人: works the orders of a department.
    DepartmentMember = [WorkOrders, RevealFields],
    /// 社会组织成员: works the orders its organisation has accepted.
    OrganisationMember = [WorkOrders],
    /// 审计: reads the access log and nothing else.
    Auditor = [ReadAccessLog],
    /// 管理员: people, roles, queues, phones and the street's settings; sees no case and no household.
    Administrator = [ManagePeople, ManageDevices, ManageStreet],
}

impl Role {
    /// True when the role includes this permission.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Everything a person with these roles may do.
    #[must_use]
    pub fn union(roles: &[Self]) -> BTreeSet<Permission> {
        roles.iter().flat_map(|role| role.permissions()).copied().collect()
    }

    /// The role as it is written in JSON and stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GridWorker => "grid_worker",
            Self::CommunitySecretary => "community_secretary",
            Self::TriageOfficer => "triage_officer",
            Self::StreetHead => "street_head",
            Self::DepartmentMember => "department_member",
            Self::OrganisationMember => "organisation_member",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown role")]
pub struct UnknownRole;

impl core::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_back_from_its_own_spelling() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>(), Ok(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!("mayor".parse::<Role>(), Err(UnknownRole));
    }

    #[test]
    fn only_the_head_of_the_office_may_rule() {
        let may_rule: Vec<_> = Role::ALL.iter().filter(|role| role.may(Permission::Rule)).collect();
        assert_eq!(may_rule, [&Role::StreetHead]);
    }

    #[test]
    fn the_head_may_do_everything_a_triage_officer_may() {
        for permission in Role::TriageOfficer.permissions() {
            assert!(Role::StreetHead.may(*permission), "{permission:?}");
        }
    }

    #[test]
    fn auditors_and_administrators_see_neither_cases_nor_households() {
        use Permission::{
            RevealFields, SeeAllCases, SeeCommunityCases, SeeCommunityHouseholds, SeeGridHouseholds, WorkOrders,
        };
        let content = [
            RevealFields,
            SeeAllCases,
            SeeCommunityCases,
            SeeCommunityHouseholds,
            SeeGridHouseholds,
            WorkOrders,
        ];
        for role in [Role::Auditor, Role::Administrator] {
            assert!(content.iter().all(|permission| !role.may(*permission)), "{role:?}");
        }
    }

    #[test]
    fn roles_add_up() {
        let both = Role::union(&[Role::GridWorker, Role::Auditor]);
        assert!(both.contains(&Permission::CaptureReports) && both.contains(&Permission::ReadAccessLog));
        assert!(!both.contains(&Permission::Triage));
    }
}
