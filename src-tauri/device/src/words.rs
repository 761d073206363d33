//! The four words a worker sees, and why. First that holds: needs you, delivered, sending, on this phone.

use domain::CapturedAt;
use domain::protocol::ErrorCode;

use crate::view::{ReasonCode, Word, WordReason};

/// What the server said about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    None,
    /// Applied, merged or superseded.
    Final,
    /// Refused.
    Rejected(ErrorCode),
    /// Kept for a person to look at.
    Parked(ErrorCode),
}

/// What keeps something from travelling, or that nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// A request for it is in flight or due now.
    Moving,
    /// The phone is not enrolled.
    NotEnrolled,
    /// The phone was revoked.
    Revoked,
    /// The worker switched sending off.
    SwitchedOff,
    /// There is no network.
    NoNetwork,
    /// The network rule keeps photos for Wi-Fi.
    WaitingForWifi,
    /// The last try failed.
    Retry {
        /// The next try.
        at: CapturedAt,
        /// What went wrong.
        error: Option<ErrorCode>,
    },
    /// Something else goes first.
    Turn,
    /// It is not on this phone: another one has to send it.
    Elsewhere,
}

/// Everything a word depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The server's answer to the record.
    pub answer: Answer,
    /// True when a photo's format cannot be decoded here.
    pub undecodable: bool,
    /// True when a photo is missing or damaged on this phone, before the server had it.
    pub lost: bool,
    /// Photos whose upright copy is not stored on the server.
    pub photos_waiting: u32,
    /// True when an off-machine copy of the server holds the answer and every upright.
    pub copied: bool,
    /// What keeps the record.
    pub facts: Traffic,
    /// What keeps its photos.
    pub photos: Traffic,
}

