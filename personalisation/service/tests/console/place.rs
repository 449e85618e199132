//! A console over a database of its own, and somebody who calls it.

use std::fs;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use dossier::{PersonId, staff::Role};
use pages::http::{How, Record, SessionKey, Sessions as _, State, Surroundings, Token, Who};
use personalisation::{
    config::Config,
    console::{self, Desk, Route},
    edge,
    staff::{NewMember, Staffing, StoredSessions, page_person},
};
use personalisation_store::{Store, staff::Realm};
use tempfile::TempDir;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

pub const ORIGIN: &str = "http://localhost:8600";
/// The synchroniser token of every session here.
const TOKEN: [u8; 32] = [0x5A; 32];

pub struct Place {
    pub desk: Desk,
    pub router: Router,
    pub staffing: Staffing,
    sessions: StoredSessions,
    _folder: TempDir,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Place {
    pub async fn new() -> Self {
        Self::with(|text| text, |_| ()).await
    }

    /// With another configuration; `prepared` sees it before the console opens what it names.
    pub async fn with(
        change: impl FnOnce(String) -> String,
        prepared: impl FnOnce(&Config),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let docs = include_str!("../../../../docs/line.md");
        let start = docs.find("```toml\n").unwrap() + 8;
        let example = docs[start..].split("```").next().unwrap();
        let section = format!(
            "\n[console]\nlisten = \"127.0.0.1:0\"\norigin = \"{ORIGIN}\"\nrelying_party = \"localhost\"\n"
        );
        let path = folder.path().join("centre.toml");
        fs::write(&path, change(format!("{example}{section}"))).unwrap();
        let config = Config::load(&path).unwrap();
        personalisation::secret_file::create_key(&config.sealing.key_file, &mut edge::rng())
            .unwrap();
        prepared(&config);
        let section = config.console.clone().unwrap();
        let desk = Desk::open(config, edge::rng()).await.unwrap();
        let surroundings = Surroundings::new(edge::now, edge::rng());
        let store = desk.store().clone();
        Self {
            router: console::router(desk.clone(), &section, surroundings.clone()).unwrap(),
            staffing: Staffing::new(store.clone(), edge::rng(), None),
            sessions: StoredSessions::new((store, Realm::Console), surroundings, edge::rng()),
            desk,
            _folder: folder,
        }
    }

    pub fn store(&self) -> &Store {
        self.desk.store()
    }

    pub fn routes(&self) -> Vec<Route> {
        console::route_list(self.desk.clone())
    }

    /// Somebody with a role at the centre.
    pub async fn somebody(&self, login: &str, role: Role) -> PersonId {
        let member = NewMember {
            login: login.to_owned(),
            name: Zeroizing::new(format!("Somebody {login}")),
            role,
            office: None,
        };
        self.staffing.add(&member, edge::now()).await.unwrap().0
    }

    /// A session of somebody who signed in a moment ago; its cookie.
    pub async fn session(&self, person: PersonId) -> String {
        let who = Who {
            person: page_person(person),
            name: "Somebody".to_owned(),
            how: How::PasswordAndCode,
            at: edge::now(),
        };
        let cookie = format!("session-of-{person}");
        let record = Record::new(Token::new(TOKEN), edge::now(), State::SignedIn(who));
        let key = SessionKey::of(&cookie);
        self.sessions.add(key, record).await.unwrap();
        cookie
    }

    /// Ends what [`Self::session`] began.
    pub async fn end_session(&self, person: PersonId) {
        let ended = self.store().end_sessions(Realm::Console, person);
        ended.await.unwrap();
    }

    /// A request, with the cookie of a session and, for a form, its token or a wrong one.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        cookie: Option<&str>,
        form: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8600")
            .header(header::ORIGIN, ORIGIN)
            .header(header::ACCEPT_LANGUAGE, "en");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("session={cookie}"));
        }
        let body = form.map_or_else(Body::empty, |form| Body::from(form.to_owned()));
        let kind = "application/x-www-form-urlencoded";
        let request = request
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap());
        let (status, location) = (answer.status(), location.to_owned());
        let bytes = to_bytes(answer.into_body(), 1 << 22).await.unwrap();
        Answer {
            status,
            location,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A form with the right token and these fields.
    pub fn form(fields: &str) -> String {
        format!("token={}&{fields}", hex::encode(TOKEN))
    }

    /// When the intent and the outcome of the newest act of this name were written.
    pub async fn times(&self, act: &str) -> (OffsetDateTime, OffsetDateTime) {
        let lines = self.audit().await;
        let entries = lines.iter().rev().map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry
        });
        let at = |phase: &str| {
            let mut entries = entries.clone();
            let found = entries.find(|one| one["act"] == act && one["phase"] == phase);
            let found = found.unwrap_or_else(|| panic!("no {phase} of {act}"));
            OffsetDateTime::parse(found["time"].as_str().unwrap(), &Rfc3339).unwrap()
        };
        (at("intent"), at("outcome"))
    }

    /// The audit, a line each.
    pub async fn audit(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.store().export_audit(&mut lines).await.unwrap();
        let text = String::from_utf8(lines).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}
