//! The session cookie. The browser holds the token, the server its hash.

use axum::http::{HeaderMap, HeaderValue, header};

/// Name of the cookie.
pub const NAME: &str = "xunge_session";
/// A session ends this long after sign-in, in milliseconds: seven days.
pub const LIFETIME_MS: i64 = 7 * 24 * 3_600_000;
/// A session ends when nothing was asked for this long, in milliseconds: twelve hours.
pub const IDLE_MS: i64 = 12 * 3_600_000;

/// The header value that stores a token in the browser. `secure` where the office is reached over https.
///
/// # Errors
/// Never for a token made by [`crate::auth::secret::token`]; any other text may not fit a header.
pub fn set(token: &str, secure: bool) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let seconds = LIFETIME_MS / 1000;
    HeaderValue::from_str(&format!(
        "{NAME}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{}",
        if secure { "; Secure" } else { "" }
    ))
}

/// The header value that removes the token from the browser.
#[must_use]
pub fn clear() -> HeaderValue {
    HeaderValue::from_static("xunge_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

/// The token a request carries.
#[must_use]
pub fn read(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == NAME && !value.is_empty()).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_other_sites_cannot_use_the_cookie() {
        let plain = set("abc", false).unwrap();
        let text = plain.to_str().unwrap();
        assert!(text.starts_with("xunge_session=abc; "));
        assert!(
            text.contains("HttpOnly") && text.contains("SameSite=Strict") && text.contains("Path=/"),
            "{text}"
        );
        assert!(!text.contains("Secure"), "plain http on this machine would lose it");
        assert!(set("abc", true).unwrap().to_str().unwrap().ends_with("; Secure"));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; xunge_session=tok; b=2"));
        assert_eq!(read(&headers), Some("tok"));
        headers.clear();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("not_xunge_session=tok; xunge_session="),
        );
        assert_eq!(read(&headers), None);
    }
}
