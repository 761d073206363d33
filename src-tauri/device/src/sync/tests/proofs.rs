//! What a phone can prove, and whose word it takes.

use super::*;

#[tokio::test]
async fn what_another_key_signed_is_not_believed_and_nothing_is_lost() {
    let world = World::enrolled();
    world.server.state().forger = true;
    world.save_report("tree-fallen");
    steps(&world, 40).await;
    let sync = world.device.get_sync().unwrap();
    assert_eq!(
        (sync.facts_waiting, sync.last_error),
        (1, Some(ErrorCode::NotOurServer))
    );
    assert_eq!(world.device.list_reports().unwrap()[0].word, Word::OnPhone);
    // The photos' answers are forged as well, after the records' were not.
    world.server.state().forger = false;
    steps(&world, 4).await;
    world.server.state().forger = true;
    steps(&world, 40).await;
    assert!(
        !done(&world.device),
        "a photo is not called stored without the server's word"
    );
    world.server.state().forger = false;
    settle(&world).await;
    assert_once(&world, 1);
}

#[tokio::test]
async fn a_phone_proves_what_was_confirmed_to_it() {
    let world = World::enrolled();
    world.save_report("tree-fallen");
    settle(&world).await;
    assert_eq!(proved(&world), (1, 2), "with preview and upright");
    world.server.restore_empty(Epoch(Uuid::from_u128(0xf)));
    world.device.pull().await.unwrap();
    assert_eq!(world.device.get_sync().unwrap().facts_waiting, 1);
    assert_eq!(proved(&world), (1, 2), "although all of it is offered again");
    settle(&world).await;
    assert_eq!(proved(&world), (2, 4), "in both histories");
}

#[tokio::test]
async fn a_report_is_exported_with_what_the_server_said_of_it_alone() {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id;
    let folder = world.device.dir.join("downloads");
    let early = world.device.export_report(report, &folder, &DiskFiles).unwrap_err();
    assert_eq!(early.code, ErrorCode::NotFound, "nothing is confirmed yet");
    world.save_report_with("tree-fallen", "another", &jpeg(7));
    settle(&world).await;
    let file = world.device.export_report(report, &folder, &DiskFiles).unwrap();
    let evidence: Evidence = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let shown = |of: fn(&Proof) -> usize| evidence.proofs.iter().map(of).sum::<usize>();
    assert_eq!((evidence.records.len(), shown(|proof| proof.receipts.len())), (1, 1));
    assert_eq!(shown(|proof| proof.photos.len()), 2, "preview and upright");
    assert!(evidence.proofs.iter().all(|proof| proof.holds(&server_key().public())));
    assert_eq!(evidence.unproved(), 0);
    let mut changed = evidence;
    changed.records[0].body["text"] = "something else".into();
    assert_eq!(changed.unproved(), 1, "a changed record is found out");
    world.become_somebody_else();
    assert!(
        world.device.export_report(report, &folder, &DiskFiles).is_err(),
        "it is its author's"
    );
}

/// Receipts and photos that the phone proves; every proof holds.
fn proved(world: &World) -> (usize, usize) {
    let evidence: Evidence = serde_json::from_str(&world.device.export_evidence().unwrap()).unwrap();
    let key = server_key().public();
    assert_eq!(evidence.key, key);
    assert!(evidence.proofs.iter().all(|proof| proof.holds(&key)));
    let shown = |of: fn(&Proof) -> usize| evidence.proofs.iter().map(of).sum::<usize>();
    (shown(|proof| proof.receipts.len()), shown(|proof| proof.photos.len()))
}
