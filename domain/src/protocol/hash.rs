//! Hashes of what travels: they tell two mutations with one id apart, and an old profile from a new one.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Mutation, Profile};

/// SHA-256, in lower-case hexadecimal, over the canonical JSON of `{kind, v, entity, body}`: object keys sorted
/// by Unicode code point, no white space, `serde_json`'s spelling of numbers and strings. `docs/PROTOCOL.md` says so.
#[must_use]
pub fn body_hash(mutation: &Mutation) -> String {
    let whole = json!({
        "kind": mutation.kind,
        "v": mutation.v,
        "entity": mutation.entity,
        "body": mutation.body,
    });
    canonical_hash(&whole)
}

/// SHA-256 of a profile's canonical JSON, written as [`body_hash`] writes it. A phone says with it which profile it
/// holds.
#[must_use]
pub fn profile_hash(profile: &Profile) -> String {
    canonical_hash(&json!(profile))
}

fn canonical_hash(value: &Value) -> String {
    let digest = Sha256::digest(canonical(value).to_string().as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push(char::from(HEX[usize::from(byte >> 4)]));
        hex.push(char::from(HEX[usize::from(byte & 15)]));
        hex
    })
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The same value with every object's keys sorted, whatever order the JSON library keeps them in.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<_> = object.keys().collect();
            keys.sort_unstable();
            let sorted = keys.into_iter().map(|key| (key.clone(), canonical(&object[key])));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MutationId, UserId};
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
