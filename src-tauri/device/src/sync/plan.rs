//! What to do next, decided from values alone.

use domain::Sha256Hex;
use domain::protocol::RevokeOrder;

use super::backoff::{Lane, Lanes};

/// In front and with work pending, ask at most this often whether the server is back.
pub(crate) const PROBE_MS: i64 = 15_000;
/// While anything is pending, look again at least this often.
pub(crate) const LOOK_AGAIN_MS: i64 = 300_000;

/// Everything the next step depends on. Instants are on the clock that never goes back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Situation {
    pub(crate) enrolled: bool,
    pub(crate) revoked: bool,
    /// What the office ordered a revoked phone to do.
    pub(crate) order: Option<RevokeOrder>,
    /// Records or photos of anybody that the server does not have.
    pub(crate) left: bool,
    /// The worker switched sending off.
    pub(crate) switched_off: bool,
    /// The phone says there is no network, and the last request agreed.
    pub(crate) no_network: bool,
    pub(crate) front: bool,
    /// The answer to a change of hands was lost, and the server knows the phone as the other person's.
    pub(crate) switching: bool,
    /// This phone needs a device id of its own first.
    pub(crate) forking: bool,
    /// Mutations to push now.
    pub(crate) facts_due: bool,
    /// Files to offer now.
    pub(crate) offers_due: bool,
    /// Anything that has not arrived.
    pub(crate) pending: bool,
    pub(crate) next_parked_at: Option<i64>,
    pub(crate) pull_due_at: i64,
    pub(crate) basemap_due_at: i64,
    pub(crate) last_request_at: Option<i64>,
    pub(crate) photos: Vec<PhotoDue>,
}

/// A file that may travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhotoDue {
    pub(crate) sha256: Sha256Hex,
    pub(crate) lane: Lane,
    /// Its own pause after failures of its own.
    pub(crate) not_before: i64,
}

/// The next step of the loop for records and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactsStep {
    Fork,
    /// Ask again for the change of hands whose answer was lost.
    Switch,
    Push,
    Pull,
    Offer,
    Basemap,
    /// One small request, to find out whether the server is back.
    Probe,
    /// One request of a phone under an order, to find out whether it still is, and what it is to do.
    Ask,
    /// Remove everything, as the office ordered.
    Wipe,
    /// Nothing before this instant; for ever when absent.
    Wait(Option<i64>),
}

/// The next step of the loop for photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PhotoStep {
    Upload(Sha256Hex),
    Wait(Option<i64>),
}

/// What the loop for records and rows does next.
pub(crate) fn facts_step(at: &Situation, lanes: &Lanes, now: i64) -> FactsStep {
    let step = facts_step_inner(at, lanes, now);
    // Pending and nothing scheduled would be a phone that never sends again.
    assert!(
        !(at.enrolled && at.pending && step == FactsStep::Wait(None)),
        "pending work without a timer"
    );
    step
}

fn facts_step_inner(at: &Situation, lanes: &Lanes, now: i64) -> FactsStep {
    let look_again = at.pending.then_some(now + LOOK_AGAIN_MS);
    let gone = at.order == Some(RevokeOrder::Wipe) || (at.order == Some(RevokeOrder::UploadThenWipe) && !at.left);
    if at.enrolled && gone {
        // Farewell is said under the name that is to stay.
        let step = if at.forking { FactsStep::Fork } else { FactsStep::Wipe };
        return once_ready(step, lanes, now);
    }
    if !at.enrolled || at.switched_off {
        return FactsStep::Wait(look_again);
    }
    if at.switching {
        return once_ready(FactsStep::Switch, lanes, now);
    }
    if at.revoked {
        return once_in(LOOK_AGAIN_MS, FactsStep::Ask, at, now, look_again);
    }
    let candidates = [
        (at.forking, now, Lane::Facts, FactsStep::Fork),
        (at.facts_due && !at.forking, now, Lane::Facts, FactsStep::Push),
        // A phone that leaves sends and is sent nothing.
        (at.order.is_none(), at.pull_due_at, Lane::Pull, FactsStep::Pull),
        (at.offers_due, now, Lane::Previews, FactsStep::Offer),
        (at.order.is_none(), at.basemap_due_at, Lane::Map, FactsStep::Basemap),
    ];
    let mut wake = [look_again, at.next_parked_at.map(|then| then.max(now + 1))]
        .into_iter()
        .flatten()
        .min();
    if !at.no_network {
        for (wanted, from, lane, step) in candidates {
            let ready_at = from.max(lanes.get(lane).not_before);
            if wanted && ready_at <= now {
                return step;
            }
            if wanted {
                wake = Some(wake.map_or(ready_at, |before| before.min(ready_at)));
            }
        }
    }
    if at.front && at.pending {
        once_in(PROBE_MS, FactsStep::Probe, at, now, wake)
    } else if at.order == Some(RevokeOrder::UploadThenWipe) {
        // It is sent nothing, and what is left may not go to this street, or not by this network: only another order ends that.
        once_in(LOOK_AGAIN_MS, FactsStep::Ask, at, now, wake)
    } else {
        FactsStep::Wait(wake)
    }
}

