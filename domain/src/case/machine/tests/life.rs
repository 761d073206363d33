use super::*;

#[test]
fn a_case_goes_from_submitted_to_closed_and_counts_its_changes() {
    let case = pothole();
    assert_eq!((case.state_rev, case.lead.as_str()), (1, TRIAGE));
    let case = closed("municipal");
    assert_eq!((case.state, case.state_rev), (CaseState::Closed, 6));
    assert_eq!((case.lead.as_str(), case.closed_at), ("municipal", Some(NOW)));
}

#[test]
fn a_dispatch_starts_the_clocks_and_one_lead_order() {
    let opened = done(&pothole(), &Action::Open, &triage(), NOW).after;
    let effects = done(&opened, &dispatch_to("municipal"), &triage(), NOW);
    assert_eq!(effects.orders, [OrderChange::OpenLead("municipal".into())]);
    assert_eq!(
        effects.clocks,
        [
            ClockChange::Done(Stage::Triage),
            ClockChange::Start(Stage::Accept),
            ClockChange::Start(Stage::Resolve),
            ClockChange::Start(Stage::MakeSafe),
        ]
    );
}

#[test]
fn a_department_acts_for_its_own_queue_only() {
    let case = dispatched(&pothole(), "municipal");
    assert_eq!(
        refused(&case, &Action::Accept, &member("sanitation"), NOW),
        ErrorCode::Forbidden
    );
    assert_eq!(refused(&case, &Action::Accept, &triage(), NOW), ErrorCode::Forbidden);
    let effects = done(&case, &Action::Accept, &member("municipal"), NOW);
    assert_eq!(effects.acted_for, Some("municipal".into()));
}

#[test]
fn an_order_that_nobody_took_is_accepted_by_the_rule() {
    let case = dispatched(&pothole(), "municipal");
    let effects = done(&case, &Action::Accept, &Actor::rule(), later(240));
    assert_eq!((effects.after.state, effects.acted_for), (CaseState::Accepted, None));
}

#[test]
fn a_worker_cannot_do_the_offices_work() {
    for action in [Action::Open, complete(ActionName::Reject), complete(ActionName::Merge)] {
        assert_eq!(
            refused(&pothole(), &action, &worker(), NOW),
            ErrorCode::Forbidden,
            "{}",
            action.name()
        );
    }
}

