//! A small service behind the shield, with a clock that tests turn, called without a socket.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::{get, post};
use pages::component::Values;
use pages::http::{Limits, MemorySessions, Settings, Signed, Surroundings};
use pages::sign_in::{
    Account, Passkey, Password, RelyingParty, SignIn, Staff, StaffError, TotpSecret,
};
use pages::{Page, PersonId, Shield, Site, Texts, Visit};
use rand::SeedableRng;
use time::OffsetDateTime;
use tower::ServiceExt;

pub const ORIGIN: &str = "http://localhost:8400";
pub const PASSWORD: &str = "corner shop horse";
pub const SECRET: [u8; 20] = *b"12345678901234567890";
pub const MARIE: PersonId = PersonId::new([1; 16]);
pub const PAUL: PersonId = PersonId::new([2; 16]);

/// Each service has randomness of its own: with the same, two would give out the same tokens.
static SEED: AtomicU64 = AtomicU64::new(4);

/// Marie and Paul, with the same password and secret.
#[derive(Default)]
pub struct Office {
    spent: Mutex<Vec<(PersonId, u64)>>,
}

fn account(login: &str) -> Option<Account> {
    let (person, name) = match login {
        "marie" => (MARIE, "Marie Weber"),
        "paul" => (PAUL, "Paul Schmit"),
        _ => return None,
    };
    Some(Account {
        person,
        login: login.into(),
        name: name.into(),
        password: Some(Password::new(PASSWORD, [9; 16]).unwrap()),
        totp: Some(TotpSecret::new(SECRET)),
        passkeys: Vec::new(),
    })
}

#[async_trait]
impl Staff for Office {
    async fn by_login(&self, login: &str) -> Result<Option<Account>, StaffError> {
        Ok(account(login))
    }
    async fn by_person(&self, person: PersonId) -> Result<Option<Account>, StaffError> {
        Ok(account(if person == MARIE { "marie" } else { "paul" }))
    }
    async fn spend_code(&self, person: PersonId, step: u64) -> Result<bool, StaffError> {
        let mut spent = self.spent.lock().unwrap();
        let later = spent
            .iter()
            .all(|(who, last)| *who != person || step > *last);
        spent.push((person, step));
        Ok(later)
    }
    async fn add_passkey(&self, _: PersonId, _: Passkey) -> Result<(), StaffError> {
        Err(StaffError::ReadOnly)
    }
    async fn update_passkey(&self, _: PersonId, _: Passkey) -> Result<(), StaffError> {
        Err(StaffError::ReadOnly)
    }
}

/// The service, a browser's cookies, and the clock.
pub struct Trial {
    service: Router,
    clock: Arc<AtomicI64>,
    pub shield: Shield,
    pub cookie: String,
    pub token: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Trial {
    pub fn new(origin: &str) -> Self {
        let clock = Arc::new(AtomicI64::new(1_772_438_400));
        let hands = clock.clone();
        let now =
            move || OffsetDateTime::from_unix_timestamp(hands.load(Ordering::SeqCst)).unwrap();
        let shield = Shield::new(
            Site::new(Texts::new(&[]).unwrap(), "layout-footer", "/draft"),
            Settings::new([origin], Limits::default()).unwrap(),
            Arc::new(MemorySessions::new()),
            Surroundings::new(
                now,
                rand::rngs::StdRng::seed_from_u64(SEED.fetch_add(1, Ordering::SeqCst)),
            ),
        );
        let sign_in = SignIn::new(
            Arc::new(Office::default()),
            RelyingParty::new("localhost", ORIGIN, "Stempel").unwrap(),
        );
        let staff = Router::new()
            .route("/draft", get(draft).post(save))
            .route("/upload", post(async || "kept"))
            .route("/long", get(long))
            .merge(sign_in.staff_routes());
        let service = shield.serve(sign_in.open_routes().route("/open", get(open)), staff);
        Self {
            service,
            clock,
            shield,
            cookie: String::new(),
            token: String::new(),
        }
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.service.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// What a browser does: sends its cookie and keeps the new one, and the token of the page.
    async fn browse(&mut self, request: Request<Body>) -> Answer {
        let answer = self.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            if pair.starts_with("session=") {
                pair.clone_into(&mut self.cookie);
            }
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.token);
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::HOST, "localhost:8400")
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::COOKIE, &self.cookie);
        self.browse(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        let body = format!("token={}&{form}", self.token);
        let request = Request::post(path)
            .header(header::HOST, "localhost:8400")
            .header(header::ORIGIN, ORIGIN)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.browse(request.body(Body::from(body)).unwrap()).await
    }

    /// The code of this moment.
    pub fn code(&self) -> String {
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_secret(totp_rs::Secret::new_stack(SECRET))
            .build()
            .unwrap();
        totp.generate(u64::try_from(self.now()).unwrap())
            .to_string()
    }

    pub async fn sign_in(&mut self, login: &str) -> Answer {
        self.get("/sign-in").await;
        let form = format!(
            "login={login}&password={}&code={}",
            PASSWORD.replace(' ', "+"),
            self.code()
        );
        let answer = self.post("/sign-in", &form).await;
        self.get("/draft").await;
        answer
    }
}

async fn open(visit: Visit) -> maud::Markup {
    Page::new(&visit, "open").render()
}

async fn draft(Signed { visit, who }: Signed) -> maud::Markup {
    Page::new(&visit, format!("draft of {}", who.name)).render()
}

async fn save(Signed { .. }: Signed, values: Values) -> String {
    format!("saved {}", values.get("surname"))
}

/// An answer that goes on while the session locks: whether it would go on before and after.
async fn long(Signed { visit, .. }: Signed) -> String {
    let before = visit.goes_on().await;
    visit.change(&|record| record.lock(false)).await.unwrap();
    format!("{before} {}", visit.goes_on().await)
}
