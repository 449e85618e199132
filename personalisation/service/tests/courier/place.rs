//! The courier's page over a database of its own, and phones that call it.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use dossier::{PersonId, staff::Role};
use pages::http::{How, Record, SessionKey, Sessions as _, State, Surroundings, Token, Who};
use personalisation::{
    courier::{self, CourierSection, Post, Route},
    edge,
    staff::{NewMember, Staffing, StoredSessions, page_person},
};
use personalisation_store::{Database, Store, sealing::Sealer, staff::Realm};
use tempfile::TempDir;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

pub const ORIGIN: &str = "http://localhost:8700";
/// The synchroniser token of every session here.
pub const TOKEN: [u8; 32] = [0x5A; 32];

pub struct Place {
    pub store: Store,
    router: Router,
    post: Post,
    staffing: Staffing,
    sessions: StoredSessions,
    _folder: TempDir,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Place {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
        let store = Store::open(Database::Sqlite(folder.path().join("centre.db")), sealer);
        let store = store.await.unwrap();
        let section: CourierSection = toml::from_str(&format!(
            "listen = \"127.0.0.1:0\"\norigin = \"{ORIGIN}\"\nrelying_party = \"localhost\"\n"
        ))
        .unwrap();
        let surroundings = Surroundings::new(edge::now, edge::rng());
        let post = Post::new(store.clone(), edge::rng());
        let realm = (store.clone(), Realm::Courier);
        Self {
            router: courier::router(post.clone(), &section, surroundings.clone()).unwrap(),
            staffing: Staffing::new(store.clone(), edge::rng(), None),
            sessions: StoredSessions::new(realm, surroundings, edge::rng()),
            post,
            store,
            _folder: folder,
        }
    }

    pub fn routes(&self) -> Vec<Route> {
        courier::route_list(self.post.clone())
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

    /// A request as the page's scripts make it, with the cookie of a session, and its token or none.
    pub async fn call(
        &self,
        (method, path): (&str, &str),
        cookie: Option<&str>,
        token: bool,
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8700")
            .header(header::ORIGIN, ORIGIN)
            .header(header::ACCEPT, "application/json")
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("session={cookie}"));
        }
        if token {
            request = request.header("x-token", hex::encode(TOKEN));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body(), 1 << 22).await.unwrap();
        Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The audit, a line each.
    pub async fn audit(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.store.export_audit(&mut lines).await.unwrap();
        let text = String::from_utf8(lines).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}
