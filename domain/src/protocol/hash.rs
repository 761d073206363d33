//! Hashes of what travels: they tell two mutations with one id apart, and an old profile from a new one.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Mutation, Profile};

/// SHA-256, in lower-case hexadecimal, over the canonical JSON of `{kind, v, entity, body}`: object keys sorted
/// by Unicode code point, no white space, `serde_json`'s spelling of numbers and strings. `docs/PROTOCOL.md` says so.
#[must_use]
pub fn body_hash(mutation: &Mutation) -> String {
    let mut text = String::with_capacity(2_048);
    text.push_str("{\"body\":");
    write_canonical(&mutation.body, &mut text);
    text.push_str(",\"entity\":");
    write_text(&mutation.entity.to_string(), &mut text);
    text.push_str(",\"kind\":");
    write_text(&mutation.kind, &mut text);
    text.push_str(",\"v\":");
    text.push_str(&mutation.v.to_string());
    text.push('}');
    hex_hash(&text)
}

/// SHA-256 of a profile's canonical JSON, written as [`body_hash`] writes it. A phone says with it which profile it
/// holds.
#[must_use]
pub fn profile_hash(profile: &Profile) -> String {
    canonical_hash(&json!(profile))
}

/// SHA-256, in lower-case hexadecimal, of a value's canonical JSON.
pub(super) fn canonical_hash(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    hex_hash(&text)
}

fn hex_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push(char::from(HEX[usize::from(byte >> 4)]));
        hex.push(char::from(HEX[usize::from(byte & 15)]));
        hex
    })
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Keys in the order of their code points at every level, no white space.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            write_list(('{', '}'), fields, text, |(key, value), text| {
                write_text(key, text);
                text.push(':');
                write_canonical(value, text);
            });
        }
        Value::Array(items) => write_list(('[', ']'), items, text, write_canonical),
        Value::String(string) => write_text(string, text),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Null => text.push_str("null"),
    }
}

fn write_list<T>(
    (open, close): (char, char),
    items: impl IntoIterator<Item = T>,
    text: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    text.push(open);
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

/// A JSON string as `serde_json` escapes it: what must be escaped, and nothing else.
fn write_text(string: &str, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\u{0}'..='\u{1f}' => {
                let code = u32::from(c);
                text.push_str("\\u00");
                text.extend([code >> 4, code & 15].map(|half| char::from(HEX[half as usize])));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MutationId, UserId};
    use proptest::num::f64::NORMAL;
    use uuid::Uuid;

    fn mutation(body: Value) -> Mutation {
        Mutation {
            id: MutationId(Uuid::from_u128(1)),
            seq: 1,
            kind: "report.create".to_owned(),
            v: 1,
            entity: Uuid::from_u128(2),
            author: UserId(Uuid::from_u128(3)),
            wall_ms: 4,
            server_est_ms: None,
            body,
        }
    }

    #[test]
    fn the_hash_is_that_of_the_sorted_compact_json() {
        let one = mutation(json!({"b": [1, {"z": null, "a": "树"}], "a": true}));
        let text = concat!(
            r#"{"body":{"a":true,"b":[1,{"a":"树","z":null}]},"#,
            r#""entity":"00000000-0000-0000-0000-000000000002","kind":"report.create","v":1}"#
        );
        let expected: String = Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(body_hash(&one), expected);
    }

    #[test]
    fn every_value_is_written_as_serde_json_writes_it() {
        let odd: String = (0..0x3000_u32).filter_map(char::from_u32).collect();
        let body = json!({odd.clone(): [odd, 1.0e-7, -0.0, 8.5, u64::MAX, i64::MIN, false, {}, []]});
        let mut text = String::new();
        write_canonical(&body, &mut text);
        assert_eq!(text, body.to_string());
    }

    proptest::proptest! {
        #[test]
        fn a_position_has_the_same_hash_on_both_sides_to_its_last_bit(lat in NORMAL, lon in 100.0..110.0_f64) {
            let sent = mutation(json!({ "lat": lat, "lon": lon }));
            let read: Mutation = serde_json::from_slice(&serde_json::to_vec(&sent).unwrap()).unwrap();
            proptest::prop_assert_eq!(body_hash(&read), body_hash(&sent));
        }
    }

    #[test]
    fn the_order_of_keys_and_the_envelope_do_not_count() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        let again = Mutation {
            seq: 9,
            wall_ms: 99,
            ..mutation(two)
        };
        assert_eq!(body_hash(&mutation(one)), body_hash(&again));
    }

    #[test]
    fn another_body_kind_version_or_entity_has_another_hash() {
        let one = mutation(json!({"a": 1}));
        let others = [
            mutation(json!({"a": 2})),
            mutation(json!({"a": "1"})),
            Mutation {
                kind: "report.note".to_owned(),
                ..one.clone()
            },
            Mutation { v: 2, ..one.clone() },
            Mutation {
                entity: Uuid::from_u128(7),
                ..one.clone()
            },
        ];
        for other in others {
            assert_ne!(body_hash(&one), body_hash(&other));
        }
    }
}