/// The word, and why.
#[must_use]
pub fn word(standing: &Standing) -> (Word, WordReason) {
    let facts_delivered = matches!(standing.answer, Answer::Final);
    let say = |word, code, next_try_at, error| {
        (
            word,
            WordReason {
                code,
                facts_delivered,
                photos_waiting: standing.photos_waiting,
                backed_up: word == Word::Delivered && standing.copied,
                next_try_at,
                error,
            },
        )
    };
    match standing.answer {
        Answer::Rejected(code) => return say(Word::NeedsYou, ReasonCode::Rejected, None, Some(code)),
        Answer::Parked(code) => return say(Word::NeedsYou, ReasonCode::Parked, None, Some(code)),
        Answer::None | Answer::Final => {}
    }
    if standing.undecodable {
        return say(
            Word::NeedsYou,
            ReasonCode::PhotoUndecodable,
            None,
            Some(ErrorCode::PhotoUndecodable),
        );
    }
    if standing.lost {
        let error = Some(ErrorCode::PhotoDamaged);
        return say(Word::NeedsYou, ReasonCode::PhotoLost, None, error);
    }
    if facts_delivered && standing.photos_waiting == 0 {
        return say(Word::Delivered, ReasonCode::Arrived, None, None);
    }
    let (traffic, sending) = if facts_delivered {
        (standing.photos, ReasonCode::SendingPhotos)
    } else {
        (standing.facts, ReasonCode::SendingFacts)
    };
    match traffic {
        Traffic::Moving => say(Word::Sending, sending, None, None),
        Traffic::NotEnrolled => say(Word::OnPhone, ReasonCode::NotEnrolled, None, None),
        Traffic::Revoked => say(Word::OnPhone, ReasonCode::Revoked, None, Some(ErrorCode::DeviceRevoked)),
        Traffic::SwitchedOff => say(Word::OnPhone, ReasonCode::SwitchedOff, None, None),
        Traffic::NoNetwork => say(Word::OnPhone, ReasonCode::NoNetwork, None, None),
        Traffic::WaitingForWifi => say(Word::OnPhone, ReasonCode::WaitingForWifi, None, None),
        Traffic::Retry { at, error } => say(Word::OnPhone, ReasonCode::WaitingForRetry, Some(at), error),
        Traffic::Turn => say(Word::OnPhone, ReasonCode::WaitingForTurn, None, None),
        Traffic::Elsewhere => say(Word::OnPhone, ReasonCode::Elsewhere, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAFFIC: [Traffic; 9] = [
        Traffic::Moving,
        Traffic::NotEnrolled,
        Traffic::Revoked,
        Traffic::SwitchedOff,
        Traffic::NoNetwork,
        Traffic::WaitingForWifi,
        Traffic::Retry {
            at: CapturedAt(9),
            error: Some(ErrorCode::Unreachable),
        },
        Traffic::Turn,
        Traffic::Elsewhere,
    ];

    const ANSWERS: [Answer; 4] = [
        Answer::None,
        Answer::Final,
        Answer::Rejected(ErrorCode::Invalid),
        Answer::Parked(ErrorCode::Internal),
    ];

    fn combinations() -> Vec<Standing> {
        let mut all = Vec::new();
        for answer in ANSWERS {
            for (undecodable, lost) in [(false, false), (true, false), (false, true), (true, true)] {
                for photos_waiting in [0, 2] {
                    for facts in TRAFFIC {
                        for photos in TRAFFIC {
                            all.extend([false, true].map(|copied| Standing {
                                answer,
                                undecodable,
                                lost,
                                photos_waiting,
                                copied,
                                facts,
                                photos,
                            }));
                        }
                    }
                }
            }
        }
        all
    }

    /// The rule of the design, written a second time as plainly as possible.
    fn expected(standing: &Standing) -> Word {
        let refused = matches!(standing.answer, Answer::Rejected(_) | Answer::Parked(_));
        let settled = standing.answer == Answer::Final;
        let moving = if settled { standing.photos } else { standing.facts } == Traffic::Moving;
        if refused || standing.undecodable || standing.lost {
            Word::NeedsYou
        } else if settled && standing.photos_waiting == 0 {
            Word::Delivered
        } else if moving {
            Word::Sending
        } else {
            Word::OnPhone
        }
    }

    #[test]
    fn every_combination_has_the_word_of_the_design() {
        let all = combinations();
        assert_eq!(all.len(), 4 * 4 * 2 * 2 * 9 * 9);
        for standing in &all {
            assert_eq!(word(standing).0, expected(standing), "{standing:?}");
        }
    }

    #[test]
    fn delivered_is_said_only_when_nothing_waits_and_nothing_is_wrong() {
        for standing in combinations() {
            let (word, why) = word(&standing);
            if word == Word::Delivered {
                assert!(why.facts_delivered && why.photos_waiting == 0 && why.error.is_none());
            }
        }
    }

    #[test]
    fn the_second_tick_is_shown_only_beside_the_first() {
        for standing in combinations() {
            let (word, why) = word(&standing);
            assert_eq!(
                why.backed_up,
                word == Word::Delivered && standing.copied,
                "{standing:?}"
            );
        }
    }

    #[test]
    fn a_delivered_record_whose_photos_wait_says_both() {
        let standing = Standing {
            answer: Answer::Final,
            undecodable: false,
            lost: false,
            photos_waiting: 2,
            copied: true,
            facts: Traffic::Moving,
            photos: Traffic::WaitingForWifi,
        };
        let (word, why) = word(&standing);
        assert_eq!(word, Word::OnPhone);
        assert_eq!(
            (why.code, why.facts_delivered, why.photos_waiting),
            (ReasonCode::WaitingForWifi, true, 2)
        );
    }

    #[test]
    fn the_reason_of_each_wait_is_its_own() {
        let codes: std::collections::HashSet<_> = TRAFFIC
            .into_iter()
            .map(|facts| {
                let standing = Standing {
                    answer: Answer::None,
                    undecodable: false,
                    lost: false,
                    photos_waiting: 0,
                    copied: false,
                    facts,
                    photos: facts,
                };
                word(&standing).1.code
            })
            .collect();
        assert_eq!(codes.len(), TRAFFIC.len());
    }
}
