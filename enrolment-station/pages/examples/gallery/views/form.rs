//! A form with every kind of field, its errors, and its steps.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use pages::component::{
    Button, ButtonBar, Choice, DateEntry, Errors, Form, Input, Notification, Step, StepList,
    StepState, Tone, Values, Width,
};
use pages::http::Problem;
use pages::{Id, Speech, Visit};

use super::page;

/// The steps of the wizard, with the one at `current`.
pub fn steps(speech: Speech<'_>, current: usize) -> StepList {
    let names = [
        Id("gallery-step-identity"),
        Id("gallery-step-ground"),
        Id("gallery-step-portrait"),
        Id("gallery-step-fingers"),
        Id("gallery-step-summary"),
    ];
    StepList::new(names.into_iter().enumerate().map(|(place, name)| Step {
        name: speech.text(name),
        href: if place == 2 { "/capture" } else { "/form" }.to_owned(),
        state: match place.cmp(&current) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal => StepState::Current,
            std::cmp::Ordering::Greater => StepState::Ahead,
        },
    }))
}

pub async fn empty(visit: Visit) -> Result<Markup, Problem> {
    let visit = visit.with_session().await?;
    let values = Values::new([("notice", "letter")]);
    Ok(show(&visit, &values, &Errors::new(), false))
}

/// The form as it comes back, without having to send it.
pub async fn wrong(visit: Visit) -> Result<Markup, Problem> {
    let visit = visit.with_session().await?;
    let values = Values::new([
        ("number", "1893 12 01 057 33"),
        ("birth-day", "31"),
        ("birth-month", "2"),
    ]);
    Ok(show(&visit, &values, &errors(&visit, &values), false))
}

pub async fn judge(visit: Visit, values: Values) -> Response {
    let errors = errors(&visit, &values);
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    (status, show(&visit, &values, &errors, errors.is_empty())).into_response()
}

fn errors(visit: &Visit, values: &Values) -> Errors {
    let speech = visit.speech();
    let mut errors = Errors::new();
    if values.get("surname").is_empty() {
        errors.add("surname", speech.text("gallery-error-surname"));
    }
    if !matches!(values.date("birth"), DateEntry::Day(_)) {
        errors.add("birth", speech.text("gallery-error-birth"));
    }
    if values.get("ground").is_empty() {
        errors.add("ground", speech.text("gallery-error-ground"));
    }
    errors
}

fn show(visit: &Visit, values: &Values, errors: &Errors, saved: bool) -> Markup {
    let speech = visit.speech();
    let form = Form::new(visit, values, errors);
    let steps = steps(speech, 0);
    let body = html! {
        @if saved { (Notification::new(Tone::Good, speech.text("gallery-saved"))) }
        (form.wrap("/form", &fields(speech, &form)))
    };
    page(visit, Id("gallery-form-title"))
        .above(steps.place(speech))
        .steps(steps.show(speech))
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn fields(speech: Speech<'_>, form: &Form<'_>) -> Markup {
    let ground = Choice::radio("ground", speech.text("gallery-ground"))
        .answer("first", speech.text("gallery-ground-first"))
        .answer("renewal", speech.text("gallery-ground-renewal"))
        .explained(
            "loss",
            speech.text("gallery-ground-loss"),
            speech.text("gallery-ground-loss-hint"),
        );
    let notice = Choice::checkbox("notice", speech.text("gallery-notice-by"))
        .answer("letter", speech.text("gallery-by-letter"))
        .answer("message", speech.text("gallery-by-message"));
    let country = Choice::select("country", speech.text("gallery-country"))
        .answer("LUX", "Luxembourg")
        .answer("PRT", "Portugal")
        .answer("LTU", "Lietuva");
    let number = Input::national_number("number", speech.text("gallery-number"))
        .hint(speech.text("gallery-number-hint"));
    let birth =
        Input::date("birth", speech.text("gallery-birth")).hint(speech.text("gallery-birth-hint"));
    let paper = Input::file(
        "paper",
        speech.text("gallery-paper"),
        "image/jpeg,application/pdf",
    )
    .hint(speech.text("gallery-paper-hint"))
    .optional();
    html! {
        (form.input(&number))
        (form.input(&Input::text("surname", speech.text("gallery-surname"))))
        (form.input(&Input::text("given", speech.text("gallery-given")).optional().width(Width::Medium)))
        (form.input(&birth))
        (form.choice(&country.optional()))
        (form.choice(&ground))
        (form.choice(&notice))
        (form.input(&Input::lines("remark", speech.text("gallery-remark")).optional()))
        (form.input(&paper))
        (ButtonBar::new(Button::primary(speech.text("gallery-save")))
            .and(Button::secondary(speech.text("gallery-later")).href("/")))
    }
}
