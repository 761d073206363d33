//! What became of a report is told.

use super::*;

/// A case with the states it went through, one a minute.
fn case_after(report: &str, states: &[&str]) -> Row {
    let state_rev = u32::try_from(states.len()).unwrap();
    let mut row = case(report, states.last().unwrap(), state_rev);
    let steps = states.iter().zip(1..).map(|(state, minute)| {
        json!({ "what": state, "actor": null, "actor_label": "", "queue": null, "at": START_MS + minute * 60_000,
            "captured_at": null, "state": state, "text": "", "reason": null })
    });
    let mut data: serde_json::Value = row.data.read().unwrap();
    data["timeline"] = steps.collect();
    row.data = data.into();
    row
}

#[tokio::test]
async fn a_resolution_is_told_although_the_case_was_closed_before_the_phone_looked_again() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id.to_string();
    settle(&world).await;
    let me = Bucket(format!("me:{ME}"));
    let seen = |states: &[&str]| {
        let row = case_after(&report, states);
        world.server.state().put_row(me.clone(), row);
        world.device.sync_now().unwrap();
    };
    seen(&["dispatched"]);
    steps(&world, 3).await;
    assert!(world.told.notices.lock().unwrap().is_empty());
    for states in [
        &["dispatched", "resolved", "closed"][..],
        &["dispatched", "resolved", "closed", "rework"],
        &["dispatched", "resolved", "closed", "rework", "resolved"],
        &["dispatched", "resolved", "closed", "rework", "resolved", "closed"],
    ] {
        seen(states);
        steps(&world, 3).await;
    }
    let kinds: Vec<_> = world
        .told
        .notices
        .lock()
        .unwrap()
        .iter()
        .map(|notice| notice.kind)
        .collect();
    assert_eq!(kinds, [NoticeKind::Resolved; 2], "each resolution once");
}

#[tokio::test]
async fn what_became_of_a_report_is_shown_and_told_once() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id;
    settle(&world).await;
    let me = Bucket(format!("me:{ME}"));
    world
        .server
        .state()
        .put_row(me.clone(), case(&report.to_string(), "returned", 3));
    for _ in 0..3 {
        world.device.sync_now().unwrap();
        steps(&world, 3).await;
    }
    let notices = world.told.notices.lock().unwrap().clone();
    assert_eq!(
        notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(),
        [NoticeKind::Returned]
    );
    let shown = world.device.get_report(report).unwrap().summary;
    assert_eq!((shown.case_number.as_deref(), shown.attention), (Some("S-1"), true));
    world
        .server
        .state()
        .put_row(me, case(&report.to_string(), "resolved", 4));
    world.device.sync_now().unwrap();
    steps(&world, 3).await;
    assert_eq!(world.told.notices.lock().unwrap().len(), 2);
    let today = world.device.get_today().unwrap();
    assert!(
        today
            .items
            .iter()
            .any(|item| item.kind == crate::view::TodayKind::Resolved)
    );
}
