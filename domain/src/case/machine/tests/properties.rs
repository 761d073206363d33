//! Any sequence of acts by anybody keeps the promises of the design.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const QUEUES: &[&str] = &["municipal", "construction", "gas", "fire"];

/// An act, complete or with other queues, and whoever does it.
fn step() -> impl Strategy<Value = (Action, usize, i64)> {
    let queue = || select(QUEUES).prop_map(QueueId::from);
    let action = prop_oneof![
        8 => select(ActionName::ALL).prop_map(complete),
        1 => (queue(), queue()).prop_map(|(lead, assist)| Action::Dispatch {
            lead,
            assists: vec![assist],
            note: String::new(),
        }),
        1 => (queue(), queue()).prop_map(|(lead, assist)| Action::Transfer { lead, assists: vec![assist], text: words() }),
        1 => (queue(), any::<bool>())
            .prop_map(|(queue, mandatory)| Action::AddAssist { queue, mandatory, text: String::new() }),
    ];
    (action, 0..actors().len(), 0i64..400)
}

fn actors() -> Vec<Actor> {
    let mut actors: Vec<_> = QUEUES.iter().map(|queue| member(queue)).collect();
    actors.extend([triage(), head(), worker(), anybody(), Actor::rule()]);
    actors
}

/// What the store would hold: the open lead order and the open assist orders, from the order changes alone.
#[derive(Default)]
struct Orders {
    lead: Option<QueueId>,
    assists: Vec<QueueId>,
}

impl Orders {
    fn apply(&mut self, change: &OrderChange) {
        match change {
            OrderChange::OpenLead(queue) => {
                assert!(self.lead.is_none(), "a second lead order");
                self.lead = Some(queue.clone());
            }
            OrderChange::AcceptLead(queue) => assert_eq!(self.lead.as_ref(), Some(queue)),
            OrderChange::EndLead(queue, _) => assert_eq!(self.lead.take().as_ref(), Some(queue)),
            OrderChange::OpenAssist { queue, .. } => {
                assert!(!self.assists.contains(queue), "the same helper twice");
                self.assists.push(queue.clone());
            }
            OrderChange::AcceptAssist(queue) => assert!(self.assists.contains(queue)),
            OrderChange::EndAssist(queue, _) => {
                let before = self.assists.len();
                self.assists.retain(|open| open != queue);
                assert_eq!(self.assists.len() + 1, before);
            }
        }
    }
}

/// What must hold for every case at any time.
fn hold(case: &CaseFacts, orders: &Orders) {
    assert!(!case.lead.as_str().is_empty(), "a case without a queue");
    let at_work = matches!(
        case.state,
        CaseState::Dispatched | CaseState::Accepted | CaseState::Suspended | CaseState::Rework
    );
    if at_work && case.lead.as_str() != TRIAGE {
        assert_eq!(orders.lead.as_ref(), Some(&case.lead), "{}", case.state);
    }
    let waiting = matches!(
        case.state,
        CaseState::Submitted | CaseState::PrefileCheck | CaseState::Opened | CaseState::Returned | CaseState::InRuling
    );
    if waiting {
        assert_eq!(case.lead.as_str(), TRIAGE, "{}", case.state);
        assert_eq!(orders.lead, None);
    }
    let open: Vec<_> = case
        .assists
        .iter()
        .filter(|assist| assist.state.is_open())
        .map(|assist| assist.queue.clone())
        .collect();
    assert!(!open.contains(&case.lead) || !at_work, "the lead helps itself");
    let mut stored = orders.assists.clone();
    let mut known = open;
    stored.sort();
    known.sort();
    assert_eq!(stored, known);
    assert!(case.extensions <= MAX_EXTENSIONS);
    if !case.state.is_open() {
        assert!(
            orders.lead.is_none() && orders.assists.is_empty(),
            "an ended case holds an open order"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_sequence_of_acts_yields_two_leads_or_a_case_without_a_queue(
        steps in prop::collection::vec(step(), 1..60),
        urgency in 0u8..4,
    ) {
        let mut case = CaseFacts { urgency, ..pothole() };
        let (mut orders, mut now) = (Orders::default(), NOW);
        for (action, who, minutes) in steps {
            now = ReceivedAt(now.0 + minutes * MINUTE);
            let actor = &actors()[who];
            match act(&case, &action, actor, now) {
                Ok(effects) => {
                    let rev = effects.after.state_rev;
                    prop_assert!(rev == case.state_rev || rev == case.state_rev + 1);
                    prop_assert!(rev == case.state_rev + 1 || effects.after.state == case.state);
                    effects.orders.iter().for_each(|change| orders.apply(change));
                    case = effects.after;
                    if effects.clocks.contains(&ClockChange::Start(Stage::Resolve)) {
                        let due = ReceivedAt(now.0 + 1_000 * MINUTE);
                        case.due_at = Some(due);
                        case.extend_until = Some(ReceivedAt(due.0 + 1_000 * MINUTE));
                        case.return_until = Some(ReceivedAt(now.0 + 600 * MINUTE));
                    }
                    hold(&case, &orders);
                }
                Err(error) => {
                    let listed = refusal(&case, action.name(), actor, now);
                    prop_assert!(error.code == ErrorCode::Invalid || listed == Some(error.code));
                }
            }
        }
    }
}

#[test]
fn every_complete_act_is_valid_and_one_without_its_words_says_so() {
    for name in ActionName::ALL {
        assert_eq!(crate::validate::act(&complete(*name)), [], "{name}");
    }
    let wordless = [
        Action::Reject {
            reason: RejectReason::Unreasonable,
            text: String::new(),
        },
        Action::Close {
            reason: CloseReason::Fixed,
            text: String::new(),
        },
        Action::Rework { text: String::new() },
        Action::Reopen { text: " ".to_owned() },
        Action::Refer { text: String::new() },
    ];
    for action in wordless {
        let problems = crate::validate::act(&action);
        assert_eq!(problems.len(), 1, "{}", action.name());
        assert_eq!(problems[0].field, "text");
    }
}
