//! One record and its entry in the outbox, in one transaction with its photos' rows and the end of its draft.

use domain::protocol::{Mutation, kind};
use domain::{ErrorCode, MutationId, PhotoCopy, PhotoManifest, UserId};
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use super::draft::belongs;
use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::store::photo_file::{self, Named};
use crate::store::{draft, identity, mutation};
use crate::sync::is_wiping;
use crate::view::Draft;

/// A change that is about to be saved.
pub(crate) struct Record<'a, B> {
    pub(crate) kind: &'static str,
    pub(crate) entity: Uuid,
    pub(crate) body: &'a B,
    pub(crate) photos: &'a [PhotoManifest],
    /// True when its photos may use any network.
    pub(crate) any_network: bool,
    /// The draft that ends with it, as the record was made from it.
    pub(crate) draft: Option<&'a Draft>,
}

impl Device {
    /// Whose record it is.
    pub(crate) fn author(&self) -> Result<UserId> {
        let identity = self.identity()?.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
        Ok(identity.profile.user)
    }

    /// Saves a change. When this returns it survives a power cut.
    ///
    /// # Errors
    /// `not_found` when its draft was saved or thrown away meanwhile, or somebody else took the phone; `stale` when
    /// the draft changed. Nothing is saved then.
    pub(crate) fn record<B: Serialize>(&self, record: &Record<'_, B>) -> Result<()> {
        let wall_ms = self.ports.clock.wall_ms();
        let server_est_ms = self
            .identity()?
            .and_then(|identity| identity.clock_offset_ms)
            .map(|offset| wall_ms + offset);
        let made = Mutation {
            id: MutationId(self.ports.ids.time_ordered(wall_ms)),
            seq: 0,
            kind: record.kind.to_owned(),
            v: 1,
            entity: record.entity,
            author: self.author()?,
            wall_ms,
            server_est_ms,
            body: serde_json::to_value(record.body)?,
        };
        debug_assert!(
            [
                kind::REPORT_CREATE,
                kind::REPORT_NOTE,
                kind::REPORT_WITHDRAW,
                kind::VISIT_CREATE,
                kind::HOUSEHOLD_EDIT,
                kind::RESIDENT_ADD,
                kind::RESIDENT_EDIT,
                kind::RESIDENT_REMOVE,
            ]
            .contains(&record.kind)
        );
        self.store.write_outbox(|tx| {
            // Everything above was read before this transaction, and a draft, a save, a switch or a wipe may have come between.
            let person = identity::get(tx)?.map(|identity| identity.profile.user);
            if person != Some(made.author)
                || is_wiping(tx)?
                || record.draft.is_some_and(|draft| !belongs(draft, person))
            {
                return Err(not_found());
            }
            mutation::insert(tx, &made)?;
            name_photos(tx, &made, record)?;
            record.draft.map_or(Ok(()), |draft| end_draft(tx, draft, wall_ms))
        })
    }
}

/// Ends a draft that is still what was read, and the refused record it was made from.
fn end_draft(outbox: &Connection, read: &Draft, now_ms: i64) -> Result<()> {
    if draft::get(outbox, &read.id)?.ok_or_else(not_found)? != *read {
        return Err(ErrorCode::Stale.into());
    }
    if let Some(refused) = read.replaces {
        mutation::replace(outbox, refused, now_ms)?;
    }
    draft::remove(outbox, &read.id)
}

