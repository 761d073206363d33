//! What a server refuses, parks or never answers: it is shown, kept, changed, given up.

use super::*;

#[tokio::test]
async fn a_poison_mutation_is_set_aside_and_the_rest_goes_on() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    let poison = world.save_report_with("ads", "poison", &jpeg(1));
    for _ in 0..3 {
        world.save_report("tree-fallen");
    }
    steps(&world, 120).await;
    assert_eq!(world.server.state().done.len(), 4);
    let stuck = world.device.get_report(poison.summary.id).unwrap().summary;
    assert_eq!((stuck.word, stuck.why.code), (Word::NeedsYou, ReasonCode::Parked));
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1);
}

#[tokio::test]
async fn a_refused_record_is_shown_and_keeps_what_was_typed() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1));
    world.save_report("tree-fallen");
    steps(&world, 30).await;
    let view = world.device.get_report(report.summary.id).unwrap();
    assert_eq!(
        (view.summary.word, view.summary.why.error),
        (Word::NeedsYou, Some(ErrorCode::OutOfScope))
    );
    assert_eq!(view.summary.text, "refuse me");
    assert_eq!(world.server.state().done.len(), 2);
    let today = world.device.get_today().unwrap();
    assert!(!today.all_delivered, "nobody is sent home with a refused report");
    assert!(
        today
            .items
            .iter()
            .any(|item| item.title_parts.error == Some(ErrorCode::OutOfScope))
    );
}

#[tokio::test]
async fn the_photos_of_a_refused_record_arrive_and_the_phone_comes_to_rest() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1));
    settle(&world).await;
    let sync = world.device.get_sync().unwrap();
    assert_eq!((sync.facts_waiting, sync.photos_waiting), (0, 0));
    assert!(!world.device.situation().unwrap().pending, "nothing to probe for");
    for (copy, file) in report.photos[0].manifest.files() {
        let arrived = world.server.state().blobs.contains_key(&file.sha256);
        assert_eq!(arrived, copy != domain::PhotoCopy::Original, "{copy:?}");
    }
    assert!(!world.device.sign_out().unwrap().enrolled);
}

#[tokio::test]
async fn a_refused_report_is_changed_and_sent_as_a_new_one() {
    let world = World::enrolled();
    let old = world.save_report_with("ads", "refuse me", &jpeg(1)).summary.id;
    settle(&world).await;
    let refused = world.device.get_report(old).unwrap().refused[0];
    let shown = world.device.get_refused(refused).unwrap();
    assert_eq!(
        (shown.lines, shown.can_revise, shown.report),
        (vec!["refuse me".to_owned()], true, Some(old))
    );
    let draft = world.device.revise_refused(refused).unwrap();
    assert_eq!(world.device.revise_refused(refused).unwrap().id, draft.id, "one draft");
    assert_eq!((draft.photos.len(), draft.photos[0].url.is_some()), (1, true));
    world.device.discard_draft(&draft.id).unwrap();
    assert!(
        world.device.get_refused(refused).is_ok(),
        "a draft thrown away gives nothing up"
    );
    let draft = world.device.revise_refused(refused).unwrap();
    world.edit(&draft.id, |report| report.text = "better".to_owned());
    let new = world.device.save_report(&draft.id).unwrap().summary.id;
    settle(&world).await;
    assert_ne!(new, old);
    assert_eq!(world.device.get_report(new).unwrap().summary.word, Word::Delivered);
    assert_eq!(world.device.get_report(old).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(world.device.list_reports().unwrap().len(), 1);
    let today = world.device.get_today().unwrap();
    assert!(today.all_delivered && today.items.iter().all(|item| item.refused.is_none()));
}

#[tokio::test]
async fn a_refused_visit_is_sent_anew_while_its_household_is_here_and_can_be_given_up_afterwards() {
    let world = World::enrolled();
    let new = NewDraft {
        kind: DraftKind::Visit,
        household: Some(HOUSEHOLD),
        about: None,
    };
    let draft = world.device.open_draft(new).unwrap();
    let visit = VisitDraft {
        condition: Some(domain::Condition::Fine),
        facts: "refuse me".to_owned(),
        ..draft.visit.unwrap()
    };
    let edit = DraftEdit {
        id: draft.id.clone(),
        report: None,
        visit: Some(visit),
        note: None,
    };
    world.device.save_draft(edit).unwrap();
    world.device.save_visit(&draft.id).unwrap();
    let card = world.device.get_household(HOUSEHOLD).unwrap();
    settle(&world).await;
    assert_eq!(card.visits[0].refused, None);
    let refused = world.device.get_household(HOUSEHOLD).unwrap().visits[0]
        .refused
        .unwrap();
    assert_eq!(
        world.device.revise_refused(refused).unwrap().visit.unwrap().facts,
        "refuse me"
    );
    world.server.state().scope.remove(&Bucket::from("home:g1"));
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    let gone = world.device.get_refused(refused).unwrap();
    assert_eq!((gone.can_revise, gone.household, gone.lines.len()), (false, None, 1));
    world.device.dismiss_refused(refused).unwrap();
    assert_eq!(world.device.get_refused(refused).unwrap_err().code, ErrorCode::NotFound);
    assert!(world.device.get_sync().unwrap().items.is_empty());
}

#[tokio::test]
async fn the_photos_of_a_record_given_up_no_longer_wait() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "refuse me", &jpeg(1)).summary.id;
    world.device.push(false).await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 2);
    let refused = world.device.get_report(report).unwrap().refused[0];
    world.device.dismiss_refused(refused).unwrap();
    assert_eq!(world.device.get_sync().unwrap().photos_waiting, 0);
    assert!(world.device.sign_out().is_ok());
}

#[tokio::test]
async fn a_parked_record_is_offered_again_and_can_still_be_delivered() {
    let world = World::enrolled();
    let report = world.save_report_with("ads", "park me", &jpeg(1));
    steps(&world, 10).await;
    assert_eq!(
        world.device.get_report(report.summary.id).unwrap().summary.why.code,
        ReasonCode::Parked
    );
    let pushes = world.server.state().done.len();
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    assert_eq!(world.server.state().done.len(), pushes + 1, "offered again");
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1, "kept");
}
