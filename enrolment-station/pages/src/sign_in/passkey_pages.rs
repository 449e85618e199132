//! The routes of passkeys. Scripts call them with JSON; `assets/passkey.js` is the other end.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;

use super::passkey::{MAX_ANSWER, Passkey};
use super::{RelyingPartyError, SignIn, StaffError, may_continue, next};
use crate::component::{Button, Errors, Form, Notification, Tone, Values};
use crate::http::{Ceremony, Challenge, How, Problem, Record, Signed, Visit, Who};
use crate::page::Page;

/// How long a person may take over their device.
const PATIENCE: Duration = Duration::minutes(5);

#[derive(Deserialize)]
pub(super) struct Going {
    back: Option<String>,
    done: Option<String>,
    removed: Option<String>,
}

/// `POST /sign-in/passkey/start`: the options for the browser.
pub(super) async fn start(
    State(sign_in): State<SignIn>,
    visit: Visit,
) -> Result<Json<Value>, Problem> {
    let (options, state) = sign_in.0.relying_party.start().map_err(failed)?;
    keep(&visit, Ceremony::Authentication, state).await?;
    Ok(Json(options))
}

/// `POST /sign-in/passkey/finish?back=/path`: signs in or unlocks, and says where to go on.
pub(super) async fn finish(
    State(sign_in): State<SignIn>,
    visit: Visit,
    Query(going): Query<Going>,
    answer: Bytes,
) -> Result<Response, Problem> {
    let Some(state) = take(&visit, Ceremony::Authentication).await? else {
        return Ok(refused(&visit));
    };
    let party = &sign_in.0.relying_party;
    let Ok(person) = party.claimed(&answer) else {
        return Ok(refused(&visit));
    };
    let Some(account) = sign_in.staff().by_person(person).await? else {
        return Ok(refused(&visit));
    };
    let passkey = match party.finish(&answer, &state, &account) {
        Ok(passkey) => passkey,
        Err(error) => {
            tracing::warn!(%person, %error, "passkey refused");
            return Ok(refused(&visit));
        }
    };
    let who = Who {
        person,
        name: account.name.clone(),
        how: How::Passkey,
        at: visit.now(),
    };
    if !may_continue(&visit, &who) {
        return Ok(refused(&visit));
    }
    match sign_in.staff().update_passkey(person, passkey).await {
        // Where the list cannot be changed, the counter cannot either; the signature was right all the same.
        Ok(()) | Err(StaffError::ReadOnly) => {}
        Err(StaffError::Gone) => return Ok(refused(&visit)),
        Err(error) => return Err(error.into()),
    }
    visit.sign_in(who).await?;
    let next = next(&visit, going.back.as_deref().unwrap_or("/"));
    Ok(Json(json!({ "next": next })).into_response())
}

/// `GET /passkeys`: the person's passkeys, and a button for another.
pub(super) async fn list(
    State(sign_in): State<SignIn>,
    Signed { visit, who }: Signed,
    Query(going): Query<Going>,
) -> Result<Markup, Problem> {
    let account = sign_in
        .staff()
        .by_person(who.person)
        .await?
        .ok_or(Problem::Forbidden)?;
    let added = sign_in.staff().added_passkeys(who.person).await?;
    let speech = visit.speech();
    let body = html! {
        @if going.done.is_some() {
            (Notification::new(Tone::Good, speech.text("passkey-added")))
        }
        @if going.removed.is_some() {
            (Notification::new(Tone::Good, speech.text("passkey-removed")))
        }
        p { (speech.format("passkey-count", &[("count", account.passkeys.len().into())])) }
        p { (speech.text("passkey-about")) }
        p.error.passkey-trouble role="alert" hidden {}
        p {
            button.button.primary type="button" data-passkey="add" data-next="/passkeys?done=1"
                data-refused=(speech.text("passkey-refused"))
                data-unknown=(speech.text("passkey-unknown")) { (speech.text("passkey-add")) }
        }
        noscript { p { (speech.text("passkey-needs-script")) } }
        (removable(&visit, &added))
    };
    Ok(Page::new(&visit, speech.text("passkey-title"))
        .body(body)
        .render())
}

