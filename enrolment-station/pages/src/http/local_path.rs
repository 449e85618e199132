//! A path on this site: where to go back to, never to somebody else's site.

use std::fmt::{self, Write as _};

/// Longest path taken back from a browser, in bytes.
const MAX: usize = 512;

/// A path with its query, on this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The path, or `/` if it could lead anywhere else.
    pub fn or_home(path: &str) -> Self {
        Self::parse(path).unwrap_or_else(|| Self("/".to_owned()))
    }

    /// The path, if it is one. Browsers read `//host` and `/\host` as another site.
    pub fn parse(path: &str) -> Option<Self> {
        let mut bytes = path.bytes();
        let local = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
        let plain = path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        (local && plain && path.len() <= MAX).then(|| Self(path.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Escaped, to be the value of a query's parameter.
    pub fn as_parameter(&self) -> String {
        let mut text = String::new();
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                text.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_kept() {
        for path in ["/", "/drafts/3?step=portrait&x=%20"] {
            assert_eq!(LocalPath::parse(path).unwrap().as_str(), path);
        }
        let elsewhere = [
            "",
            "drafts",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/a\r\nset-cookie: x",
            "https://x",
            "/é",
        ];
        for path in elsewhere {
            assert_eq!(LocalPath::or_home(path).as_str(), "/", "{path}");
        }
        assert!(LocalPath::parse(&format!("/{}", "a".repeat(512))).is_none());
    }

    #[test]
    fn as_a_parameter_it_stays_one_value() {
        assert_eq!(
            LocalPath::or_home("/a?b=c&d").as_parameter(),
            "/a%3Fb%3Dc%26d"
        );
    }
}
