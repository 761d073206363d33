//! Who holds a phone: changes of hands, and what the office orders a revoked phone to do.

use std::panic::{AssertUnwindSafe, resume_unwind};

use domain::protocol::{ErrorCode, RevokeOrder, WireError};
use futures_util::FutureExt as _;
use serde_json::json;
use xunge_tests::fuse::PowerCut;
use xunge_tests::office::Browser;
use xunge_tests::promises::HeldState;
use xunge_tests::street::{self, WORKERS};

use super::history::{Hand, History};

/// So few that they come back to a phone of theirs.
const PEOPLE: usize = 3;
const ORDERS: [RevokeOrder; 4] = [
    RevokeOrder::UploadThenWipe,
    RevokeOrder::UploadThenWipe,
    RevokeOrder::Wipe,
    RevokeOrder::Lock,
];
/// Why a worker cannot sign in now: the network, of which also half a refusal comes; a code that was used or forgotten; a
/// phone that is revoked or unknown; an app that the server does not speak with.
const NOT_NOW: [ErrorCode; 10] = [
    ErrorCode::BadRequest,
    ErrorCode::Unreachable,
    ErrorCode::NotOurServer,
    ErrorCode::Busy,
    ErrorCode::TooManyTries,
    ErrorCode::CodeInvalid,
    ErrorCode::DeviceRevoked,
    ErrorCode::Unauthenticated,
    ErrorCode::ReadOnly,
    ErrorCode::ProtoUnsupported,
];

impl History {
    /// Another worker signs in on the phone, or the one who holds it.
    pub(super) async fn change_hands(&mut self, at: usize) {
        let login = WORKERS[self.dice.usize(..PEOPLE)];
        self.sign_in(at, login).await;
    }

    /// A worker signs in with a code of the office, once more with the same one where nobody knows what became of it.
    pub(super) async fn sign_in(&mut self, at: usize, login: &str) {
        if !self.server.has_room() || self.hands[at].is_leaving() {
            return;
        }
        let tried = self.hands[at].code.take().filter(|(whose, _)| whose == login);
        let (_, code) = tried.unwrap_or_else(|| (login.to_owned(), street::code_for(&self.server.handle(), login)));
        self.hands[at].code = Some((login.to_owned(), code.clone()));
        let hand = &self.hands[at];
        let done = match AssertUnwindSafe(hand.signs_in(&code)).catch_unwind().await {
            Ok(done) => done,
            Err(cause) if !cause.is::<PowerCut>() => resume_unwind(cause),
            Err(_cut) => {
                self.trace.tell("  the power goes");
                self.hands[at].fallen = true;
                return;
            }
        };
        match done {
            Ok(()) => {
                self.trace
                    .tell(&format!("  {login} signs in on {}", self.hands[at].name));
                self.hands[at].code = None;
                self.hands[at].wiped = false;
                self.note_holder(at);
            }
            Err(refused) => {
                self.expect(at, &refused, &NOT_NOW);
                if refused.code == ErrorCode::CodeInvalid {
                    self.hands[at].code = None;
                }
            }
        }
    }

    /// As [`Self::note_holder`]: a change whose answer was lost is made by the phone itself later.
    pub(super) fn note_holders(&mut self) {
        (0..self.hands.len()).for_each(|at| self.note_holder(at));
    }

    /// Whoever is signed in holds the phone.
    fn note_holder(&mut self, at: usize) {
        let hand = &mut self.hands[at];
        let signed_in = hand.phone.session().profile.map(|profile| profile.user);
        let holder = WORKERS.iter().find(|login| signed_in == Some(street::user(login)));
        if let Some(login) = holder.filter(|login| **login != hand.phone.worker) {
            (*login).clone_into(&mut hand.phone.worker);
            hand.reports.clear();
            hand.refused.clear();
            self.trace.tell(&format!("  {} is {login}'s now", hand.name));
        }
    }

    pub(super) fn sign_out(&mut self, at: usize) {
        if !self.hands[at].phone.is_enrolled() {
            return;
        }
        match self.by_hand(at, |hand| hand.phone.device().sign_out()) {
            Some(Ok(_)) => self.trace.tell("  signs out"),
            Some(Err(refused)) => self.expect(at, &refused, &[ErrorCode::UnsentWork, ErrorCode::DeviceRevoked]),
            None => {}
        }
    }

