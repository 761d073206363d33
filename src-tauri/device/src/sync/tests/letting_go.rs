//! What is safe elsewhere is let go of, and nothing else.

use super::*;

/// A phone with a report that it may let go of once it hears that it is safe elsewhere.
async fn with_one_due() -> (World, String) {
    let world = World::enrolled();
    let report = world.save_report("tree-fallen").summary.id.to_string();
    settle(&world).await;
    world.clock.advance(31 * 86_400_000);
    let mut state = world.server.state();
    state.durable_rev = Some(state.rev);
    drop(state);
    (world, report)
}

fn records(world: &World) -> usize {
    world.device.store.outbox(mutation::all).unwrap().len()
}

#[tokio::test]
async fn a_draft_that_does_not_parse_holds_up_nothing_and_keeps_its_photos() {
    let (world, _) = with_one_due().await;
    let kept = world
        .save_report("ads")
        .photos
        .remove(0)
        .manifest
        .preview
        .unwrap()
        .sha256;
    settle(&world).await;
    let of_a_newer_app = format!("{{\"shape\": 99, \"picture\": \"{kept}\"}}");
    let put = "insert into draft (id, body, updated_ms) values ('newer', ?1, 0)";
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute(put, [of_a_newer_app])?))
        .unwrap();
    world.device.let_go().unwrap();
    assert!(world.device.photo_path(&kept).exists());
    let forgotten = "delete from photo_ref; delete from photo_file";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(forgotten)?))
        .unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(world.device.photo_path(&kept))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    world.device.collect_orphans().unwrap();
    assert!(world.device.photo_path(&kept).exists());
    world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute("delete from draft", [])?))
        .unwrap();
    world.device.collect_orphans().unwrap();
    assert!(!world.device.photo_path(&kept).exists(), "the control");
}

/// From now on nothing that has to grow the outbox is written, as on a full disk; or it is again.
fn fill_outbox(world: &World, full: bool) {
    let limit = if full { 1 } else { i64::from(u32::MAX - 2) };
    world
        .device
        .store
        .outbox(|outbox| {
            outbox.pragma_update_and_check(None, "max_page_count", limit, |_| Ok(()))?;
            // The pages there are have room; filled up to the last row, only what changes in place can be written.
            let fill = "insert into delivered (id, receipt, proof) select hex(randomblob(64)), null, max(n) from proof";
            while full && outbox.execute(fill, []).is_ok() {}
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_on_which_nothing_can_be_let_go_of_still_takes_the_page_that_came() {
    let (world, report) = with_one_due().await;
    fill_outbox(&world, true);
    let refused = world
        .device
        .store
        .write_outbox(|tx| Ok(tx.execute("create table more (n)", [])?));
    assert_eq!(refused.unwrap_err().code(), ErrorCode::PhoneFull, "the control");
    let me = Bucket(format!("me:{ME}"));
    world.server.state().put_row(me, case(&report, "dispatched", 2));
    world.device.pull().await.unwrap();
    let shown = &world.device.list_reports().unwrap()[0];
    assert_eq!((shown.case_number.as_deref(), records(&world)), (Some("S-1"), 1));
    fill_outbox(&world, false);
    world.device.let_go().unwrap();
    assert_eq!(records(&world), 0, "the control: it was due");
}

#[tokio::test]
async fn a_phone_that_cannot_let_go_of_what_is_due_opens_all_the_same() {
    let (mut world, _) = with_one_due().await;
    // SQLite's own limit does not outlive its connection, so another refusal of the same writes stands for the full disk.
    let refuse = "create trigger full before insert on delivered begin select raise(abort, 'full'); end";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(refuse)?))
        .unwrap();
    world.device.pull().await.unwrap();
    assert!(world.device.let_go().is_err(), "the control");
    world.restart();
    assert_eq!((world.device.list_reports().unwrap().len(), records(&world)), (1, 1));
    let room = "drop trigger full";
    world
        .device
        .store
        .outbox(|outbox| Ok(outbox.execute_batch(room)?))
        .unwrap();
    world.restart();
    assert_eq!(records(&world), 0);
}
