use uuid::Uuid;

use super::*;
use crate::catalog::TRIAGE;
use crate::test_support::{case_row, square};
use crate::view::{CaseOutline, CaseRow, HouseholdRow, TimelineEntry};
use crate::{
    CaseState, CommunityId, GridId, Household, HouseholdId, NeedId, QueueId, ReceivedAt, Resident, ResidentId, Role,
    Tenure, UserId,
};

/// A person with one role, at the place or elsewhere.
struct Person {
    user: UserId,
    roles: [Role; 1],
    queues: Vec<QueueId>,
    grids: Vec<GridId>,
    communities: Vec<CommunityId>,
}

impl Person {
    fn new(role: Role) -> Self {
        let user = UserId(Uuid::from_u128(99));
        Self {
            user,
            roles: [role],
            queues: vec![],
            grids: vec![],
            communities: vec![],
        }
    }

    fn in_grid(mut self, grid: &str) -> Self {
        self.grids = vec![grid.into()];
        self
    }

    fn in_community(mut self) -> Self {
        self.communities = vec!["c1".into()];
        self
    }

    fn in_queue(mut self, queue: &str) -> Self {
        self.queues = vec![queue.into()];
        self
    }

    fn reporter(mut self) -> Self {
        self.user = UserId(Uuid::from_u128(20));
        self
    }

    fn viewer(&self) -> CaseViewer<'_> {
        CaseViewer {
            user: self.user,
            roles: &self.roles,
            queues: &self.queues,
            grids: &self.grids,
            communities: &self.communities,
        }
    }

    fn sees(&self, case: &CaseRow) -> Access {
        case_access(&self.viewer(), case, Some(&square("g1", 0.0, 0.0, 0.01)))
    }

    fn view(&self, case: CaseRow) -> Option<CaseRow> {
        case_for(&self.viewer(), case, Some(&square("g1", 0.0, 0.0, 0.01)))
    }
}

#[test]
fn names_keep_their_first_letter() {
    assert_eq!(mask_name("王芳"), "王*");
    assert_eq!(mask_name("王小明"), "王**");
    assert_eq!(mask_name(" 李 "), "李");
    assert_eq!(mask_name(""), "");
}

#[test]
fn phones_hide_their_middle() {
    assert_eq!(mask_phone("13812345678"), "138****5678");
    assert_eq!(mask_phone("138 1234 5678"), "138****5678");
    assert_eq!(mask_phone("02368123456"), "023****3456");
    for short in ["", "110", "12345", "1234567", "12345678"] {
        let masked = mask_phone(short);
        assert_eq!(masked.len(), short.len());
        assert!(masked.matches('*').count() * 2 >= short.len(), "{masked}");
    }
}

#[test]
fn identity_numbers_hide_the_birth_date_and_outside_the_sex_too() {
    let made_up = "500100199001011234";
    assert_eq!(mask_id_number(made_up, false), "5001**********1234");
    assert_eq!(mask_id_number(made_up, true), "5****************4");
    assert_eq!(mask_id_number("1234", false), "****");
}

#[test]
fn a_door_is_shown_as_its_building() {
    assert_eq!(mask_door("盘龙新城三区", "3号楼"), "盘龙新城三区3号楼");
}

#[test]
fn a_case_on_public_ground_is_seen_as_the_table_of_roles_says() {
    let case = case_row("tree-fallen");
    let sees = |person: Person| person.sees(&case);
    assert_eq!(sees(Person::new(Role::GridWorker).in_grid("g1")), Access::Whole);
    assert_eq!(
        sees(Person::new(Role::GridWorker).in_grid("g9").in_community()),
        Access::Outline
    );
    assert_eq!(sees(Person::new(Role::GridWorker).in_grid("g9")), Access::None);
    assert_eq!(sees(Person::new(Role::GridWorker).reporter()), Access::Whole);
    assert_eq!(
        sees(Person::new(Role::CommunitySecretary).in_community()),
        Access::Whole
    );
    assert_eq!(sees(Person::new(Role::TriageOfficer)), Access::Whole);
    assert_eq!(sees(Person::new(Role::StreetHead)), Access::Whole);
    assert_eq!(
        sees(Person::new(Role::DepartmentMember).in_queue("greening")),
        Access::Whole
    );
    assert_eq!(sees(Person::new(Role::DepartmentMember).in_queue("gas")), Access::None);
    assert_eq!(
        sees(Person::new(Role::OrganisationMember).in_queue("org-1")),
        Access::None
    );
    assert_eq!(
        sees(Person::new(Role::Auditor).in_grid("g1").in_community()),
        Access::None
    );
    assert_eq!(
        sees(Person::new(Role::Administrator).in_grid("g1").in_community()),
        Access::None
    );
}

#[test]
fn what_may_not_be_published_is_not_even_outlined() {
    let neighbour = Person::new(Role::GridWorker).in_grid("g9").in_community();
    assert_eq!(neighbour.sees(&case_row("police-matter")), Access::None);
}

#[test]
fn a_need_is_seen_by_who_works_it_its_author_and_the_secretary() {
    let mut case = case_row("need-care");
    case.need = Some(NeedId(Uuid::nil()));
    let sees = |person: Person| person.sees(&case);
    assert_eq!(
        sees(Person::new(Role::DepartmentMember).in_queue("municipal")),
        Access::Whole
    );
    assert_eq!(
        sees(Person::new(Role::DepartmentMember).in_queue("urban-mgmt")),
        Access::None
    );
    assert_eq!(sees(Person::new(Role::GridWorker).reporter()), Access::Whole);
    assert_eq!(
        sees(Person::new(Role::GridWorker).in_grid("g1").in_community()),
        Access::None
    );
    assert_eq!(
        sees(Person::new(Role::CommunitySecretary).in_community()),
        Access::Whole
    );
    assert_eq!(sees(Person::new(Role::TriageOfficer)), Access::None);
    assert_eq!(sees(Person::new(Role::StreetHead)), Access::None);
}

