//! Reading bodies that may be hostile: too long, expanding without end, or nested without end.

use std::io::Read as _;

use axum::body::{Body, to_bytes};
use axum::http::HeaderValue;
use domain::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::dictionary::DECODER;
use crate::{Failure, Outcome};

/// No body is larger after decompression.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// No body expands more than this.
pub const MAX_RATIO: usize = 100;
/// No JSON is nested deeper.
pub const MAX_DEPTH: usize = 32;
/// Below this size any ratio is harmless.
const HARMLESS: usize = 64 * 1024;
/// Log2 of the largest window a compressed body may ask us to keep in memory: 8 MiB.
const MAX_WINDOW_LOG: u32 = 23;

/// The body without its compression, at most `limit` bytes.
pub(super) async fn plain(body: Body, coding: Option<&HeaderValue>, limit: usize) -> Outcome<Vec<u8>> {
    let bytes = to_bytes(body, limit).await.map_err(|_cut| too_large(limit))?;
    match coding.map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(bytes.into()),
        Some(b"zstd") => inflate(&bytes, limit),
        Some(_) => Err(ErrorCode::BadEncoding.into()),
    }
}

fn too_large(limit: usize) -> Failure {
    Failure::refused(ErrorCode::TooLarge, json!({ "limit": limit }))
}

/// Decompresses, stopping at the first byte over the limit.
fn inflate(packed: &[u8], limit: usize) -> Outcome<Vec<u8>> {
    let bad = || Failure::from(ErrorCode::BadEncoding);
    let mut decoder = zstd::Decoder::with_prepared_dictionary(packed, &DECODER).map_err(|_damaged| bad())?;
    decoder.window_log_max(MAX_WINDOW_LOG).map_err(|_too_new| bad())?;
    let by_ratio = packed.len().saturating_mul(MAX_RATIO).max(HARMLESS);
    let most = limit.min(by_ratio);
    let mut plain = Vec::new();
    decoder
        .take(most as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_damaged| bad())?;
    if plain.len() <= most {
        return Ok(plain);
    }
    Err(if by_ratio < limit { bad() } else { too_large(limit) })
}

/// Reads JSON. A refusal says where it went wrong and quotes nothing, because what stands there may be personal.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Outcome<T> {
    if depth(bytes) > MAX_DEPTH {
        return Err(Failure::refused(ErrorCode::BadRequest, json!({ "depth": MAX_DEPTH })));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        Failure::refused(
            ErrorCode::BadRequest,
            json!({ "line": error.line(), "column": error.column() }),
        )
    })
}

/// How deep arrays and objects are nested.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut deepest, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' if !in_text => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(outcome: Outcome<T>) -> Option<ErrorCode> {
        outcome.err().map(|failure| failure.wire().code)
    }

    #[test]
    fn a_body_that_expands_a_thousandfold_is_refused_before_it_is_whole() {
        let bomb = zstd::encode_all(&vec![b' '; 64 * 1024 * 1024][..], 3).unwrap();
        assert!(bomb.len() * 1000 < 64 * 1024 * 1024, "the test needs a bomb");
        assert_eq!(code(inflate(&bomb, MAX_BODY_BYTES)), Some(ErrorCode::BadEncoding));
    }

    #[test]
    fn an_honest_body_over_the_limit_is_told_the_limit() {
        let honest: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        let packed = zstd::encode_all(&honest[..], 3).unwrap();
        assert_eq!(code(inflate(&packed, 1000)), Some(ErrorCode::TooLarge));
        assert_eq!(inflate(&packed, MAX_BODY_BYTES).unwrap(), honest);
    }

    #[test]
    fn damaged_compression_is_refused() {
        assert_eq!(code(inflate(b"not zstd at all", 1000)), Some(ErrorCode::BadEncoding));
        let packed = zstd::encode_all(&b"{\"a\":1}"[..], 3).unwrap();
        assert_eq!(
            code(inflate(&packed[..packed.len() - 2], 1000)),
            Some(ErrorCode::BadEncoding)
        );
    }

    #[test]
    fn brackets_in_text_do_not_count_as_depth() {
        assert_eq!(depth(br#"{"a":["[[[\"{{{", 1], "b":{}}"#), 2);
        let deep = "[".repeat(33) + &"]".repeat(33);
        assert_eq!(
            code(parse::<serde_json::Value>(deep.as_bytes())),
            Some(ErrorCode::BadRequest)
        );
        let fine = "[".repeat(32) + &"]".repeat(32);
        assert!(parse::<serde_json::Value>(fine.as_bytes()).is_ok());
    }
}
