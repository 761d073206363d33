use super::*;
use crate::test_support::{all_queues, square, street};
use crate::{GridId, QueueId, catalog};

/// One street with everything staffed; each test changes what it is about.
struct World {
    street: StreetRow,
    queues: Vec<QueueRow>,
    grid: GridRow,
}

impl World {
    fn new() -> Self {
        let grid = GridRow {
            property_queue: Some("property-e1".into()),
            ..square("g1", 0.0, 0.0, 0.01)
        };
        Self {
            street: street(),
            queues: all_queues(),
            grid,
        }
    }

    fn without(mut self, queue: &str) -> Self {
        let row = self.queues.iter_mut().find(|row| row.id.as_str() == queue).unwrap();
        row.staffed = false;
        self
    }

    fn route(&self, category: &str, answer: Option<&str>) -> Decision {
        self.route_at(category, answer, Some(&self.grid))
    }

    fn route_at(&self, category: &str, answer: Option<&str>, grid: Option<&GridRow>) -> Decision {
        route(&RoutingInput {
            category: &category.into(),
            answer,
            grid,
            other_grid: None,
            community: None,
            text: "",
            street: &self.street,
            queues: &self.queues,
        })
    }
}

fn lead_and_rule(decision: &Decision) -> (&str, &str) {
    (decision.reason.lead.as_str(), &decision.reason.rule)
}

fn names(queues: &[QueueId]) -> Vec<&str> {
    queues.iter().map(QueueId::as_str).collect()
}

#[test]
fn the_fallen_tree_goes_to_municipal_and_the_billboard_to_urban_management() {
    let world = World::new();
    assert_eq!(
        lead_and_rule(&world.route("tree-fallen", None)),
        ("municipal", RULE_CATEGORY)
    );
    assert_eq!(
        lead_and_rule(&world.route("sign-fallen", None)),
        ("urban-mgmt", RULE_CATEGORY)
    );
}

#[test]
fn a_dripping_tap_goes_to_the_repair_team() {
    let decision = World::new().route("need-home-repair", None);
    assert_eq!(lead_and_rule(&decision), ("repair-team", RULE_CATEGORY));
    assert!(decision.auto_dispatch);
}

#[test]
fn the_answer_may_name_the_queue_and_the_limit() {
    let world = World::new();
    let decision = world.route("pole", Some("telecom"));
    assert_eq!(lead_and_rule(&decision), ("telecom", RULE_QUESTION));
    assert_eq!(decision.limits.resolve, Some(crate::clock::Limit::eh(4)));
    assert_eq!(lead_and_rule(&world.route("pole", None)), ("power", RULE_CATEGORY));
}

#[test]
fn an_unanswered_question_counts_as_its_default_and_says_so() {
    let world = World::new();
    let silent = world.route("cable-down", None);
    assert_eq!(silent.urgency, 0);
    assert_eq!(silent.reason.inputs["answer"], "unknown");
    assert_eq!(silent.reason.inputs["answer_by_default"], "true");
    let answered = world.route("cable-down", Some("dead"));
    assert_eq!(answered.urgency, 1);
    assert!(!answered.reason.inputs.contains_key("answer_by_default"));
}

#[test]
fn community_desk_and_property_stand_for_the_queues_of_the_place() {
    let world = World::new();
    assert_eq!(lead_and_rule(&world.route("fitness", None)).0, "community-c1");
    assert_eq!(lead_and_rule(&world.route("need-paperwork", None)).0, "desk-c1");
    assert_eq!(lead_and_rule(&world.route("corridor-clutter", None)).0, "property-e1");
    assert_eq!(names(&world.route("corridor-clutter", None).reason.assists), ["fire"]);
}

#[test]
fn without_a_grid_the_community_still_counts() {
    let world = World::new();
    let decision = route(&RoutingInput {
        category: &"fitness".into(),
        answer: None,
        grid: None,
        other_grid: None,
        community: Some("c1".into()),
        text: "",
        street: &world.street,
        queues: &world.queues,
    });
    assert_eq!(decision.reason.lead.as_str(), "community-c1");
    assert_eq!(decision.reason.inputs["community"], "c1");
}

