//! The dispute of the acceptance script: a hole near a gas valve that nobody wants.

use super::*;

/// `road-collapse`, urgency 1, dispatched to `municipal`.
fn hole() -> CaseFacts {
    let case = CaseFacts {
        category: "road-collapse".into(),
        urgency: 1,
        ..pothole()
    };
    dispatched(&case, "municipal")
}

fn barrier() -> Action {
    Action::MakeSafe {
        text: "barrier up".to_owned(),
        photos: vec![photo(PhotoRole::After)],
    }
}

#[test]
fn urgent_cases_are_made_safe_before_they_are_returned() {
    let case = hole();
    assert_eq!(
        refused(&case, &give_back("property-e1"), &member("municipal"), NOW),
        ErrorCode::MakeSafeFirst
    );
    let without_proof = Action::MakeSafe {
        text: "barrier up".to_owned(),
        photos: vec![],
    };
    assert_eq!(
        refused(&case, &without_proof, &member("municipal"), NOW),
        ErrorCode::Invalid
    );
    let safe = done(&case, &barrier(), &member("municipal"), later(36));
    assert_eq!(safe.clocks, [ClockChange::Done(Stage::MakeSafe)]);
    let returned = done(&safe.after, &give_back("construction"), &member("municipal"), later(36));
    assert_eq!(
        (returned.after.state, returned.after.lead.as_str()),
        (CaseState::Returned, TRIAGE)
    );
    assert_eq!(
        returned.orders,
        [OrderChange::EndLead("municipal".into(), OrderEnd::Returned)]
    );
    assert_eq!(
        returned.clocks,
        [ClockChange::Cancel(Stage::Accept), ClockChange::Start(Stage::Triage)]
    );
}

#[test]
fn a_helping_fire_crew_may_put_up_the_barrier() {
    let add = Action::AddAssist {
        queue: "fire".into(),
        mandatory: false,
        text: String::new(),
    };
    let case = done(&hole(), &add, &triage(), NOW).after;
    assert!(done(&case, &barrier(), &member("fire"), NOW).after.made_safe);
    assert_eq!(
        refused(&case, &barrier(), &member("sanitation"), NOW),
        ErrorCode::Forbidden
    );
}

#[test]
fn an_ordinary_case_is_returned_within_the_window_with_another_owner_named() {
    let case = dispatched(&pothole(), "municipal");
    let own = give_back("municipal");
    assert_eq!(refused(&case, &own, &member("municipal"), NOW), ErrorCode::Invalid);
    assert_eq!(
        refused(&case, &give_back("greening"), &member("municipal"), later(601)),
        ErrorCode::ReturnWindowOver
    );
    assert!(act(&case, &give_back("greening"), &member("municipal"), later(600)).is_ok());
    let fixed = CaseFacts {
        lead_may_return: false,
        ..case
    };
    assert_eq!(
        refused(&fixed, &give_back("greening"), &member("municipal"), NOW),
        ErrorCode::Forbidden
    );
}

#[test]
fn a_queue_returns_a_case_once_only() {
    let returned = done(
        &dispatched(&pothole(), "municipal"),
        &give_back("greening"),
        &member("municipal"),
        NOW,
    )
    .after;
    let sent_back = done(&returned, &transfer_to("municipal"), &triage(), NOW);
    assert_eq!(
        sent_back.after.wrong_dispatch,
        Vec::<QueueId>::new(),
        "sending it back does not agree"
    );
    assert_eq!(
        sent_back.clocks,
        [ClockChange::Done(Stage::Triage), ClockChange::Start(Stage::Accept)]
    );
    let again = refused(&sent_back.after, &give_back("greening"), &member("municipal"), NOW);
    assert_eq!(again, ErrorCode::ReturnWindowOver);
}

#[test]
fn the_second_return_goes_to_the_head_who_rules_once_and_for_all() {
    let safe = done(&hole(), &barrier(), &member("municipal"), later(36)).after;
    let once = done(&safe, &give_back("construction"), &member("municipal"), later(36)).after;
    let transferred = done(&once, &transfer_to("construction"), &triage(), later(43));
    assert_eq!(transferred.after.wrong_dispatch, [QueueId::from("municipal")]);
    assert!(
        transferred.clocks.contains(&ClockChange::Start(Stage::Resolve)),
        "a fresh limit for the right queue"
    );

    let twice = done(
        &transferred.after,
        &give_back("gas"),
        &member("construction"),
        later(63),
    );
    assert_eq!(
        (twice.after.state, twice.after.lead.as_str()),
        (CaseState::InRuling, TRIAGE)
    );
    assert_eq!(
        twice.after.returned_by,
        [QueueId::from("municipal"), "construction".into()]
    );

    let ruling = Action::FinalDispatch {
        lead: "municipal".into(),
        assists: vec!["gas".into(), "property-e1".into()],
        mandatory: vec!["gas".into()],
        ruling: "their drain".to_owned(),
    };
    assert_eq!(
        refused(&twice.after, &ruling, &triage(), later(98)),
        ErrorCode::Forbidden
    );
    let ruled = done(&twice.after, &ruling, &head(), later(98));
    assert_eq!(
        ruled.after.wrong_dispatch,
        [QueueId::from("construction")],
        "municipal was right after all"
    );
    assert_eq!(
        ruled.orders,
        [
            OrderChange::OpenLead("municipal".into()),
            OrderChange::OpenAssist {
                queue: "gas".into(),
                mandatory: true
            },
            OrderChange::OpenAssist {
                queue: "property-e1".into(),
                mandatory: false
            },
        ]
    );
    assert!(
        !ruled.clocks.contains(&ClockChange::Start(Stage::MakeSafe)),
        "it is safe already"
    );
    let again = refused(&ruled.after, &give_back("gas"), &member("municipal"), later(99));
    assert_eq!(again, ErrorCode::FinalDispatch);
    assert!(!allowed(&ruled.after, &member("municipal"), later(99)).contains(&ActionName::Return));
}

#[test]
fn a_transfer_names_the_helpers_anew() {
    let opened = done(&pothole(), &Action::Open, &triage(), NOW).after;
    let both = Action::Dispatch {
        lead: "municipal".into(),
        assists: vec!["gas".into(), "water".into()],
        note: words(),
    };
    let case = done(&opened, &both, &triage(), NOW).after;
    let returned = done(&case, &give_back("construction"), &member("municipal"), NOW).after;
    let transfer = Action::Transfer {
        lead: "water".into(),
        assists: vec!["gas".into(), "fire".into()],
        text: words(),
    };
    let effects = done(&returned, &transfer, &triage(), NOW);
    assert_eq!(
        effects.orders,
        [
            OrderChange::OpenLead("water".into()),
            OrderChange::EndAssist("water".into(), OrderEnd::Released),
            OrderChange::OpenAssist {
                queue: "fire".into(),
                mandatory: false
            },
        ]
    );
}
