//! One request, as a handler sees it: the language, the session, and what the site has in common.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use time::OffsetDateTime;

use super::session::Upkeep;
use super::{
    Change, LocalPath, Problem, Record, SessionKey, Shield, State as Stage, Token, Who, cookie,
    csrf,
};
use crate::language::{Language, Speech};
use crate::page::Site;

/// One request. Take it as a handler's argument.
#[derive(Clone)]
pub struct Visit {
    shield: Shield,
    language: Language,
    path: LocalPath,
    wants_json: bool,
    session: Option<(SessionKey, Arc<Record>)>,
    cookies: Arc<Mutex<Vec<String>>>,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Visit {
    /// What the pages have in common.
    pub fn site(&self) -> &Site {
        self.shield.site()
    }

    /// The messages in the visitor's language.
    pub fn speech(&self) -> Speech<'_> {
        self.site().texts().speak(self.language)
    }

    /// The time.
    pub fn now(&self) -> OffsetDateTime {
        self.shield.surroundings().now()
    }

    /// The path and query that were asked for.
    pub fn path(&self) -> &LocalPath {
        &self.path
    }

    /// Whether a script asks and takes JSON for an answer.
    pub fn wants_json(&self) -> bool {
        self.wants_json
    }

    /// Who works: signed in and not locked.
    pub fn who(&self) -> Option<&Who> {
        self.record()?.who()
    }

    /// Whether the session is locked.
    pub fn is_locked(&self) -> bool {
        self.record()
            .is_some_and(|record| matches!(record.state, Stage::Locked { .. }))
    }

    /// The session as it was when the request came.
    pub fn record(&self) -> Option<&Record> {
        self.session.as_ref().map(|(_, record)| &**record)
    }

    /// What a store knows the session by, if there is a session.
    pub fn session_key(&self) -> Option<&SessionKey> {
        self.session.as_ref().map(|(key, _)| key)
    }

    /// The same visit as anybody's: for a page that a browser keeps, which must say nothing of whoever asked for it.
    #[must_use]
    pub fn as_anybody(&self) -> Self {
        Self {
            session: None,
            ..self.clone()
        }
    }

    /// The session's token, if there is a session.
    pub fn token(&self) -> Option<&Token> {
        self.record().map(|record| &record.token)
    }

    /// The hidden field that every form starts with.
    pub fn token_field(&self) -> Markup {
        html! {
            @if let Some(token) = self.token() {
                input type="hidden" name=(csrf::FIELD) value=(token.as_str());
            }
        }
    }

    /// The protection, for handlers that end sessions of others.
    pub fn shield(&self) -> &Shield {
        &self.shield
    }

    /// The same visit with a session, if only an anonymous one: forms need it.
    pub async fn with_session(self) -> Result<Self, Problem> {
        if self.session.is_some() {
            return Ok(self);
        }
        let record = Record::new(self.new_token(), self.now(), Stage::Anonymous);
        let key = self.new_cookie();
        self.shield.sessions().add(key, record.clone()).await?;
        let session = Some((key, Arc::new(record)));
        Ok(Self { session, ..self })
    }

    /// Whether the session that sent this request is signed in and not locked now: for answers that take long. It is no
    /// act of the person.
    pub async fn goes_on(&self) -> bool {
        let Some((key, _)) = &self.session else {
            return false;
        };
        let Ok(Some(record)) = self.shield.sessions().find(key).await else {
            return false;
        };
        let due = record.upkeep(self.now(), &self.shield.settings().limits(), false);
        record.who().is_some() && due == Upkeep::Nothing
    }

    /// Changes the session atomically; what it became, none if it is gone. Called again after a conflict.
    pub async fn change(&self, change: &Change<'_>) -> Result<Option<Record>, Problem> {
        let Some((key, _)) = &self.session else {
            return Ok(None);
        };
        Ok(self.shield.sessions().change(key, change).await?)
    }

