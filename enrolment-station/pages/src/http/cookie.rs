//! Cookies: the session's and the language's.

use axum::http::{HeaderMap, header};

/// The most that is read of all cookies of a request, in bytes.
const MAX: usize = 4096;

/// A year, in seconds: how long the choice of language is kept.
const YEAR: u32 = 31_536_000;

/// The name of the session's cookie. `__Host-` binds it to this host and TLS (RFC 6265bis §4.1.3.2).
pub(super) fn session_name(tls: bool) -> &'static str {
    if tls { "__Host-session" } else { "session" }
}

/// The value of a cookie. None if it is there twice: somebody else may have set one of them.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts: Vec<&str> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if texts.iter().map(|text| text.len()).sum::<usize>() > MAX {
        return None;
    }
    let mut found = texts
        .iter()
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

/// Sets the session's cookie; it goes with the browser's window, and no script sees it.
pub(super) fn set_session(value: &str, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    let name = session_name(tls);
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Removes the session's cookie.
pub(super) fn clear_session(tls: bool) -> String {
    format!("{}; Max-Age=0", set_session("", tls))
}

/// Keeps the choice of language.
pub(super) fn set_language(tag: &str, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    format!("language={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_once_or_not_at_all() {
        let two = headers(&["a=1; session=x", "b=2"]);
        assert_eq!(value(&two, "session"), Some("x"));
        assert_eq!(value(&two, "c"), None);
        assert_eq!(value(&headers(&["session=x; session=y"]), "session"), None);
        assert_eq!(value(&headers(&[&"a=1; ".repeat(2000)]), "a"), None);
    }

    #[test]
    fn with_tls_the_session_is_bound_to_the_host() {
        assert_eq!(
            set_session("v", true),
            "__Host-session=v; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(
            set_session("v", false),
            "session=v; Path=/; HttpOnly; SameSite=Strict"
        );
    }
}
