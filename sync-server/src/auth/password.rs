//! Passwords: argon2id with its recommended cost, and the one rule on what is too weak.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::ErrorCode;

/// The fewest characters a password may have.
pub const MIN_CHARS: usize = 10;
/// The most characters a password may have; more would only burn the server's time.
pub const MAX_CHARS: usize = 200;

/// Long enough for the length rule and still among the first that anybody tries.
const COMMON: &[&str] = &[
    "1234567890",
    "12345678910",
    "123456789a",
    "0123456789",
    "9876543210",
    "0987654321",
    "1111111111",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qwerty12345",
    "qwerty123456",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "administrator",
    "admin123456",
    "admin12345",
    "woaini1314",
    "woaini5201314",
    "woaini520",
    "5201314520",
    "a123456789",
    "abc1234567",
    "abcd123456",
    "aa12345678",
    "iloveyou12",
    "letmein1234",
    "welcome123",
    "changeme123",
    "xunge12345",
    "wangge12345",
    "shequ12345",
];

/// Refuses what is too short, too long, too common, one repeated character, or the login itself.
///
/// # Errors
/// [`ErrorCode::PasswordWeak`].
pub fn check_strength(password: &str, login: &str) -> Result<(), ErrorCode> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let repeated = password
        .chars()
        .next()
        .is_some_and(|first| password.chars().all(|c| c == first));
    let named = !login.is_empty() && lower.replace(login, "").chars().count() < 4;
    if !(MIN_CHARS..=MAX_CHARS).contains(&length) || repeated || named || COMMON.contains(&lower.as_str()) {
        return Err(ErrorCode::PasswordWeak);
    }
    Ok(())
}

/// Hashes a password with argon2id; `salt` is fresh for each password.
///
/// # Errors
/// [`ErrorCode::Internal`] when the hash cannot be computed (out of memory).
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, ErrorCode> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .or(Err(ErrorCode::Internal))
}

/// True when `password` is the one that `stored` was made from. An absent or damaged hash costs the same time as a wrong
/// password, so that the answer does not tell whether a login exists.
#[must_use]
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    if let Some(hash) = stored.and_then(|text| PasswordHash::new(text).ok()) {
        return Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    }
    // The result is of no interest; computing it is.
    drop(hash(password, &[0; 16]));
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_verified_by_its_hash_alone() {
        let stored = hash("灯亮了之后再走", &[7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("灯亮了之后再走", Some(&stored)));
        assert!(!verify("灯亮了之后再來", Some(&stored)));
        assert!(!verify("灯亮了之后再走", None), "an absent hash never verifies");
        assert!(!verify("灯亮了之后再走", Some("not a hash")));
    }

    #[test]
    fn weak_passwords_are_refused() {
        for weak in [
            "short",
            "1234567890",
            "PASSWORD123",
            "aaaaaaaaaaaaaa",
            "wangjianguo1",
            &"x1".repeat(150),
        ] {
            assert_eq!(
                check_strength(weak, "wangjianguo"),
                Err(ErrorCode::PasswordWeak),
                "{weak}"
            );
        }
        assert_eq!(check_strength("correct horse battery", "wangjianguo"), Ok(()));
        assert_eq!(
            check_strength("龙泉路的路灯都亮了呀", "w"),
            Ok(()),
            "ten characters, not ten bytes"
        );
    }
}
