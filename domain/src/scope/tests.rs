use uuid::Uuid;

use super::*;
use crate::test_support::{case_row, square};
use crate::{GridId, NeedId};

fn names(buckets: &[Bucket]) -> Vec<String> {
    buckets.iter().map(|bucket| bucket.0.clone()).collect()
}

fn me20() -> String {
    format!("me:{}", Uuid::from_u128(20))
}

struct Everything {
    grids: Vec<GridId>,
    communities: Vec<CommunityId>,
    queues: Vec<QueueId>,
}

impl Everything {
    fn new() -> Self {
        Self {
            grids: vec!["g1".into(), "g2".into()],
            communities: vec!["c1".into()],
            queues: vec!["municipal".into(), TRIAGE.into()],
        }
    }

    fn buckets_of(&self, roles: &[Role]) -> Vec<String> {
        names(&buckets_for(&Member {
            user: UserId(Uuid::from_u128(20)),
            roles,
            grids: &self.grids,
            communities: &self.communities,
            queues: &self.queues,
        }))
    }
}

#[test]
fn a_case_goes_to_its_reporter_grids_queues_and_the_office() {
    let mut case = case_row("tree-fallen");
    case.place.other_grid = Some("g2".into());
    let buckets = buckets_of_case(&case, &["construction".into()]);
    let me = me20();
    let expected = [
        "dept:construction",
        "dept:greening",
        "dept:municipal",
        "grid:g1",
        "grid:g2",
        me.as_str(),
        "street",
    ];
    assert_eq!(names(&buckets), expected);
}

#[test]
fn a_need_goes_to_its_author_and_its_queue_alone() {
    let mut case = case_row("need-home-repair");
    case.lead_queue = "repair-team".into();
    case.assists.clear();
    assert_eq!(
        names(&buckets_of_case(&case, &[])),
        ["dept:repair-team".to_owned(), me20()]
    );
}

#[test]
fn a_quarrel_raised_in_a_visit_is_as_private_as_a_need_and_reaches_the_office_only_while_nobody_has_it() {
    let mut case = case_row("neighbor-dispute");
    case.need = Some(NeedId(Uuid::nil()));
    case.lead_queue = "community-c1".into();
    case.assists = vec!["justice".into()];
    assert_eq!(
        names(&buckets_of_case(&case, &[])),
        ["dept:community-c1".to_owned(), "dept:justice".to_owned(), me20()]
    );
    case.lead_queue = TRIAGE.into();
    assert!(buckets_of_case(&case, &[]).contains(&street()));
}

#[test]
fn only_what_may_be_published_is_outlined_to_the_community() {
    let grids = [square("g1", 0.0, 0.0, 0.01)];
    assert_eq!(
        bucket_of_outline(&case_row("tree-fallen"), &grids),
        Some(community(&"c1".into()))
    );
    assert_eq!(bucket_of_outline(&case_row("police-matter"), &grids), None);
    assert_eq!(bucket_of_outline(&case_row("need-care"), &grids), None);
    assert_eq!(
        bucket_of_outline(&case_row("tree-fallen"), &[]),
        None,
        "no grid, no community"
    );
    let mut from_a_visit = case_row("tree-fallen");
    from_a_visit.need = Some(NeedId(Uuid::nil()));
    assert_eq!(bucket_of_outline(&from_a_visit, &grids), None);
}

#[test]
fn a_worker_is_sent_the_own_grids_homes_and_no_queue() {
    let worker = Everything::new().buckets_of(&[Role::GridWorker]);
    let me = me20();
    let expected = [
        "ref",
        me.as_str(),
        "grid:g1",
        "grid:g2",
        "home:g1",
        "home:g2",
        "community:c1",
    ];
    assert_eq!(worker, expected, "in the order a phone is filled");
}

#[test]
fn no_role_is_sent_the_homes_of_a_grid_that_is_not_its_own() {
    let everything = Everything::new();
    for role in Role::ALL {
        let buckets = everything.buckets_of(&[*role]);
        let homes: Vec<_> = buckets.iter().filter(|bucket| bucket.starts_with("home:")).collect();
        let expected: &[&str] = match role {
            Role::GridWorker | Role::CommunitySecretary => &["home:g1", "home:g2"],
            Role::TriageOfficer
            | Role::StreetHead
            | Role::DepartmentMember
            | Role::OrganisationMember
            | Role::Auditor
            | Role::Administrator => &[],
        };
        assert_eq!(homes, expected, "{role:?}");
    }
    let without = Everything {
        grids: vec![],
        ..everything
    };
    for role in Role::ALL {
        assert!(
            !without
                .buckets_of(&[*role])
                .iter()
                .any(|bucket| bucket.starts_with("home:")),
            "{role:?}"
        );
    }
}

#[test]
fn each_office_role_is_sent_its_part() {
    let everything = Everything::new();
    let me = me20();
    assert_eq!(
        everything.buckets_of(&[Role::DepartmentMember]),
        ["ref", me.as_str(), "dept:municipal"]
    );
    let triage = everything.buckets_of(&[Role::TriageOfficer]);
    assert_eq!(triage, ["ref", me.as_str(), "community:c1", "dept:municipal", "street"]);
    for role in [Role::Auditor, Role::Administrator] {
        assert_eq!(everything.buckets_of(&[role]), ["ref", me.as_str()]);
    }
}