#[test]
fn every_missing_part_is_named_at_once() {
    let case = accepted("municipal");
    let empty = Action::Resolve {
        text: " ".to_owned(),
        photos: vec![],
        no_photo_reason: None,
    };
    let error = act(&case, &empty, &member("municipal"), NOW).unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
    let fields: Vec<_> = error.details["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| &problem["field"])
        .collect();
    assert_eq!(fields, ["text", "photos"]);
}

#[test]
fn a_reason_stands_in_for_the_after_photo() {
    let resolve = Action::Resolve {
        text: "filled".to_owned(),
        photos: vec![],
        no_photo_reason: Some("night, no light".to_owned()),
    };
    let effects = done(&accepted("municipal"), &resolve, &member("municipal"), NOW);
    assert_eq!(
        (effects.after.state, effects.after.after_photo),
        (CaseState::Resolved, false)
    );
}

#[test]
fn what_needs_no_photo_is_handled_on_the_spot_without_one() {
    let quarrel = CaseFacts {
        category: "neighbor-dispute".into(),
        ..pothole()
    };
    let settled = Action::SelfHandle {
        text: "they shook hands".to_owned(),
        photos: vec![],
    };
    let effects = done(&quarrel, &settled, &worker(), NOW);
    assert_eq!(effects.close_reason, Some(CloseReason::SelfHandled));
    assert_eq!(refused(&pothole(), &settled, &worker(), NOW), ErrorCode::Invalid);
}

#[test]
fn only_the_worker_of_the_place_handles_it_on_the_spot() {
    let stranger = Actor {
        grids: ["g9".into()].into(),
        ..Actor::person(user(21), &[Role::GridWorker])
    };
    assert_eq!(
        refused(&pothole(), &self_handle(), &stranger, NOW),
        ErrorCode::Forbidden
    );
    let case = done(&dispatched(&pothole(), "municipal"), &self_handle(), &worker(), NOW);
    assert_eq!(
        case.orders,
        [OrderChange::EndLead("municipal".into(), OrderEnd::Resolved)]
    );
    assert_eq!(case.after.lead.as_str(), "municipal");
}

#[test]
fn two_extensions_are_granted_before_the_due_time_and_no_third() {
    let extend = |until| Action::Extend { reason: words(), until };
    let case = accepted("municipal");
    assert_eq!(
        refused(&case, &extend(later(200)), &triage(), later(101)),
        ErrorCode::PastDue
    );
    assert_eq!(
        refused(&case, &extend(later(201)), &triage(), NOW),
        ErrorCode::Invalid,
        "more than one limit"
    );
    assert_eq!(
        refused(&case, &extend(later(100)), &triage(), NOW),
        ErrorCode::Invalid,
        "not later than it is due"
    );
    let once = done(&case, &extend(later(200)), &triage(), later(100));
    assert_eq!(once.clocks, [ClockChange::Move(Stage::Resolve, later(200))]);
    assert_eq!((once.after.due_at, once.after.extensions), (Some(later(200)), 1));
    let again = CaseFacts {
        extend_until: Some(later(300)),
        ..once.after
    };
    let twice = done(&again, &extend(later(300)), &triage(), NOW).after;
    assert_eq!(
        refused(&twice, &extend(later(350)), &triage(), NOW),
        ErrorCode::ExtensionsUsedUp
    );
}

#[test]
fn a_suspension_lasts_a_year_at_most_and_wakes_to_accepted() {
    let until = |days: i64| Action::Suspend {
        reason: words(),
        until: later(days * 24 * 60),
    };
    let case = accepted("municipal");
    assert_eq!(refused(&case, &until(367), &triage(), NOW), ErrorCode::Invalid);
    assert_eq!(refused(&case, &until(0), &triage(), NOW), ErrorCode::Invalid);
    let asleep = done(&case, &until(365), &triage(), NOW);
    assert_eq!(asleep.clocks, [ClockChange::Pause(Stage::Resolve)]);
    assert_eq!(asleep.suspended_until, Some(later(365 * 24 * 60)));
    assert!(asleep.orders.is_empty(), "the order stays with its queue");
    let awake = done(&asleep.after, &Action::Wake, &Actor::rule(), later(365 * 24 * 60));
    assert_eq!(
        (awake.after.state, awake.clocks),
        (CaseState::Accepted, vec![ClockChange::Resume(Stage::Resolve)])
    );
}

#[test]
fn nobody_checks_their_own_work() {
    let handler = Actor {
        queues: ["municipal".into()].into(),
        ..Actor::person(user(10), &[Role::CommunitySecretary])
    };
    let case = done(
        &resolved("municipal"),
        &complete(ActionName::AskClosureCheck),
        &triage(),
        NOW,
    )
    .after;
    let yes = complete(ActionName::AnswerClosureCheck);
    assert_eq!(refused(&case, &yes, &handler, NOW), ErrorCode::SamePerson);
    let checked = done(&case, &yes, &worker(), NOW).after;
    assert_eq!((checked.state, checked.checked), (CaseState::Resolved, true));
}

#[test]
fn not_done_after_all_means_rework_with_the_same_queue() {
    let case = done(
        &resolved("municipal"),
        &complete(ActionName::AskClosureCheck),
        &triage(),
        NOW,
    )
    .after;
    let no = Action::AnswerClosureCheck {
        done: false,
        text: words(),
        photos: vec![photo(PhotoRole::Wide)],
    };
    let effects = done(&case, &no, &worker(), NOW);
    assert_eq!(
        (effects.after.state, effects.after.lead.as_str()),
        (CaseState::Rework, "municipal")
    );
    assert_eq!(
        effects.orders,
        [
            OrderChange::OpenLead("municipal".into()),
            OrderChange::AcceptLead("municipal".into())
        ]
    );
    assert_eq!(
        done(&effects.after, &resolve(), &member("municipal"), NOW).after.state,
        CaseState::Resolved
    );
}

#[test]
fn the_reporter_may_say_that_it_is_not_solved() {
    let effects = done(&resolved("municipal"), &complete(ActionName::Rework), &worker(), NOW);
    assert_eq!(effects.after.state, CaseState::Rework);
    let stranger = Actor::person(user(21), &[Role::GridWorker]);
    assert_eq!(
        refused(&resolved("municipal"), &complete(ActionName::Rework), &stranger, NOW),
        ErrorCode::Forbidden
    );
}

#[test]
fn a_case_closes_by_itself_after_three_days_only_when_that_is_safe() {
    let close = complete(ActionName::Close);
    let after = |case: &CaseFacts, minutes| act(case, &close, &Actor::rule(), later(minutes)).is_ok();
    let ordinary = resolved("municipal");
    assert!(!after(&ordinary, 72 * 60 - 1) && after(&ordinary, 72 * 60));
    let urgent = CaseFacts {
        urgency: 1,
        ..ordinary.clone()
    };
    assert!(!after(&urgent, 100 * 60));
    assert!(after(
        &CaseFacts {
            checked: true,
            ..urgent
        },
        72 * 60
    ));
    assert!(!after(
        &CaseFacts {
            after_photo: false,
            ..ordinary
        },
        100 * 60
    ));
}

#[test]
fn a_closed_case_is_reopened_for_fifteen_days_with_the_same_lead() {
    let (case, reopen, days) = (closed("municipal"), complete(ActionName::Reopen), 24 * 60);
    let effects = done(&case, &reopen, &worker(), later(15 * days));
    assert_eq!(
        (effects.after.state, effects.after.lead.as_str()),
        (CaseState::Dispatched, "municipal")
    );
    assert_eq!(effects.orders, [OrderChange::OpenLead("municipal".into())]);
    assert_eq!(
        refused(&case, &reopen, &worker(), later(15 * days + 1)),
        ErrorCode::ReopenWindowOver
    );
    assert_eq!(
        refused(&case, &reopen, &triage(), later(16 * days)),
        ErrorCode::ReopenWindowOver
    );
}

#[test]
fn a_case_handled_before_any_queue_had_it_reopens_at_triage() {
    let handled = done(&pothole(), &self_handle(), &worker(), NOW).after;
    let closed = done(&handled, &complete(ActionName::Close), &triage(), NOW).after;
    let effects = done(&closed, &complete(ActionName::Reopen), &triage(), NOW);
    assert_eq!(
        (effects.after.state, effects.after.lead.as_str()),
        (CaseState::Opened, TRIAGE)
    );
    assert!(effects.orders.is_empty());
}

#[test]
fn an_undone_merge_returns_to_where_it_was() {
    let opened = done(&pothole(), &Action::Open, &triage(), NOW).after;
    for case in [pothole(), opened] {
        let merged = done(&case, &complete(ActionName::Merge), &triage(), NOW);
        assert_eq!(merged.merged_into, Some(CaseId(Uuid::from_u128(99))));
        let back = done(&merged.after, &Action::Unmerge, &triage(), NOW).after;
        assert_eq!((back.state, back.state_before_merge), (case.state, None));
        let ended = CaseFacts {
            main_closed: true,
            ..merged.after
        };
        assert_eq!(
            refused(&ended, &Action::Unmerge, &triage(), NOW),
            ErrorCode::StateRefusesAction
        );
    }
}

#[test]
fn its_author_may_void_it_for_ten_minutes_and_the_office_longer() {
    let void = complete(ActionName::Void);
    assert_eq!(
        done(&pothole(), &void, &worker(), later(10)).after.state,
        CaseState::Void
    );
    assert_eq!(
        refused(&pothole(), &void, &worker(), later(11)),
        ErrorCode::WithdrawWindowOver
    );
    assert_eq!(
        refused(&pothole(), &void, &member("municipal"), NOW),
        ErrorCode::Forbidden
    );
    let effects = done(&dispatched(&pothole(), "municipal"), &void, &triage(), later(500));
    assert_eq!(
        effects.orders,
        [OrderChange::EndLead("municipal".into(), OrderEnd::Cancelled)]
    );
    assert_eq!(effects.clocks, [ClockChange::CancelAll]);
}

#[test]
fn a_question_before_filing_comes_back_answered_or_not() {
    let asked = done(&pothole(), &complete(ActionName::AskCheck), &triage(), NOW);
    assert_eq!(asked.after.state, CaseState::PrefileCheck);
    let without = Action::AnswerCheck {
        text: words(),
        photos: vec![],
    };
    assert_eq!(refused(&asked.after, &without, &worker(), NOW), ErrorCode::Invalid);
    for (action, actor) in [
        (complete(ActionName::AnswerCheck), worker()),
        (Action::CheckExpired, Actor::rule()),
    ] {
        assert_eq!(
            done(&asked.after, &action, &actor, NOW).after.state,
            CaseState::Submitted
        );
    }
}

#[test]
fn the_loser_of_a_race_is_told_what_the_case_is_now() {
    let case = accepted("municipal");
    assert!(check_rev(&case, case.state_rev).is_ok());
    let error = check_rev(&case, case.state_rev - 1).unwrap_err();
    assert_eq!(error.code, ErrorCode::Stale);
    assert_eq!(
        error.details,
        serde_json::json!({ "now": "accepted", "state_rev": case.state_rev })
    );
}

#[test]
fn a_remark_and_a_progress_note_make_nobodys_act_stale() {
    let case = accepted("municipal");
    for action in [complete(ActionName::Comment), complete(ActionName::Progress)] {
        let effects = done(&case, &action, &member("municipal"), NOW);
        assert_eq!(effects.after, case, "{}", action.name());
        assert!(effects.orders.is_empty() && effects.clocks.is_empty());
    }
}

#[test]
fn a_mandatory_helper_holds_up_the_lead_until_it_is_done_or_let_go() {
    let gas = Action::AddAssist {
        queue: "gas".into(),
        mandatory: true,
        text: String::new(),
    };
    let added = done(&accepted("municipal"), &gas, &triage(), NOW);
    assert_eq!(
        added.orders,
        [OrderChange::OpenAssist {
            queue: "gas".into(),
            mandatory: true
        }]
    );
    let case = added.after;
    let error = act(&case, &resolve(), &member("municipal"), NOW).unwrap_err();
    assert_eq!(
        (error.code, &error.details["queues"][0]),
        (ErrorCode::AssistOpen, &serde_json::json!("gas"))
    );

    let no_leak = Action::Resolve {
        text: "no leak".to_owned(),
        photos: vec![],
        no_photo_reason: None,
    };
    let helped = done(&case, &no_leak, &member("gas"), NOW);
    assert_eq!(
        helped.orders,
        [OrderChange::EndAssist("gas".into(), OrderEnd::Resolved)]
    );
    assert_eq!(
        (helped.after.state, helped.after.state_rev),
        (case.state, case.state_rev),
        "the lead is not touched"
    );
    assert!(act(&helped.after, &resolve(), &member("municipal"), NOW).is_ok());

    let gave_up = done(&case, &give_back("power"), &member("gas"), NOW).after;
    assert_eq!(
        refused(&gave_up, &resolve(), &member("municipal"), NOW),
        ErrorCode::AssistOpen
    );
    let released = done(&gave_up, &complete(ActionName::ReleaseAssist), &triage(), NOW).after;
    assert!(act(&released, &resolve(), &member("municipal"), NOW).is_ok());
}

#[test]
fn a_helper_is_added_once_and_only_a_helper_is_let_go() {
    let add = |queue: &str| Action::AddAssist {
        queue: queue.into(),
        mandatory: false,
        text: String::new(),
    };
    let case = done(&accepted("municipal"), &add("gas"), &triage(), NOW).after;
    assert_eq!(refused(&case, &add("gas"), &triage(), NOW), ErrorCode::Invalid);
    assert_eq!(refused(&case, &add("municipal"), &triage(), NOW), ErrorCode::Invalid);
    let release = Action::ReleaseAssist {
        queue: "water".into(),
        text: String::new(),
    };
    assert_eq!(refused(&case, &release, &triage(), NOW), ErrorCode::Invalid);
}

#[test]
fn somebody_in_two_queues_chooses_for_which_they_act() {
    let case = done(&accepted("municipal"), &complete(ActionName::AddAssist), &triage(), NOW).after;
    let both = Actor {
        queues: ["municipal".into(), "fire".into()].into(),
        ..member("municipal")
    };
    assert_eq!(
        done(&case, &complete(ActionName::Progress), &both, NOW).acted_for,
        Some("municipal".into())
    );
    let as_fire = Actor {
        acting_for: Some("fire".into()),
        ..both
    };
    assert_eq!(
        done(&case, &Action::Accept, &as_fire, NOW).orders,
        [OrderChange::AcceptAssist("fire".into())]
    );
}

#[test]
fn the_office_refers_to_a_ruling_from_anywhere_on_the_way() {
    for case in [pothole(), dispatched(&pothole(), "municipal"), resolved("municipal")] {
        let effects = done(&case, &complete(ActionName::Refer), &triage(), NOW);
        assert_eq!(
            (effects.after.state, effects.after.lead.as_str()),
            (CaseState::InRuling, TRIAGE)
        );
        let open_lead = case.state == CaseState::Dispatched;
        assert_eq!(effects.orders.len(), usize::from(open_lead));
    }
}