    /// The office revokes the phone. Twins are one phone to it, and what they hold would be two phones' work: those it spares.
    pub(super) fn revoke(&mut self, at: usize) {
        let order = ORDERS[self.dice.usize(..ORDERS.len())];
        let device = |hand: &Hand| hand.phone.is_enrolled().then(|| hand.phone.credentials().0);
        let (devices, own): (Vec<_>, _) = (self.hands.iter().map(device).collect(), device(&self.hands[at]));
        let twins = devices.iter().filter(|other| **other == own).count() > 1;
        let Some(own) = own.filter(|_| self.server.has_room() && !twins) else {
            return;
        };
        let keeper = Browser::signed_in(&self.server, street::KEEPER);
        let (status, answer) = keeper.post(&format!("/v1/devices/{own}/revoke"), &json!({ "order": order }));
        // A server that was set back may have forgotten the phone.
        assert!([200, 404, 503].contains(&status), "{status} {answer}");
        if status == 200 {
            self.trace.tell(&format!("  the office revokes it: {order:?}"));
            let ordered = &mut self.hands[at].ordered;
            if order != RevokeOrder::Lock && *ordered != Some(RevokeOrder::Wipe) {
                *ordered = Some(order);
            }
            // What lies in a copy from before is the old phone's, and that one is gone.
            self.hands[at].copies.clear();
        }
    }

    /// Takes note of phones that removed everything. One that was to send first must have.
    pub(super) fn note_wiped(&mut self) {
        for at in 0..self.hands.len() {
            if self.hands[at].wiped || !self.hands[at].phone.session().wiped {
                continue;
            }
            self.trace
                .tell(&format!("  {} removed everything", self.hands[at].name));
            self.hands[at].wiped = true;
            let unsent = self.look_into_server(|history| {
                let others = history.hands.iter().enumerate().filter(|(n, _)| *n != at);
                let others = others.map(|(_, hand)| &hand.phone);
                let hand = &history.hands[at];
                let at_once = hand.ordered == Some(RevokeOrder::Wipe);
                history.ledger.note_wiped(&hand.phone, others, &history.server, at_once)
            });
            self.removed_unsent.extend(unsent);
            // A copy from before knows of an order that this book does not any more.
            self.hands[at].copies.clear();
            self.hands[at].ordered = None;
            self.hands[at].reports.clear();
            self.hands[at].refused.clear();
        }
    }

    /// Whoever holds a phone that is nobody's, or locked, signs in; so does somebody whose work it holds back.
    pub(super) async fn everybody_signs_in(&mut self) {
        for at in 0..self.hands.len() {
            let hand = &self.hands[at];
            let session = hand.phone.session();
            if !session.enrolled || session.revoked {
                let login = hand.phone.worker.clone();
                self.sign_in(at, &login).await;
            } else if let Some(login) = hand.held_back() {
                self.sign_in(at, login).await;
            }
        }
    }
}

impl Hand {
    async fn signs_in(&self, code: &str) -> Result<(), WireError> {
        let session = self.phone.session();
        // As the app asks for it: one that is nobody's or locked enrols and has a name of its own then.
        if !session.enrolled || session.revoked {
            return self.phone.try_enrol(code).await.map(drop);
        }
        self.phone.device().switch_user(code).await.map(drop)
    }

    /// True for a phone that is about to remove everything.
    fn is_leaving(&self) -> bool {
        let order = self.phone.session().order;
        order.is_some_and(|order| order != RevokeOrder::Lock)
    }

    /// Somebody whose work the phone does not send, because it is another's now.
    fn held_back(&self) -> Option<&'static str> {
        if self.phone.device().get_sync().unwrap().held_back == 0 {
            return None;
        }
        let mut open = self
            .phone
            .held()
            .into_iter()
            .filter(|held| held.state == HeldState::Open);
        let others = |author| WORKERS.into_iter().find(|login| street::user(login) == author);
        open.find_map(|held| others(held.author).filter(|login| *login != self.phone.worker))
    }

    /// True when the phone is somebody's and keeps nothing from the server.
    pub(super) fn is_at_rest(&self) -> bool {
        let session = self.phone.session();
        let usable = session.enrolled && !session.revoked && session.order.is_none();
        usable && self.phone.has_sent_all() && self.held_back().is_none()
    }
}
