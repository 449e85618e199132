//! Where the pages are, and how long a session may last.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::Duration;

/// Where browsers find the pages, and the limits of sessions.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Origins such as `https://console.example` or `http://localhost:8400`, the first one being the usual.
    pub(super) origins: Vec<String>,
    pub(super) limits: Limits,
    /// Seconds without an act until a session locks; told anew while the pages are served.
    idle: Arc<AtomicI64>,
    pub(super) tls: bool,
    /// Whether scripts may register a service worker.
    pub(super) worker: bool,
}

/// How long sessions last and how much a form may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Without any act of the person, the session locks.
    pub idle: Duration,
    /// After this time since sign-in, the session locks and wants a full sign-in.
    pub absolute: Duration,
    /// A locked session not continued for this long is forgotten, with what it holds.
    pub forget: Duration,
    /// Largest form with files, bytes.
    pub upload: usize,
}

impl Default for Limits {
    /// Ten minutes, twelve hours, three days, 8 MiB.
    fn default() -> Self {
        Self {
            idle: Duration::minutes(10),
            absolute: Duration::hours(12),
            forget: Duration::days(3),
            upload: 8 << 20,
        }
    }
}

/// Settings under which no page could be safe.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// No origin at all.
    #[error("pages need at least one origin; name it, such as https://console.example")]
    NoOrigin,
    /// Not an origin.
    #[error(
        "{0:?} is no origin; write scheme://host or scheme://host:port, in lower case, nothing more"
    )]
    NoSuchOrigin(String),
    /// Some with TLS and some without.
    #[error("all origins are https or all are http; a cookie cannot be safe on one of each")]
    MixedSchemes,
}

impl Settings {
    /// Pages at these origins. Over `https`, cookies become `__Host-` and HSTS is sent; `http` is for `localhost`.
    pub fn new<S: Into<String>>(
        origins: impl IntoIterator<Item = S>,
        limits: Limits,
    ) -> Result<Self, SettingsError> {
        let origins: Vec<String> = origins.into_iter().map(Into::into).collect();
        for origin in &origins {
            if !is_origin(origin) {
                return Err(SettingsError::NoSuchOrigin(origin.clone()));
            }
        }
        let secure = |origin: &String| origin.starts_with("https://");
        let tls = secure(origins.first().ok_or(SettingsError::NoOrigin)?);
        if origins.iter().any(|origin| secure(origin) != tls) {
            return Err(SettingsError::MixedSchemes);
        }
        Ok(Self {
            origins,
            idle: Arc::new(AtomicI64::new(limits.idle.whole_seconds())),
            limits,
            tls,
            worker: false,
        })
    }

    /// The same for pages that go on without a line: their scripts may make the trusted type `service-worker`, and no other.
    #[must_use]
    pub fn with_service_worker(self) -> Self {
        Self {
            worker: true,
            ..self
        }
    }

    /// The usual origin.
    pub fn origin(&self) -> &str {
        self.origins.first().map_or("", String::as_str)
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        Limits {
            idle: Duration::seconds(self.idle.load(Ordering::Relaxed)),
            ..self.limits
        }
    }

    /// From now on sessions lock after this time without any act, those that are open too.
    pub fn lock_after(&self, idle: Duration) {
        self.idle.store(idle.whole_seconds(), Ordering::Relaxed);
    }

    /// Whether a `Host` header names one of the origins.
    pub(super) fn knows_host(&self, host: &str) -> bool {
        self.origins.iter().any(|origin| {
            origin
                .split_once("://")
                .is_some_and(|(_, authority)| authority == host)
        })
    }
}

fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|authority| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
        !authority.is_empty() && authority.chars().all(allowed)
    })
}
