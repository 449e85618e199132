//! `/enrol/SECRET`: a one-time link, by which somebody chooses a password and takes the secret of their codes.
//! For everybody who has the link; tries at guessing one have 2^256 to go.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use maud::{Markup, html};
use pages::{
    Page, Visit,
    component::{
        Button, ButtonBar, Errors, Form, Input, Notification, QrCode, SummaryList, SummaryRow,
        Tone, Values, Width,
    },
    http::Problem,
    sign_in::{Password, TotpSecret},
};
use personalisation_store::staff::{Enrolment, Person};

use super::{Desk, view::failed};
use crate::staff::{StaffChangeError, Staffing};

pub(super) fn routes(desk: Desk) -> Router {
    Router::new()
        .route("/enrol/{secret}", get(show).post(choose))
        .with_state(desk)
}

/// What the link leads to.
struct Offer {
    enrolment: Enrolment,
    person: Person,
    totp: TotpSecret,
}

async fn offer(desk: &Desk, visit: &Visit, secret: &str) -> Result<Offer, Problem> {
    let found = desk.store.enrolment(secret, visit.now()).await;
    let enrolment = found.map_err(failed)?.ok_or(Problem::NotFound)?;
    let person = desk.store.person(enrolment.person).await;
    let bytes = enrolment.totp.as_slice().try_into();
    Ok(Offer {
        person: person.map_err(failed)?.ok_or(Problem::NotFound)?,
        totp: TotpSecret::new(bytes.map_err(|_| Problem::Failed)?),
        enrolment,
    })
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let visit = visit.with_session().await?;
    let offer = match offer(&desk, &visit, &secret).await {
        Ok(offer) => offer,
        Err(Problem::NotFound) => return Ok(gone(&visit)),
        Err(problem) => return Err(problem),
    };
    let page = form(&visit, &secret, &offer, &Errors::new());
    Ok(page.into_response())
}

async fn choose(
    State(desk): State<Desk>,
    visit: Visit,
    Path(secret): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let offer = match offer(&desk, &visit, &secret).await {
        Ok(offer) => offer,
        Err(Problem::NotFound) => return Ok(gone(&visit)),
        Err(problem) => return Err(problem),
    };
    let speech = visit.speech();
    let mut errors = Errors::new();
    let salt = visit.shield().surroundings().random();
    let typed = values.as_typed("password");
    if typed != values.as_typed("again") {
        errors.add("again", speech.text("enrol-differ"));
    }
    let password = Password::new(typed, salt);
    if password.is_err() {
        errors.add("password", speech.text("enrol-too-short"));
    }
    let Some(password) = password.ok().filter(|_| errors.is_empty()) else {
        let page = form(&visit, &secret, &offer, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let staffing = Staffing::new(desk.store.clone(), desk.rng, None);
    let enrolled = staffing
        .enrol(&secret, &offer.enrolment, password.as_phc(), visit.now())
        .await
        .map_err(|error| match error {
            StaffChangeError::Store(error) => failed(error),
            _ => Problem::Failed,
        })?;
    if !enrolled {
        return Ok(gone(&visit));
    }
    let body = html! {
        (Notification::new(Tone::Good, speech.text("enrol-done")))
        p { (speech.text("enrol-done-more")) }
        p { a.button.primary href="/sign-in" { (speech.text("enrol-sign-in")) } }
    };
    Ok(Page::new(&visit, speech.text("enrol-title"))
        .body(body)
        .render()
        .into_response())
}

fn form(visit: &Visit, secret: &str, offer: &Offer, errors: &Errors) -> Markup {
    let speech = visit.speech();
    let values = Values::default();
    let form = Form::new(visit, &values, errors);
    let row = |name: String, value: Markup| SummaryRow {
        name,
        value,
        change: None,
    };
    let base32 = offer.totp.to_base32();
    let address = offer.totp.address("Stempel", &offer.person.login).ok();
    let scanned = address.as_ref().and_then(|address| {
        let code = QrCode::new(address.as_str(), speech.text("enrol-code"));
        code.inspect_err(|error| tracing::error!(%error, "the code of a secret"))
            .ok()
    });
    let facts = SummaryList::new([
        row(
            speech.text("enrol-name"),
            html! { (offer.person.name.as_str()) },
        ),
        row(speech.text("enrol-login"), html! { (offer.person.login) }),
        row(
            speech.text("enrol-secret"),
            html! {
                @if let Some(scanned) = &scanned { (scanned) p { (speech.text("enrol-scan")) } }
                code id="secret" { (base32.as_str()) }
                @if let Some(address) = &address {
                    br;
                    a href=(address.as_str()) { (speech.text("enrol-address")) }
                }
            },
        ),
    ]);
    let password = |name: &str, label: String| {
        Input::password(name, label)
            .width(Width::Medium)
            .autocomplete("new-password")
    };
    let body = html! {
        p.lead { (speech.text("enrol-about")) }
        (facts)
        (form.wrap(&format!("/enrol/{secret}"), &html! {
            (form.input(&password("password", speech.text("enrol-password")).hint(speech.text("enrol-password-hint"))))
            (form.input(&password("again", speech.text("enrol-again"))))
            (ButtonBar::new(Button::primary(speech.text("enrol-act"))))
        }))
    };
    Page::new(visit, speech.text("enrol-title"))
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn gone(visit: &Visit) -> Response {
    let speech = visit.speech();
    let body = html! {
        (Notification::new(Tone::Attention, speech.text("enrol-gone")).more(html! {
            p { (speech.text("enrol-gone-more")) }
        }))
    };
    let page = Page::new(visit, speech.text("enrol-title")).body(body);
    (StatusCode::NOT_FOUND, page.render()).into_response()
}
