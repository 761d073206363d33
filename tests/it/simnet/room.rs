//! Disks that are full for a while: a phone's, under its files and its databases, and the server's.

use domain::ReportId;
use domain::protocol::{ErrorCode, kind};

use super::history::History;

impl History {
    /// Nothing more fits on the phone from here on, perhaps after a report was written down and before it is saved.
    pub(super) fn phone_fills(&mut self, at: usize) {
        let written = self.dice.bool().then(|| self.report());
        let draft = written.and_then(|report| self.by_hand(at, |hand| hand.phone.draft(report)));
        self.hands[at].phone.disk.set_full(true);
        match draft {
            Some(Ok(draft)) => self.save(at, draft),
            Some(Err(refused)) => self.expect(at, &refused, &[]),
            None => {}
        }
    }

    /// Its worker makes room, and saves what had none.
    pub(super) fn phone_has_room(&mut self, at: usize) {
        self.hands[at].phone.disk.set_full(false);
        self.save_again(at);
    }

    /// What had no room is still there as it was written, and was not saved behind its worker's back.
    pub(super) fn save_again(&mut self, at: usize) {
        for draft in std::mem::take(&mut self.hands[at].refused) {
            let report = ReportId(draft.parse().unwrap());
            let held = self.hands[at].phone.held();
            assert!(
                held.iter().all(|held| held.entity != report.0),
                "refused and saved all the same"
            );
            self.trace.tell("  saves what was refused before");
            self.save(at, draft);
        }
    }

    fn save(&mut self, at: usize, draft: String) {
        let report = ReportId(draft.parse().unwrap());
        match self.by_hand(at, |hand| hand.phone.save_draft(&draft)) {
            Some(Ok(_)) => {
                self.ledger.said_saved(kind::REPORT_CREATE, report.0, None);
                // The phone may be ordered to remove it before the next look at all phones.
                self.ledger.note(&self.hands[at].phone);
                self.hands[at].reports.push(report);
            }
            Some(Err(refused)) => {
                self.expect(at, &refused, &[ErrorCode::NotEnrolled]);
                self.hands[at].refused.push(draft);
            }
            None => {}
        }
    }

    /// Nothing more fits on the server.
    pub(super) fn server_fills(&mut self) {
        if self.server.has_room() {
            self.server.set_full(true);
        }
    }

    pub(super) fn server_has_room(&mut self) {
        if self.server.is_running() {
            self.server.set_full(false);
        }
    }
}
