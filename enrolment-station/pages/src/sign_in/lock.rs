//! Locking: the screen is hidden, the work stays, and the same person continues.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::json;
use zeroize::Zeroizing;

use super::password_page::{Failed, From, Going, Try, address, passkey_button};
use super::throttle::Subject;
use super::{SignIn, next};
use crate::component::{Button, Errors, Form, Input, Values, Width};
use crate::http::{LocalPath, Problem, State as Stage, Visit, Who};
use crate::page::Page;

/// `POST /alive`: the person is active at a page. `204`, or `423` if the session is locked by now.
pub(super) async fn alive(visit: Visit) -> StatusCode {
    if visit.who().is_some() {
        StatusCode::NO_CONTENT
    } else if visit.is_locked() {
        StatusCode::LOCKED
    } else {
        StatusCode::UNAUTHORIZED
    }
}

/// `POST /locked/now`: locks at once, by the person's wish or the script's clock.
pub(super) async fn now(visit: Visit) -> Result<Response, Problem> {
    visit.change(&|record| record.lock(false)).await?;
    if visit.wants_json() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Redirect::to("/locked").into_response())
}

/// `POST /sign-out`.
pub(super) async fn sign_out(visit: Visit) -> Result<Response, Problem> {
    visit.sign_out().await?;
    let clear = [(
        header::HeaderName::from_static("clear-site-data"),
        "\"cache\"",
    )];
    Ok((clear, Redirect::to("/sign-in")).into_response())
}

/// `GET /locked?back=/path`.
pub(super) async fn show(visit: Visit, Query(going): Query<Going>) -> Result<Response, Problem> {
    match owner(&visit) {
        Some((who, fully)) => {
            Ok(page(&visit, &who, fully, &going.back(), &Errors::new()).into_response())
        }
        None => Ok(Redirect::to(&next(&visit, going.back().as_str())).into_response()),
    }
}

/// `POST /locked?back=/path`: a form's answer is a page, a script's is JSON.
pub(super) async fn unlock(
    State(sign_in): State<SignIn>,
    visit: Visit,
    from: From,
    Query(going): Query<Going>,
    values: Values,
) -> Result<Response, Problem> {
    let back = going.back();
    let Some((who, fully)) = owner(&visit) else {
        return Ok(Redirect::to(&next(&visit, back.as_str())).into_response());
    };
    let failed = match sign_in
        .prove_again(&visit, &who, fully, &values, &from)
        .await?
    {
        Ok(who) => {
            visit.sign_in(who).await?;
            if visit.wants_json() {
                return Ok(Json(json!({ "next": null })).into_response());
            }
            return Ok(Redirect::to(&next(&visit, back.as_str())).into_response());
        }
        Err(failed) => failed,
    };
    let text = failed.text(&visit);
    if visit.wants_json() {
        return Ok((
            failed.status(),
            Json(json!({ "message": text, "fully": fully })),
        )
            .into_response());
    }
    let mut errors = Errors::new();
    errors.add("password", text);
    Ok((failed.status(), page(&visit, &who, fully, &back, &errors)).into_response())
}

/// `GET /held`: a form that arrived while the session was locked, to be sent again by the person.
pub(super) async fn held(visit: Visit) -> Result<Response, Problem> {
    if visit.is_locked() || visit.who().is_none() {
        return Ok(Redirect::to("/locked").into_response());
    }
    let held = visit
        .record()
        .map(|record| record.held.clone())
        .unwrap_or_default();
    if held.is_empty() {
        return Ok(Redirect::to(visit.site().home()).into_response());
    }
    let speech = visit.speech();
    let body = html! {
        p.lead { (speech.text("held-about")) }
        @for form in &held {
            form method="post" action=(form.path) {
                (visit.token_field())
                @for (name, value) in &form.fields { input type="hidden" name=(name) value=(value); }
                @if held.len() > 1 { p { code { (form.path) } } }
                div.acts.plain { (Button::primary(speech.text("held-continue"))) }
            }
        }
        form.somebody-else method="post" action="/held" {
            (visit.token_field())
            button.quiet { (speech.text("held-discard")) }
        }
    };
    Ok(Page::new(&visit, speech.text("held-title"))
        .body(body)
        .render()
        .into_response())
}

/// `POST /held`: the person does not want what was held.
pub(super) async fn discard(visit: Visit) -> Result<Redirect, Problem> {
    if visit.who().is_none() {
        return Ok(Redirect::to("/locked"));
    }
    visit.change(&|record| record.held.clear()).await?;
    Ok(Redirect::to(visit.site().home()))
}

