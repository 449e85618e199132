//! The sign-in page: passkey first, password and one-time code below.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use time::Duration;
use zeroize::Zeroizing;

use super::throttle::Subject;
use super::{Account, SignIn, may_continue, next, password, totp};
use crate::component::{Button, Errors, Form, Input, Values, Width};
use crate::http::{How, LocalPath, Problem, Visit, Who};
use crate::page::Page;

/// Where the request came from, where the server knows.
pub(super) type From = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

#[derive(Deserialize)]
pub(super) struct Going {
    back: Option<String>,
}

impl Going {
    pub(super) fn back(&self) -> LocalPath {
        LocalPath::or_home(self.back.as_deref().unwrap_or("/"))
    }
}

/// `GET /sign-in?back=/path`.
pub(super) async fn show(visit: Visit, Query(going): Query<Going>) -> Result<Response, Problem> {
    let back = going.back();
    if visit.who().is_some() {
        return Ok(Redirect::to(&next(&visit, back.as_str())).into_response());
    }
    if visit.is_locked() {
        return Ok(Redirect::to(&format!("/locked?back={}", back.as_parameter())).into_response());
    }
    let visit = visit.with_session().await?;
    Ok(page(&visit, &back, &Values::default(), &Errors::new()).into_response())
}

/// `POST /sign-in?back=/path`.
pub(super) async fn judge(
    State(sign_in): State<SignIn>,
    visit: Visit,
    from: From,
    Query(going): Query<Going>,
    values: Values,
) -> Result<Response, Problem> {
    let back = going.back();
    let tried = Try {
        login: values.get("login"),
        password: Zeroizing::new(values.as_typed("password").to_owned()),
        code: values.get("code"),
        from: address(&from),
    };
    let failed = match sign_in.prove(&visit, tried).await? {
        Ok(who) if may_continue(&visit, &who) => {
            visit.sign_in(who).await?;
            return Ok(Redirect::to(&next(&visit, back.as_str())).into_response());
        }
        Ok(_) => Failed::Wrong,
        Err(failed) => failed,
    };
    let mut errors = Errors::new();
    errors.add("login", failed.text(&visit));
    let again = Values::new([("login", values.get("login"))]);
    Ok((failed.status(), page(&visit, &back, &again, &errors)).into_response())
}

/// A try at password and code.
pub(super) struct Try<'a> {
    pub(super) login: &'a str,
    pub(super) password: Zeroizing<String>,
    pub(super) code: &'a str,
    pub(super) from: String,
}

/// Why a try failed; which of the three was wrong is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    Wrong,
    Wait(Duration),
}

impl Failed {
    pub(super) fn text(self, visit: &Visit) -> String {
        match self {
            Self::Wrong => visit.speech().text("sign-in-wrong"),
            Self::Wait(wait) => {
                let minutes = (wait.whole_seconds() + 59) / 60;
                visit
                    .speech()
                    .format("sign-in-wait", &[("minutes", minutes.into())])
            }
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Wrong => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl SignIn {
    /// Somebody beside the person of the session proves who they are, by password and code, for one act: the second
    /// person at the same screen. The session stays whose it is. On failure, what to show beside the login.
    pub async fn vouch(
        &self,
        visit: &Visit,
        login: &str,
        password: Zeroizing<String>,
        code: &str,
    ) -> Result<Result<Who, String>, Problem> {
        let tried = Try {
            login,
            password,
            code,
            // Only the login counts: one address for all would let the mistypes of some keep everybody waiting.
            from: String::new(),
        };
        let proved = self.prove(visit, tried).await?;
        Ok(proved.map_err(|failed| failed.text(visit)))
    }

    /// Judges login, password and code. All three are always judged, so that the time tells nothing.
    pub(super) async fn prove(
        &self,
        visit: &Visit,
        tried: Try<'_>,
    ) -> Result<Result<Who, Failed>, Problem> {
        let login: String = tried.login.chars().take(128).collect();
        let subjects = Subject::all(&login, &tried.from);
        if let Err(wait) = self.0.throttle.admit(&subjects, visit.now()) {
            return Ok(Err(Failed::Wait(wait)));
        }
        let account = self.staff().by_login(&login).await?;
        let right = self
            .password_is_right(account.as_ref(), tried.password)
            .await?;
        let secret = account.as_ref().and_then(|account| account.totp.as_ref());
        let step = totp::step_of(secret, tried.code, visit.now());
        let (Some(account), true, Some(step)) = (account, right, step) else {
            return Ok(Err(Failed::Wrong));
        };
        if !self.staff().spend_code(account.person, step).await? {
            return Ok(Err(Failed::Wrong));
        }
        self.0.throttle.passed(&login, &tried.from, visit.now());
        Ok(Ok(Who {
            person: account.person,
            name: account.name,
            how: How::PasswordAndCode,
            at: visit.now(),
        }))
    }

    /// Judges a password on a thread of its own, at most a few at once.
    pub(super) async fn password_is_right(
        &self,
        account: Option<&Account>,
        typed: Zeroizing<String>,
    ) -> Result<bool, Problem> {
        let kept = account.and_then(|account| account.password.clone());
        let _permit = self
            .0
            .judging
            .acquire()
            .await
            .map_err(|_| Problem::Failed)?;
        tokio::task::spawn_blocking(move || password::judge(kept.as_ref(), &typed))
            .await
            .map_err(|_| Problem::Failed)
    }
}

/// The address as a subject of counting; empty where it is not known.
pub(super) fn address(from: &From) -> String {
    from.as_ref()
        .map_or_else(String::new, |from| from.0.0.ip().to_string())
}

fn page(visit: &Visit, back: &LocalPath, values: &Values, errors: &Errors) -> Markup {
    let speech = visit.speech();
    let form = Form::new(visit, values, errors);
    let action = format!("/sign-in?back={}", back.as_parameter());
    let fields = html! {
        (form.input(&Input::text("login", speech.text("sign-in-login")).width(Width::Medium).autocomplete("username")))
        (form.input(&Input::password("password", speech.text("sign-in-password")).width(Width::Medium)))
        (form.input(&Input::code("code", speech.text("sign-in-code")).hint(speech.text("sign-in-code-hint"))))
        div.acts.plain { (Button::primary(speech.text("sign-in-act"))) }
    };
    let body = html! {
        (passkey_button(visit, back, &speech.text("sign-in-passkey")))
        (form.wrap_unguarded(&action, &fields))
    };
    Page::new(visit, speech.text("sign-in-title"))
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

/// The button for a passkey; hidden until its script finds that the browser has them.
pub(super) fn passkey_button(visit: &Visit, back: &LocalPath, text: &str) -> Markup {
    let speech = visit.speech();
    html! {
        div.passkey hidden {
            button.button.primary type="button" data-passkey="use" data-back=(back)
                data-refused=(speech.text("passkey-refused"))
                data-unknown=(speech.text("passkey-unknown")) { (text) }
            p.error.passkey-trouble role="alert" hidden {}
            p.or { span { (speech.text("sign-in-or")) } }
        }
    }
}