    /// Somebody proved who they are: the session becomes theirs, or continues if it was. Its id changes, so that
    /// whoever knew the old one knows nothing; the token of open forms stays valid if they were the same person's.
    pub async fn sign_in(&self, who: Who) -> Result<(), Problem> {
        let (token, now) = (self.new_token(), self.now());
        let Some((old, record)) = &self.session else {
            return Err(Problem::StaleForm);
        };
        let same = record
            .owner()
            .is_some_and(|owner| owner.person == who.person);
        let new = self.new_cookie();
        let change = |record: &mut Record| {
            if same {
                record.state = Stage::SignedIn(who.clone());
                record.seen = now;
            } else {
                *record = Record::new(token.clone(), now, Stage::SignedIn(who.clone()));
            }
        };
        let changed = self.shield.sessions().rekey(old, new, &change).await?;
        changed.map(|_| ()).ok_or(Problem::StaleForm)
    }

    /// Ends the session.
    pub async fn sign_out(&self) -> Result<(), Problem> {
        if let Some((key, _)) = &self.session {
            self.shield.sessions().remove(key).await?;
        }
        self.set_cookie(cookie::clear_session(self.shield.settings().tls));
        Ok(())
    }

    fn new_token(&self) -> Token {
        Token::new(self.shield.surroundings().random())
    }

    fn new_cookie(&self) -> SessionKey {
        let value = hex::encode(self.shield.surroundings().random::<32>());
        self.set_cookie(cookie::set_session(&value, self.shield.settings().tls));
        SessionKey::of(&value)
    }

    fn set_cookie(&self, cookie: String) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.push(cookie);
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::Failed)
    }
}

/// A visit of somebody signed in: what handlers of staff routes take.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The visit.
    pub visit: Visit,
    /// Who.
    pub who: Who,
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let who = visit.who().cloned().ok_or(Problem::Forbidden)?;
        Ok(Self { visit, who })
    }
}

/// The layer: finds the session, lets time act on it, and sends the cookies that handlers set.
pub(super) async fn layer(
    State(shield): State<Shield>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let session = match find(&shield, headers).await {
        Ok(session) => session,
        Err(problem) => return problem.into_response(),
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let visit = Visit {
        language: language(headers),
        path: LocalPath::or_home(path),
        wants_json: accepts(headers, "application/json"),
        session: session.map(|(key, record)| (key, Arc::new(record))),
        cookies: Arc::default(),
        shield,
    };
    let cookies = visit.cookies.clone();
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    let cookies = cookies.lock().unwrap_or_else(PoisonError::into_inner);
    for cookie in cookies.iter() {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

async fn find(
    shield: &Shield,
    headers: &HeaderMap,
) -> Result<Option<(SessionKey, Record)>, Problem> {
    let settings = shield.settings();
    let Some(value) = cookie::value(headers, cookie::session_name(settings.tls)) else {
        return Ok(None);
    };
    let key = SessionKey::of(value);
    let sessions = shield.sessions();
    let Some(record) = sessions.find(&key).await? else {
        return Ok(None);
    };
    let now = shield.surroundings().now();
    // What a script asks for by itself is no act of the person.
    let active = !headers.contains_key("x-passive") && !accepts(headers, "text/event-stream");
    let record = match record.upkeep(now, &settings.limits(), active) {
        Upkeep::Nothing => Some(record),
        Upkeep::Touch => sessions.change(&key, &|record| record.seen = now).await?,
        Upkeep::Lock { fully } => sessions.change(&key, &|record| record.lock(fully)).await?,
        Upkeep::Forget => {
            sessions.remove(&key).await?;
            None
        }
    };
    Ok(record.map(|record| (key, record)))
}

fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie::value(headers, "language").and_then(Language::from_tag);
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Language::negotiate(header)
    };
    chosen.or_else(accepted).unwrap_or_default()
}

/// Whether this is the first kind of answer that a script asked for.
fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(kind.as_bytes()))
}

#[derive(Deserialize)]
pub(super) struct Back {
    back: Option<String>,
}

/// `GET /language/{tag}?back=/path`: keeps the choice and goes back.
pub(super) async fn choose_language(
    visit: Visit,
    Path(tag): Path<String>,
    Query(query): Query<Back>,
) -> Result<Response, Problem> {
    let language = Language::from_tag(&tag).ok_or(Problem::NotFound)?;
    visit.set_cookie(cookie::set_language(
        language.tag(),
        visit.shield.settings().tls,
    ));
    let back = LocalPath::or_home(query.back.as_deref().unwrap_or("/"));
    Ok(Redirect::to(back.as_str()).into_response())
}