/// A step that may fail, for want of a network or of the disk, as anything does.
fn once_ready(step: FactsStep, lanes: &Lanes, now: i64) -> FactsStep {
    let ready_at = lanes.get(Lane::Facts).not_before;
    if ready_at <= now {
        step
    } else {
        FactsStep::Wait(Some(ready_at))
    }
}

/// A question, no sooner than a while after the last request. Records fail together: while they wait after a failure, one
/// small request finds out whether the server is back.
fn once_in(every: i64, question: FactsStep, at: &Situation, now: i64, wake: Option<i64>) -> FactsStep {
    let next = at.last_request_at.map_or(now, |last| last + every);
    if next <= now {
        return question;
    }
    FactsStep::Wait(Some(wake.map_or(next, |wake| wake.min(next))))
}

/// What the loop for photos does next. A photo never delays a record: while one is due, photos stand back.
pub(crate) fn photo_step(at: &Situation, lanes: &Lanes, now: i64) -> PhotoStep {
    if !at.enrolled || at.revoked || at.switched_off || at.no_network {
        return PhotoStep::Wait(None);
    }
    if at.forking || (at.facts_due && lanes.get(Lane::Facts).ready(now)) {
        return PhotoStep::Wait(None);
    }
    let mut wake: Option<i64> = None;
    for lane in [Lane::Previews, Lane::Uprights, Lane::Originals] {
        for photo in at.photos.iter().filter(|photo| photo.lane == lane) {
            let ready_at = photo.not_before.max(lanes.get(lane).not_before);
            if ready_at <= now {
                return PhotoStep::Upload(photo.sha256.clone());
            }
            wake = Some(wake.map_or(ready_at, |before| before.min(ready_at)));
        }
    }
    PhotoStep::Wait(wake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Situation {
        Situation {
            enrolled: true,
            front: true,
            pull_due_at: i64::MAX,
            basemap_due_at: i64::MAX,
            last_request_at: Some(0),
            ..Situation::default()
        }
    }

    fn photo(letter: &str, lane: Lane) -> PhotoDue {
        PhotoDue {
            sha256: Sha256Hex(letter.repeat(64)),
            lane,
            not_before: 0,
        }
    }

    fn failing(lane: Lane, until: i64) -> Lanes {
        let mut lanes = Lanes::default();
        lanes.get_mut(lane).not_before = until;
        lanes
    }

    #[test]
    fn records_go_before_rows_and_rows_before_offers() {
        let mut at = Situation {
            facts_due: true,
            pending: true,
            offers_due: true,
            pull_due_at: 0,
            ..ready()
        };
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Push);
        at.facts_due = false;
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Pull);
        at.pull_due_at = 9;
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Offer);
    }

    #[test]
    fn a_wipe_that_failed_waits_as_anything_does() {
        let at = Situation {
            revoked: true,
            order: Some(RevokeOrder::Wipe),
            ..ready()
        };
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Wipe);
        assert_eq!(
            facts_step(&at, &failing(Lane::Facts, 500), 1),
            FactsStep::Wait(Some(500))
        );
        assert_eq!(facts_step(&at, &failing(Lane::Facts, 500), 500), FactsStep::Wipe);
    }

    #[test]
    fn a_change_of_hands_without_an_answer_is_asked_for_again_before_anything_else() {
        let at = Situation {
            revoked: true,
            order: Some(RevokeOrder::Lock),
            switching: true,
            facts_due: true,
            pending: true,
            ..ready()
        };
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Switch);
        let waiting = failing(Lane::Facts, 500);
        assert_eq!(facts_step(&at, &waiting, 1), FactsStep::Wait(Some(500)));
        let off = Situation {
            switched_off: true,
            ..at
        };
        assert!(matches!(facts_step(&off, &Lanes::default(), 1), FactsStep::Wait(_)));
    }

    #[test]
    fn photos_stand_back_while_a_record_is_due() {
        let at = Situation {
            facts_due: true,
            pending: true,
            photos: vec![photo("a", Lane::Previews)],
            ..ready()
        };
        assert_eq!(photo_step(&at, &Lanes::default(), 1), PhotoStep::Wait(None));
        let waiting = failing(Lane::Facts, 500);
        assert!(matches!(photo_step(&at, &waiting, 1), PhotoStep::Upload(_)));
    }

    #[test]
    fn small_copies_go_before_large_ones() {
        let photos = vec![
            photo("a", Lane::Originals),
            photo("b", Lane::Uprights),
            photo("c", Lane::Previews),
        ];
        let at = Situation {
            pending: true,
            photos,
            ..ready()
        };
        assert_eq!(
            photo_step(&at, &Lanes::default(), 1),
            PhotoStep::Upload(Sha256Hex("c".repeat(64)))
        );
    }

    #[test]
    fn a_paused_file_does_not_hold_up_the_next() {
        let stuck = PhotoDue {
            not_before: 900,
            ..photo("a", Lane::Uprights)
        };
        let at = Situation {
            pending: true,
            photos: vec![stuck, photo("b", Lane::Uprights)],
            ..ready()
        };
        assert_eq!(
            photo_step(&at, &Lanes::default(), 1),
            PhotoStep::Upload(Sha256Hex("b".repeat(64)))
        );
    }

    #[test]
    fn in_front_a_probe_goes_every_fifteen_seconds_while_work_waits() {
        let at = Situation {
            facts_due: true,
            pending: true,
            ..ready()
        };
        let lanes = failing(Lane::Facts, 200_000);
        assert_eq!(facts_step(&at, &lanes, 1), FactsStep::Wait(Some(PROBE_MS)));
        assert_eq!(facts_step(&at, &lanes, PROBE_MS), FactsStep::Probe);
        let behind = Situation { front: false, ..at };
        assert_eq!(facts_step(&behind, &lanes, PROBE_MS), FactsStep::Wait(Some(200_000)));
    }

    #[test]
    fn without_a_network_only_probes_go() {
        let at = Situation {
            facts_due: true,
            pending: true,
            no_network: true,
            pull_due_at: 0,
            ..ready()
        };
        assert_eq!(facts_step(&at, &Lanes::default(), 1), FactsStep::Wait(Some(PROBE_MS)));
        assert_eq!(facts_step(&at, &Lanes::default(), PROBE_MS), FactsStep::Probe);
    }

    #[test]
    fn switched_off_sends_nothing_but_keeps_a_timer() {
        let at = Situation {
            facts_due: true,
            pending: true,
            switched_off: true,
            ..ready()
        };
        assert_eq!(
            facts_step(&at, &Lanes::default(), 0),
            FactsStep::Wait(Some(LOOK_AGAIN_MS))
        );
    }

    #[test]
    fn a_revoked_phone_asks_rarely_and_sends_nothing() {
        let at = Situation {
            facts_due: true,
            pending: true,
            revoked: true,
            pull_due_at: 0,
            ..ready()
        };
        assert_eq!(
            facts_step(&at, &Lanes::default(), 1),
            FactsStep::Wait(Some(LOOK_AGAIN_MS))
        );
        assert_eq!(facts_step(&at, &Lanes::default(), LOOK_AGAIN_MS), FactsStep::Ask);
    }

    /// Every combination of flags: pending work always has a request or a timer.
    #[test]
    fn pending_work_always_has_a_timer_or_a_request() {
        for bits in 0..1_u32 << 11 {
            let bit = |n: u32| bits & (1 << n) != 0;
            let at = Situation {
                enrolled: true,
                revoked: bit(0),
                order: bit(9).then_some(RevokeOrder::UploadThenWipe),
                left: true,
                switched_off: bit(1),
                no_network: bit(2),
                front: bit(3),
                switching: bit(10),
                forking: bit(4),
                facts_due: bit(5),
                offers_due: bit(6),
                pending: true,
                next_parked_at: bit(7).then_some(5),
                pull_due_at: i64::MAX,
                basemap_due_at: i64::MAX,
                last_request_at: bit(8).then_some(0),
                photos: Vec::new(),
            };
            for lanes in [Lanes::default(), failing(Lane::Facts, 50_000)] {
                let step = facts_step(&at, &lanes, 10);
                assert_ne!(step, FactsStep::Wait(None), "{at:?}");
                if let FactsStep::Wait(Some(until)) = step {
                    assert!(until > 10 && until <= 10 + LOOK_AGAIN_MS, "{until} {at:?}");
                }
            }
        }
    }

    #[test]
    fn a_phone_that_is_to_be_wiped_after_sending_sends_first_and_is_sent_nothing() {
        let leaving = Situation {
            order: Some(RevokeOrder::UploadThenWipe),
            left: true,
            pending: true,
            facts_due: true,
            ..ready()
        };
        let lanes = Lanes::default();
        assert_eq!(facts_step(&leaving, &lanes, 0), FactsStep::Push);
        let photos_wait = Situation {
            facts_due: false,
            pull_due_at: 0,
            basemap_due_at: 0,
            front: false,
            ..leaving
        };
        assert!(matches!(facts_step(&photos_wait, &lanes, 0), FactsStep::Wait(Some(_))));
        let may_not_go = Situation {
            pending: false,
            ..photos_wait.clone()
        };
        assert_eq!(facts_step(&may_not_go, &lanes, 0), FactsStep::Wait(Some(LOOK_AGAIN_MS)));
        assert_eq!(
            facts_step(&may_not_go, &lanes, LOOK_AGAIN_MS),
            FactsStep::Ask,
            "the office may order something else"
        );
        let empty = Situation {
            left: false,
            pending: false,
            ..photos_wait
        };
        assert_eq!(facts_step(&empty, &lanes, 0), FactsStep::Wipe);
        let unnamed = Situation { forking: true, ..empty };
        assert_eq!(facts_step(&unnamed, &lanes, 0), FactsStep::Fork);
    }

    #[test]
    fn a_phone_ordered_to_wipe_does_not_wait_for_anything() {
        let ordered = Situation {
            order: Some(RevokeOrder::Wipe),
            left: true,
            pending: true,
            no_network: true,
            switched_off: true,
            ..ready()
        };
        assert_eq!(facts_step(&ordered, &Lanes::default(), 0), FactsStep::Wipe);
    }
}
