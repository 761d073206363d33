//! What comes back from the network: whatever it is, what was captured stays, is never called delivered, says why it
//! waits, and arrives once when the server is well.

use domain::protocol::{ErrorCode, WireError};

use super::words::assert_worded;
use crate::sync::tests::{assert_once, settle, steps};
use crate::test_support::{Mode, World, jpeg};
use crate::view::Word;

/// What is odd, and the code that the sync sheet shows.
type Odd = (&'static str, Mode, ErrorCode);

#[rustfmt::skip]
const ANSWERS: &[Odd] = &[
    ("none", Mode::Unreachable, ErrorCode::Unreachable),
    ("another server's", Mode::Portal, ErrorCode::NotOurServer),
    ("come back later", Mode::Busy, ErrorCode::Busy),
    ("nothing", Mode::Odd(200, b""), ErrorCode::NotOurServer),
    ("half of it", Mode::Odd(200, b"{\"epoch\":"), ErrorCode::NotOurServer),
    ("another shape", Mode::Odd(200, b"[1]"), ErrorCode::NotOurServer),
    ("no receipts", Mode::Odd(200, b"{}"), ErrorCode::NotOurServer),
    ("a page", Mode::Odd(500, b"<html>"), ErrorCode::Internal),
    ("a code of the future", Mode::Odd(500, b"{\"error\":{\"code\":\"dragon\"}}"), ErrorCode::Internal),
    ("the server's own fault", Mode::Odd(500, b"{\"error\":{\"code\":\"internal\"}}"), ErrorCode::Internal),
    ("a full disk", Mode::Odd(507, b"{\"error\":{\"code\":\"disk_full\"}}"), ErrorCode::DiskFull),
    ("a protocol of the future", Mode::Odd(426, b"{\"error\":{\"code\":\"proto_unsupported\",\"details\":{\"min\":2,\"max\":3}}}"), ErrorCode::ProtoUnsupported),
    ("a token nobody knows", Mode::Odd(401, b"{\"error\":{\"code\":\"unauthenticated\"}}"), ErrorCode::Unauthenticated),
    ("an empty refusal", Mode::Odd(400, b""), ErrorCode::BadRequest),
];

#[tokio::test]
async fn whatever_the_network_answers_nothing_is_lost_and_nothing_called_delivered() {
    for (what, mode, code) in ANSWERS {
        let mut world = World::enrolled();
        world.server.set_mode(*mode);
        let report = world.save_report_with("ads", "小广告", &jpeg(1)).summary.id;
        steps(&world, 3).await;
        let sync = world.device.get_sync().unwrap();
        assert_eq!(sync.last_error, Some(*code), "{what}");
        // The sheet has the code alone.
        assert_worded(&WireError::from(*code));
        assert_eq!(sync.facts_waiting, 1, "{what}");
        world.restart();
        let kept = world.device.get_report(report).unwrap();
        assert_eq!((kept.summary.text.as_str(), kept.photos.len()), ("小广告", 1), "{what}");
        assert_ne!(kept.summary.word, Word::Delivered, "{what}");
        world.server.set_mode(Mode::Well);
        world.device.sync_now().unwrap();
        settle(&world).await;
        assert_once(&world, 1);
    }
}
