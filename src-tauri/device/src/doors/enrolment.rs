//! Address and code: a phone that cannot be enrolled says why and stays as it was.

use domain::protocol::ErrorCode;

use super::assert_said;
use crate::test_support::{Mode, World};
use crate::view::EnrolRequestView;

/// What is odd, the address, the code, how the network is, and the code.
type Odd = (&'static str, &'static str, &'static str, Mode, ErrorCode);

const HERE: &str = "http://127.0.0.1:1";

#[rustfmt::skip]
const ENROLMENTS: &[Odd] = &[
    ("no address", "", "GOODCODE", Mode::Well, ErrorCode::AddressRefused),
    ("no address of a server", "https://", "GOODCODE", Mode::Well, ErrorCode::AddressRefused),
    ("a file", "file:///etc/passwd", "GOODCODE", Mode::Well, ErrorCode::AddressRefused),
    ("plain http before the world", "http://example.com", "GOODCODE", Mode::Well, ErrorCode::AddressRefused),
    ("no code", HERE, " - ", Mode::Well, ErrorCode::CodeInvalid),
    ("a code of other signs", HERE, "登记码", Mode::Well, ErrorCode::CodeInvalid),
    ("a code nobody gave out", HERE, "BADCODE9", Mode::Well, ErrorCode::CodeInvalid),
    ("no network", HERE, "GOODCODE", Mode::Unreachable, ErrorCode::Unreachable),
    ("a network that asks to sign in", HERE, "GOODCODE", Mode::Portal, ErrorCode::NotOurServer),
    ("a busy server", HERE, "GOODCODE", Mode::Busy, ErrorCode::Busy),
    ("an answer of another shape", HERE, "GOODCODE", Mode::Odd(200, b"{}"), ErrorCode::NotOurServer),
];

#[tokio::test]
async fn a_phone_that_cannot_be_enrolled_says_why_and_can_be_enrolled_then() {
    for (what, server, code, mode, expected) in ENROLMENTS {
        let mut world = World::new();
        world.server.set_mode(*mode);
        let request = |server: &str, code: &str| EnrolRequestView {
            server: server.to_owned(),
            code: code.to_owned(),
            device_name: "手机".to_owned(),
        };
        let error = world.device.enrol(request(server, code)).await.unwrap_err();
        assert_eq!(error.code, *expected, "{what}");
        assert_said(&error);
        assert!(!world.device.get_session().unwrap().enrolled, "{what}");
        world.restart();
        world.server.set_mode(Mode::Well);
        let session = world.device.enrol(request(HERE, "GOODCODE")).await.unwrap();
        assert!(session.enrolled, "{what}");
    }
}

#[tokio::test]
async fn a_phone_that_is_enrolled_is_not_enrolled_again() {
    let world = World::enrolled();
    let request = EnrolRequestView {
        server: HERE.to_owned(),
        code: "GOODCODE".to_owned(),
        device_name: String::new(),
    };
    let error = world.device.enrol(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::AlreadyEnrolled);
    assert_said(&error);
}
