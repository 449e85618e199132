//! The gallery on a free port, and a browser in front of it.

use std::ops::Deref;

use e2e::browser::Browser;
use e2e::programs::Service;
use time::OffsetDateTime;

pub const PASSWORD: &str = "corner shop horse";

/// Every page of the gallery that needs no sign-in.
pub const PAGES: [&str; 10] = [
    "/",
    "/form",
    "/form/wrong",
    "/capture",
    "/review",
    "/list",
    "/floor",
    "/street",
    "/sign-in",
    "/nowhere",
];

/// The gallery and a browser; both end when dropped.
pub struct Gallery {
    pub origin: String,
    browser: Browser,
    _service: Service,
    _folder: tempfile::TempDir,
}

impl Deref for Gallery {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Gallery {
    /// Starts both; a session is locked after `idle` seconds.
    pub fn start(idle: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("gallery.log");
        let idle = idle.to_string();
        let mut service =
            Service::start("examples/gallery", &["--idle", &idle], &[], &log).unwrap();
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        service
            .wait_until(&log, || said().contains("sign in as"))
            .unwrap();
        let origin = said()
            .lines()
            .next()
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        Self {
            origin,
            browser: Browser::start(&[]).unwrap(),
            _service: service,
            _folder: folder,
        }
    }

    /// Opens a page of the gallery.
    pub fn open(&self, path: &str) {
        self.go(&format!("{}{path}", self.origin)).unwrap();
    }

    /// Signs in by password and code, by pointer and keyboard.
    pub fn sign_in(&self, path: &str) {
        self.open(path);
        self.type_into("#login", "marie").unwrap();
        self.type_into("#password", PASSWORD).unwrap();
        self.type_into("#code", &code()).unwrap();
        self.click("form .primary").unwrap();
        self.wait_for(&format!("location.pathname === '{path}'"))
            .unwrap();
    }
}

/// The code that Marie's device shows now.
pub fn code() -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(totp_rs::Secret::new_stack(*b"12345678901234567890"))
        .build()
        .unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the gallery reads the same clock"
    )]
    let now = OffsetDateTime::now_utc().unix_timestamp();
    totp.generate(u64::try_from(now).unwrap()).to_string()
}