impl SignIn {
    /// Judges whether the locked session's person is back: by password, with a code too after the absolute limit.
    async fn prove_again(
        &self,
        visit: &Visit,
        who: &Who,
        fully: bool,
        values: &Values,
        from: &From,
    ) -> Result<Result<Who, Failed>, Problem> {
        let password = Zeroizing::new(values.as_typed("password").to_owned());
        let Some(account) = self.staff().by_person(who.person).await? else {
            return Ok(Err(Failed::Wrong));
        };
        let from = address(from);
        if fully {
            let tried = Try {
                login: &account.login,
                password,
                code: values.get("code"),
                from,
            };
            return self.prove(visit, tried).await;
        }
        let subjects = Subject::all(&account.login, &from);
        if let Err(wait) = self.0.throttle.admit(&subjects, visit.now()) {
            return Ok(Err(Failed::Wait(wait)));
        }
        if !self.password_is_right(Some(&account), password).await? {
            return Ok(Err(Failed::Wrong));
        }
        self.0.throttle.passed(&account.login, &from, visit.now());
        // When they signed in stays what it was: the absolute limit counts from there.
        Ok(Ok(who.clone()))
    }
}

fn owner(visit: &Visit) -> Option<(Who, bool)> {
    match &visit.record()?.state {
        Stage::Locked { who, fully } => Some((who.clone(), *fully)),
        Stage::Anonymous | Stage::SignedIn(_) => None,
    }
}

fn page(visit: &Visit, who: &Who, fully: bool, back: &LocalPath, errors: &Errors) -> Markup {
    let speech = visit.speech();
    let values = Values::default();
    let form = Form::new(visit, &values, errors);
    let fields = html! {
        (form.input(&Input::password("password", speech.text("sign-in-password")).width(Width::Medium)))
        @if fully {
            (form.input(&Input::code("code", speech.text("sign-in-code")).hint(speech.text("sign-in-code-hint"))))
        }
        div.acts.plain { (Button::primary(speech.text("lock-continue"))) }
    };
    let body = html! {
        p.lead { (speech.format("lock-about", &[("name", who.name.clone().into())])) }
        (passkey_button(visit, back, &speech.text("lock-passkey")))
        (form.wrap_unguarded(&format!("/locked?back={}", back.as_parameter()), &fields))
        (somebody_else(visit))
    };
    Page::new(visit, speech.text("lock-title"))
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn somebody_else(visit: &Visit) -> Markup {
    let speech = visit.speech();
    html! {
        form.somebody-else method="post" action="/sign-out" {
            (visit.token_field())
            p { (speech.text("lock-somebody-else")) }
            button.quiet { (speech.text("lock-sign-out")) }
        }
    }
}

/// The dialogue that `session.js` lays over a page when the time is up. What is typed below it stays where it is.
pub(crate) fn dialog(visit: &Visit) -> Markup {
    let speech = visit.speech();
    let name = visit.who().map(|who| who.name.clone()).unwrap_or_default();
    html! {
        dialog.lock id="lock" aria-labelledby="lock-title" {
            h2 id="lock-title" tabindex="-1" { (speech.text("lock-title")) }
            p { (speech.format("lock-about", &[("name", name.into())])) }
            div.passkey hidden {
                button.button.primary type="button" data-passkey="unlock"
                    data-refused=(speech.text("passkey-refused"))
                    data-unknown=(speech.text("passkey-unknown")) { (speech.text("lock-passkey")) }
                p.error.passkey-trouble role="alert" hidden {}
                p.or { span { (speech.text("sign-in-or")) } }
            }
            form method="post" action="/locked" id="lock-form" novalidate {
                (visit.token_field())
                p.error id="lock-trouble" role="alert" hidden {}
                div.field {
                    label for="lock-password" { (speech.text("sign-in-password")) }
                    input.width-medium type="password" id="lock-password" name="password"
                        autocomplete="current-password" aria-required="true";
                }
                div.field id="lock-fully" hidden {
                    label for="lock-code" { (speech.text("sign-in-code")) }
                    p.hint id="lock-code-hint" { (speech.text("sign-in-code-hint")) }
                    input.width-short type="text" id="lock-code" name="code" inputmode="numeric"
                        autocomplete="one-time-code" aria-describedby="lock-code-hint";
                }
                button.button { (speech.text("lock-continue")) }
            }
            (somebody_else(visit))
        }
        div.lock-warning id="lock-warning" role="alert" data-text=(speech.text("lock-warning")) {}
    }
}
