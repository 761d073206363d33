//! The server fails on one thing that a worker wrote, until somebody mends it.

use xunge_tests::faults::Fault;
use xunge_tests::office::Browser;
use xunge_tests::promises::HeldState;
use xunge_tests::street;

use super::history::History;

impl History {
    /// It begins to fail on something that waits on a phone, or is written now.
    pub(super) fn server_faults(&mut self, at: usize) {
        if !self.server.has_room() {
            return;
        }
        if self.waiting_on(at).is_empty() {
            self.capture(at);
        }
        let waiting = self.waiting_on(at);
        let Some(id) = self.dice.choice(&waiting).copied() else {
            return;
        };
        let fault = if self.dice.bool() { Fault::One } else { Fault::Whole };
        self.server.fail_on(id, fault);
        self.trace.tell(match fault {
            Fault::One => "  the server cannot carry it out",
            Fault::Whole => "  the server fails on every push with it",
        });
    }

    fn waiting_on(&self, at: usize) -> Vec<domain::MutationId> {
        let held = self.hands[at].phone.held().into_iter();
        held.filter(|held| held.state == HeldState::Open)
            .map(|held| held.id)
            .collect()
    }

    /// The faults are mended, and the office tries again what waits there.
    pub(super) fn mend_server(&mut self) {
        if self.for_good || !self.server.has_room() {
            return;
        }
        for hand in &self.hands {
            if hand.phone.set_aside() > 0 {
                self.trace.tell(&format!("  {} set something aside", hand.name));
            }
        }
        self.server.mend();
        self.replay_parked();
    }

    /// The office tries again what waits there. What is still wrong goes on waiting.
    fn replay_parked(&self) {
        if self.server.parked() > 0 {
            let tried = Browser::signed_in(&self.server, street::KEEPER).replay_parked();
            self.trace.tell(&format!("  the office tries {tried} parked again"));
        }
    }

    /// Somebody at the office looks after what waits, and from `sent` on, when every phone has sent all, waits no longer: also
    /// where every phone is at rest, for the one that sent it may have been set back behind it.
    pub(super) fn office_tends_what_waits(&self, sent: i64) {
        self.replay_parked();
        if self.clock.elapsed_ms() > sent {
            self.give_up_waiting();
        }
    }

    /// Somebody at the office ends the waiting for records that nobody has any more.
    fn give_up_waiting(&self) {
        if self.server.parked() > 0 {
            let by = [street::TRIAGE_OFFICER, street::SECRETARY];
            let ended = by.map(|person| Browser::signed_in(&self.server, person).give_up_waiting());
            self.trace
                .tell(&format!("  the office gives up {}", ended.iter().sum::<usize>()));
        }
    }
}
