//! The shared dictionary of small messages, prepared once.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use domain::protocol::{DICTIONARY, DICTIONARY_HEADER, DICTIONARY_NUMBER};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The level of answers.
pub(super) const LEVEL: i32 = 3;

/// For reading; it reads frames that were made without a dictionary as well.
pub(super) static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));
/// For answers.
pub(super) static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));

/// True when the sender of these headers reads our dictionary.
pub(super) fn is_read_by(headers: &HeaderMap) -> bool {
    let said = headers.get(DICTIONARY_HEADER).and_then(|value| value.to_str().ok());
    said.and_then(|text| text.trim().parse().ok()) == Some(DICTIONARY_NUMBER)
}
