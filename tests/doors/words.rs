//! What a person is told when something is refused: both interfaces say an error code with the words of
//! `ui/kit/src/messages`. The door tests of every crate include this file, so that each refusal they provoke is checked
//! for words in both languages.

use domain::protocol::{ErrorCode, WireError};
use serde_json::Value;

const ZH_CN: &str = include_str!("../../ui/kit/src/messages/zh-CN.json");
const EN: &str = include_str!("../../ui/kit/src/messages/en.json");

/// True for the signs that Chinese is written in.
pub(crate) fn is_chinese(text: &str) -> bool {
    text.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign))
}

/// True for text with words in Latin letters and none in Chinese.
pub(crate) fn is_english(text: &str) -> bool {
    !is_chinese(text) && text.split_whitespace().filter(|word| word.len() > 1).count() > 1
}

/// What the details of a code carry, as `domain::protocol::ErrorCode` says.
const CARRIED: &[(ErrorCode, &[&str])] = &[
    (ErrorCode::Invalid, &["problems"]),
    (ErrorCode::Stale, &["now", "state_rev"]),
    (ErrorCode::StateRefusesAction, &["state", "action"]),
    (ErrorCode::TooManyTries, &["retry_after_s"]),
    (ErrorCode::Busy, &["retry_after_s"]),
    (ErrorCode::TooLarge, &["limit"]),
    (ErrorCode::ProtoUnsupported, &["min", "max"]),
    (ErrorCode::OffsetMismatch, &["offset"]),
    (ErrorCode::UnsentWork, &["unsent", "photos", "drafts"]),
    (ErrorCode::PhotoTooManyPixels, &["width", "height"]),
];

/// Fails unless the error carries the details of its code, and both languages have words for it and for each problem that
/// it lists.
#[track_caller]
pub(crate) fn assert_said(error: &WireError) {
    let carried = CARRIED.iter().filter(|(code, _)| *code == error.code);
    for name in carried.flat_map(|(_, names)| *names) {
        assert!(
            !error.details[*name].is_null(),
            "{:?} does not carry {name}",
            error.code
        );
    }
    assert_worded(error);
}

/// Fails unless both languages have words for the error, with every blank of them filled from its details.
#[track_caller]
pub(crate) fn assert_worded(error: &WireError) {
    let (zh, en) = (table(ZH_CN), table(EN));
    let code = spelled(&error.code);
    let (in_chinese, in_english) = (said(&zh, "error", &code), said(&en, "error", &code));
    assert!(is_chinese(&in_chinese), "{code} in Chinese: {in_chinese:?}");
    assert!(is_english(&in_english), "{code} in English: {in_english:?}");
    for blank in blanks(&in_chinese).chain(blanks(&in_english)) {
        let filled = &error.details[&blank];
        assert!(
            filled.is_number() || filled.is_string(),
            "{code} leaves {{{blank}}} blank"
        );
    }
    let problems = error.details["problems"].as_array();
    assert!(problems.is_none_or(|all| !all.is_empty()), "{code} names no problem");
    for problem in problems.into_iter().flatten() {
        let kind = problem["problem"].as_str().unwrap_or_default();
        assert!(
            problem["field"].as_str().is_some_and(|field| !field.is_empty()),
            "{problem} has no place"
        );
        assert!(is_chinese(&said(&zh, "problem", kind)), "the problem {kind} in Chinese");
        assert!(!said(&en, "problem", kind).is_empty(), "the problem {kind} in English");
    }
}

fn table(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn said(messages: &Value, group: &str, key: &str) -> String {
    messages[group][key].as_str().unwrap_or_default().trim().to_owned()
}

fn spelled(code: &ErrorCode) -> String {
    serde_json::to_value(code)
        .unwrap()
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The names in braces.
fn blanks(text: &str) -> impl Iterator<Item = String> {
    let names = text.split('{').skip(1);
    names.filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
}