/// Those that the person added, each with its act: a device that is lost opens nothing from then on.
fn removable(visit: &Visit, added: &[Passkey]) -> Markup {
    let (speech, values, errors) = (visit.speech(), Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    html! {
        @if !added.is_empty() {
            h2 { (speech.text("passkey-added-list")) }
            @for passkey in added {
                @let credential = hex::encode(passkey.credential());
                @let short: String = credential.chars().take(8).collect();
                (form.wrap("/passkeys/remove", &html! {
                    input type="hidden" name="credential" value=(credential);
                    div.acts.plain {
                        (Button::secondary(speech.format("passkey-remove", &[("number", short.into())])))
                    }
                }))
            }
        }
    }
}

/// `POST /passkeys/remove`: forgets one that was added.
pub(super) async fn remove(
    State(sign_in): State<SignIn>,
    Signed { who, .. }: Signed,
    values: Values,
) -> Result<Redirect, Problem> {
    let credential = hex::decode(values.get("credential")).map_err(|_| Problem::NotFound)?;
    sign_in
        .staff()
        .remove_passkey(who.person, &credential)
        .await?;
    Ok(Redirect::to("/passkeys?removed=1"))
}

/// `POST /passkeys/start`: the options for the browser.
pub(super) async fn start_adding(
    State(sign_in): State<SignIn>,
    Signed { visit, who }: Signed,
) -> Result<Json<Value>, Problem> {
    let account = sign_in
        .staff()
        .by_person(who.person)
        .await?
        .ok_or(Problem::Forbidden)?;
    let (options, state) = sign_in
        .0
        .relying_party
        .start_adding(&account)
        .map_err(failed)?;
    keep(&visit, Ceremony::Registration, state).await?;
    Ok(Json(options))
}

/// `POST /passkeys/finish`: keeps the new passkey.
pub(super) async fn finish_adding(
    State(sign_in): State<SignIn>,
    Signed { visit, who }: Signed,
    answer: Bytes,
) -> Result<Response, Problem> {
    let Some(state) = take(&visit, Ceremony::Registration).await? else {
        return Ok(refused(&visit));
    };
    if answer.len() > MAX_ANSWER {
        return Err(Problem::TooLarge);
    }
    match sign_in.0.relying_party.finish_adding(&answer, &state) {
        Ok(passkey) => {
            sign_in.staff().add_passkey(who.person, passkey).await?;
            Ok(Json(json!({ "next": "/passkeys?done=1" })).into_response())
        }
        Err(error) => {
            tracing::warn!(person = %who.person, %error, "new passkey refused");
            Ok(refused(&visit))
        }
    }
}

pub(super) async fn keep(visit: &Visit, ceremony: Ceremony, state: String) -> Result<(), Problem> {
    let challenge = Challenge {
        ceremony,
        state,
        until: visit.now() + PATIENCE,
    };
    let kept = visit
        .change(&|record| record.challenge = Some(challenge.clone()))
        .await?;
    kept.map(|_| ()).ok_or(Problem::StaleForm)
}

/// The state of the ceremony under way. It serves once, whatever becomes of it.
pub(super) async fn take(visit: &Visit, ceremony: Ceremony) -> Result<Option<String>, Problem> {
    // Out of the session as it is now, not as the request found it: of two answers at once one finds none.
    let taken = Mutex::new(None);
    let change = |record: &mut Record| {
        *taken.lock().unwrap_or_else(PoisonError::into_inner) = record.challenge.take();
    };
    visit.change(&change).await?;
    let challenge = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
    let valid = challenge.filter(|kept| kept.ceremony == ceremony && kept.until >= visit.now());
    Ok(valid.map(|kept| kept.state))
}

fn refused(visit: &Visit) -> Response {
    let message = visit.speech().text("passkey-unknown");
    (
        axum::http::StatusCode::FORBIDDEN,
        Json(json!({ "message": message })),
    )
        .into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn failed(error: RelyingPartyError) -> Problem {
    tracing::error!(%error, "passkeys");
    Problem::Failed
}