fn name_photos<B>(outbox: &Connection, made: &Mutation, record: &Record<'_, B>) -> Result<()> {
    for (n, manifest) in record.photos.iter().enumerate() {
        for (copy, file) in manifest.files() {
            // Where no upright could be made, the original is all there is.
            let asked = copy == PhotoCopy::Original && manifest.upright.is_none();
            let (any_network, captured_ms) = (record.any_network, made.wall_ms);
            photo_file::insert(
                outbox,
                &Named {
                    mutation: made.id,
                    n,
                    copy,
                    file,
                    any_network,
                    asked,
                    captured_ms,
                },
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex, mpsc};
    use std::time::Duration;

    use domain::ReportNote;
    use domain::protocol::RevokeOrder;

    use super::*;
    use crate::ports::KeyStore;
    use crate::test_support::{World, jpeg};
    use crate::view::{DraftKind, NewDraft};

    /// A report with an open note, and the note as a save reads it.
    fn world_with_a_note() -> (World, Draft, ReportNote) {
        let world = World::enrolled();
        let report = world.save_report("tree-fallen").summary.id;
        let new = NewDraft {
            kind: DraftKind::Note,
            household: None,
            about: Some(report),
        };
        let draft = world.device.open_draft(new).unwrap();
        let note = ReportNote {
            report,
            text: "two branches".to_owned(),
            photos: Vec::new(),
            captured_at: world.device.now(),
        };
        (world, draft, note)
    }

    fn save(world: &World, draft: &Draft, note: &ReportNote) -> Result<()> {
        world.device.record(&Record {
            kind: kind::REPORT_NOTE,
            entity: note.report.0,
            body: note,
            photos: &[],
            any_network: false,
            draft: Some(draft),
        })
    }

    fn notes(world: &World, note: &ReportNote) -> usize {
        world.device.get_report(note.report).unwrap().notes.len()
    }

    /// A key store that lets somebody save just before its key is destroyed, if nothing else keeps them from it.
    struct LetsSave {
        reached: mpsc::SyncSender<()>,
        saved: Mutex<mpsc::Receiver<()>>,
    }

    impl KeyStore for LetsSave {
        fn wrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
            Ok(bytes.to_vec())
        }

        fn unwrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
            Ok(bytes.to_vec())
        }

        fn destroy(&self) -> io::Result<()> {
            self.reached.send(()).map_err(io::Error::other)?;
            let _too_late = self.saved.lock().unwrap().recv_timeout(Duration::from_millis(200));
            Ok(())
        }
    }

    #[test]
    fn nobody_is_told_saved_of_what_goes_with_a_phone_that_is_being_wiped() {
        let (mut world, draft, note) = world_with_a_note();
        let ((reached, at_the_key), (saved, wait)) = (mpsc::sync_channel(1), mpsc::sync_channel(1));
        world.device.ports.key_store = Some(Arc::new(LetsSave {
            reached,
            saved: Mutex::new(wait),
        }));
        let device = world.device.identity().unwrap().unwrap().device;
        let order = |outbox: &rusqlite::Transaction<'_>| {
            outbox.execute_batch("delete from photo_ref; delete from photo_file; delete from mutation")?;
            identity::revoke(outbox, device, RevokeOrder::UploadThenWipe)
        };
        world.device.store.write_outbox(order).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        std::thread::scope(|scope| {
            let phone = &world;
            let worker = scope.spawn(move || {
                at_the_key.recv().unwrap();
                let done = save(phone, &draft, &note);
                let _nobody_waits_any_more = saved.send(());
                done
            });
            runtime.block_on(world.device.wipe_as_ordered()).unwrap();
            let refused = worker.join().unwrap().unwrap_err().code();
            assert!(
                [ErrorCode::NotFound, ErrorCode::NotEnrolled].contains(&refused),
                "{refused:?}"
            );
        });
        assert!(world.device.get_session().unwrap().wiped);
    }

    #[test]
    fn two_saves_that_read_the_same_draft_make_one_record() {
        let (world, draft, note) = world_with_a_note();
        save(&world, &draft, &note).unwrap();
        let second = save(&world, &draft, &note).unwrap_err();
        assert_eq!((second.code(), notes(&world, &note)), (ErrorCode::NotFound, 1));
    }

    #[test]
    fn what_is_added_to_a_draft_while_it_is_saved_is_not_lost() {
        let (world, draft, note) = world_with_a_note();
        world.add_photo(&draft.id, "b.jpg", &jpeg(2));
        let refused = save(&world, &draft, &note).unwrap_err();
        assert_eq!((refused.code(), notes(&world, &note)), (ErrorCode::Stale, 0));
        assert_eq!(world.device.get_draft(&draft.id).unwrap().photos.len(), 1);
    }

    #[test]
    fn a_switch_while_a_draft_is_saved_puts_no_words_under_the_next_person() {
        let (world, draft, note) = world_with_a_note();
        world.become_somebody_else();
        assert_eq!(save(&world, &draft, &note).unwrap_err().code(), ErrorCode::NotFound);
        world.become_me();
        assert_eq!(notes(&world, &note), 0);
        assert!(world.device.get_draft(&draft.id).is_ok());
    }
}
