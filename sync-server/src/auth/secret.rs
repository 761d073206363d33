//! Secrets that a person or a phone carries: session tokens, one-time links and enrolment codes. The server keeps hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Letters and digits that nobody confuses when reading them aloud or from a screen.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Characters of an enrolment code.
pub const CODE_CHARS: usize = 8;

/// 32 random bytes as base64url: a session or link token.
#[must_use]
pub fn token(random: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// An enrolment code of eight characters (about 40 bits; one-time, one day, throttled).
/// `None` asks for other random bytes: a byte outside the alphabet's range was drawn too often.
#[must_use]
pub fn code(random: &[u8; 32]) -> Option<String> {
    // Bytes from 248 on are skipped, so that each of the 31 characters is equally likely.
    let code: String = random
        .iter()
        .filter(|b| **b < 248)
        .take(CODE_CHARS)
        .map(|b| char::from(ALPHABET[usize::from(*b) % 31]))
        .collect();
    (code.len() == CODE_CHARS).then_some(code)
}

/// What is stored of a token: its SHA-256 in hexadecimal. Fast hashing is right here, because the token is random.
#[must_use]
pub fn hash(token: &str) -> String {
    crate::hash::of(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_the_same_however_it_is_typed() {
        let code = code(&[3; 32]).unwrap();
        assert_eq!(code.len(), CODE_CHARS);
        let typed = format!(" {}-{} ", &code[..4].to_lowercase(), &code[4..]);
        assert_eq!(crate::store::codes::hash(&typed), crate::store::codes::hash(&code));
    }

    #[test]
    fn a_code_holds_no_letter_that_looks_like_another() {
        let all: String = (0..=255u8).filter_map(|b| code(&[b; 32])).collect();
        assert!(!all.contains(['0', 'O', '1', 'I', 'L']), "{all}");
        assert!(code(&[255; 32]).is_none());
    }

    #[test]
    fn tokens_are_stored_as_hashes() {
        let token = token(&[1; 32]);
        assert_eq!(token.len(), 43);
        assert_eq!(hash(&token).len(), 64);
        assert!(!hash(&token).contains(&token));
    }
}