#[test]
fn an_empty_queue_is_skipped_for_the_community_and_shown() {
    let decision = World::new().without("municipal").route("tree-fallen", None);
    assert_eq!(lead_and_rule(&decision), ("community-c1", RULE_COMMUNITY));
    assert_eq!(names(&decision.reason.skipped), ["municipal"]);
}

#[test]
fn an_estate_without_a_property_company_is_skipped_by_that_name() {
    let world = World::new();
    let decision = world.route_at("corridor-clutter", None, Some(&square("g2", 0.0, 0.0, 0.01)));
    assert_eq!(lead_and_rule(&decision), ("community-c1", RULE_COMMUNITY));
    assert_eq!(names(&decision.reason.skipped), ["property"]);
}

#[test]
fn with_nobody_left_triage_takes_it_without_dispatching_to_itself() {
    let world = World::new()
        .without("municipal")
        .without("community-c1")
        .without("triage");
    let decision = world.route("tree-fallen", Some("person"));
    assert_eq!(lead_and_rule(&decision), (TRIAGE, RULE_TRIAGE));
    assert_eq!(names(&decision.reason.skipped), ["municipal", "community-c1"]);
    assert!(!decision.auto_dispatch);
}

#[test]
fn an_assist_is_skipped_when_nobody_is_there_and_never_doubles_the_lead() {
    let decision = World::new().without("greening").route("tree-fallen", None);
    assert_eq!(names(&decision.reason.assists), ["fire"]);
    assert_eq!(names(&decision.reason.skipped), ["greening"]);
    let telecom = World::new().route("cable-down", Some("telecom"));
    assert_eq!(
        (telecom.reason.lead.as_str(), names(&telecom.reason.assists)),
        ("telecom", vec!["fire"])
    );
}

#[test]
fn the_five_delicate_categories_wait_for_the_office_unless_urgent() {
    let world = World::new();
    for category in ["other", "neighbor-dispute", "property-dispute", "illegal-build"] {
        assert!(!world.route(category, None).auto_dispatch, "{category}");
    }
    // Urgency 1 always goes at once, so that a police matter does too.
    assert!(world.route("police-matter", None).auto_dispatch);
}

#[test]
fn a_street_may_switch_a_category_to_triage_first_but_never_a_danger() {
    let mut world = World::new();
    world.street.triage_first = vec!["tree-fallen".into(), "gas-leak".into()];
    assert!(!world.route("tree-fallen", None).auto_dispatch);
    assert!(world.route("tree-fallen", Some("wire")).auto_dispatch);
    assert!(world.route("gas-leak", None).auto_dispatch);
}

#[test]
fn a_category_nobody_knows_goes_to_triage() {
    let decision = World::new().route("flying-saucer", None);
    assert_eq!(lead_and_rule(&decision), (TRIAGE, RULE_UNKNOWN));
    assert!(!decision.auto_dispatch);
}

#[test]
fn the_reason_keeps_inputs_version_and_the_other_grid() {
    let world = World::new();
    let decision = route(&RoutingInput {
        category: &"manhole".into(),
        answer: Some("missing"),
        grid: Some(&world.grid),
        other_grid: Some(GridId::from("g2")),
        community: None,
        text: "",
        street: &world.street,
        queues: &world.queues,
    });
    let inputs: Vec<_> = decision
        .reason
        .inputs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        inputs,
        [
            "answer=missing",
            "category=manhole",
            "community=c1",
            "grid=g1",
            "urgency=1"
        ]
    );
    assert_eq!(decision.reason.version, CATALOG_VERSION);
    assert_eq!(decision.reason.other_grid, Some("g2".into()));
}

#[test]
fn with_everybody_at_work_each_category_goes_to_its_default_queue() {
    let world = World::new();
    for category in catalog::categories().iter().chain(catalog::needs()) {
        let decision = world.route(category.id, None);
        let expected = match category.lead {
            "community" => "community-c1",
            "desk" => "desk-c1",
            "property" => "property-e1",
            queue => queue,
        };
        assert_eq!(lead_and_rule(&decision), (expected, RULE_CATEGORY), "{}", category.id);
        assert!(
            decision.reason.skipped.is_empty(),
            "{}: {:?}",
            category.id,
            decision.reason.skipped
        );
    }
}