#[test]
fn the_office_sees_a_private_case_only_while_nobody_else_has_it() {
    let mut case = case_row("neighbor-dispute");
    case.need = Some(NeedId(Uuid::nil()));
    case.lead_queue = TRIAGE.into();
    assert_eq!(Person::new(Role::TriageOfficer).sees(&case), Access::Whole);
    case.lead_queue = "community-c1".into();
    assert_eq!(Person::new(Role::TriageOfficer).sees(&case), Access::None);
}

#[test]
fn who_reported_is_told_to_the_secretary_and_masked_for_departments() {
    let mut case = case_row("tree-fallen");
    case.timeline.push(TimelineEntry {
        what: "report".to_owned(),
        actor: case.reporter,
        actor_label: "王小明".to_owned(),
        queue: None,
        at: ReceivedAt(0),
        captured_at: None,
        state: CaseState::Submitted,
        text: String::new(),
        reason: None,
        suggested: None,
        photos: vec![],
    });
    let secretary = Person::new(Role::CommunitySecretary)
        .in_community()
        .view(case.clone())
        .unwrap();
    assert_eq!(secretary, case);
    let handler = Person::new(Role::DepartmentMember)
        .in_queue("municipal")
        .view(case.clone())
        .unwrap();
    assert_eq!(
        (handler.reporter, handler.reporter_label.as_deref()),
        (None, Some("王**"))
    );
    assert!(
        !serde_json::to_string(&handler).unwrap().contains("小明"),
        "not by the timeline either"
    );
    assert_eq!(handler.timeline[0].actor, None);
    assert_eq!(Person::new(Role::DepartmentMember).in_queue("gas").view(case), None);
}

#[test]
fn an_outline_holds_place_category_and_state_alone() {
    let case = case_row("tree-fallen");
    let outline = CaseOutline {
        id: case.id,
        state: case.state,
        category: case.category,
        urgency: case.urgency,
        point: None,
        grid: case.place.grid,
        received_at: case.received_at,
    };
    let outline = serde_json::to_value(outline).unwrap();
    let fields: Vec<_> = outline.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["category", "grid", "id", "point", "received_at", "state", "urgency"];
    expected.sort_unstable();
    let mut fields = fields;
    fields.sort_unstable();
    assert_eq!(fields, expected);
}

fn household() -> HouseholdRow {
    HouseholdRow {
        household: Household {
            id: HouseholdId(Uuid::nil()),
            grid: "g1".into(),
            estate: "一区".to_owned(),
            building: "3号楼".to_owned(),
            unit: String::new(),
            room: "501".to_owned(),
            point: None,
            tenure: Tenure::Owner,
            door_note: String::new(),
            phone: Some("13812345678".to_owned()),
        },
        last_visit: None,
        last_condition: None,
        next_due: None,
        fields: crate::household::FieldRevs::new(),
    }
}

fn resident() -> Resident {
    Resident {
        id: ResidentId(Uuid::nil()),
        household: HouseholdId(Uuid::nil()),
        name: "王小明".to_owned(),
        sex: None,
        birth_year: None,
        relation: String::new(),
        phone: Some("13812345678".to_owned()),
        tags: vec![],
    }
}

#[test]
fn households_are_seen_whole_at_the_door_masked_in_the_community_and_nowhere_else() {
    let grid = square("g1", 0.0, 0.0, 0.01);
    let access = |person: Person| household_access(&person.viewer(), &grid);
    assert_eq!(
        access(Person::new(Role::GridWorker).in_grid("g1")),
        HouseholdAccess::Whole
    );
    assert_eq!(
        access(Person::new(Role::GridWorker).in_grid("g9").in_community()),
        HouseholdAccess::None
    );
    assert_eq!(
        access(Person::new(Role::CommunitySecretary).in_community()),
        HouseholdAccess::Masked
    );
    for role in Role::ALL {
        let expected = match role {
            Role::CommunitySecretary => HouseholdAccess::Masked,
            Role::GridWorker
            | Role::TriageOfficer
            | Role::StreetHead
            | Role::DepartmentMember
            | Role::OrganisationMember
            | Role::Auditor
            | Role::Administrator => HouseholdAccess::None,
        };
        assert_eq!(
            access(Person::new(*role).in_community().in_queue("municipal")),
            expected,
            "{role:?}"
        );
    }
}

#[test]
fn a_masked_household_shows_neither_name_nor_number() {
    let row = household_for(HouseholdAccess::Masked, household()).unwrap();
    assert_eq!(row.household.phone.as_deref(), Some("138****5678"));
    let person = resident_for(HouseholdAccess::Masked, resident()).unwrap();
    assert_eq!(
        (person.name.as_str(), person.phone.as_deref()),
        ("王**", Some("138****5678"))
    );
    assert_eq!(household_for(HouseholdAccess::Whole, household()), Some(household()));
    assert_eq!(resident_for(HouseholdAccess::Whole, resident()), Some(resident()));
    assert_eq!(household_for(HouseholdAccess::None, household()), None);
    assert_eq!(resident_for(HouseholdAccess::None, resident()), None);
}
