//! Work at a machine that nobody signed on for, entered by a supervisor: else nobody could ever let its cards pass. Whoever enters it
//! inspects none of these cards, as little as who made them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    component::{Button, Choice, Errors, Form, Input, Values, Width},
    http::Problem,
};
use personalisation_core::machine::MachineSerial;
use personalisation_store::quality::{SHIFT, Worked};
use time::{Duration, OffsetDateTime};

use super::sign_on::{machine, path, render};
use crate::console::{
    Desk, acting,
    permissions::Staffer,
    view::{failed, moment},
};

/// How far back work is entered: longer than any holidays that a machine waits through.
const BACK: i64 = 14 * 24;

/// Full hours that are over, the last one first.
fn hours(now: OffsetDateTime) -> impl Iterator<Item = OffsetDateTime> {
    let last = now - Duration::seconds(now.unix_timestamp().rem_euclid(3600));
    let last = last - Duration::nanoseconds(i64::from(last.nanosecond()));
    (1..=BACK).map(move |back| last - Duration::hours(back))
}

/// The form in which somebody is entered, with what was typed and what is wrong with it.
pub(super) fn form(
    staffer: &Staffer,
    machine: MachineSerial,
    (values, errors): (&Values, &Errors),
) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let who = Input::text("login", speech.text("work-login")).width(Width::Medium);
    let from = hours(staffer.visit.now()).fold(
        Choice::select("from", speech.text("work-since")),
        |choice, hour| choice.answer(hour.unix_timestamp().to_string(), moment(speech, hour)),
    );
    let lasted = (1..=SHIFT.whole_hours()).fold(
        Choice::select("hours", speech.text("work-hours")),
        |choice, hours| choice.answer(hours.to_string(), hours.to_string()),
    );
    html! {
        h2 { (speech.text("work-title")) }
        p { (speech.text("work-about")) }
        (form.wrap_unguarded(&path(machine, "sign-on/enter"), &html! {
            (form.input(&who))
            (form.choice(&from))
            (form.choice(&lasted))
            div.acts.plain { (Button::secondary(speech.text("work-enter"))) }
        }))
    }
}

/// From when to when, as the form says; none where that is no choice of it.
fn period(values: &Values, now: OffsetDateTime) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let from = OffsetDateTime::from_unix_timestamp(values.get("from").parse().ok()?).ok()?;
    let hours: i64 = values.get("hours").parse().ok()?;
    let oldest = now - Duration::hours(BACK + 1);
    let possible = (1..=SHIFT.whole_hours()).contains(&hours) && from >= oldest && from < now;
    possible.then(|| (from, (from + Duration::hours(hours)).min(now)))
}

pub(super) async fn enter(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(serial): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let (machine, now) = (machine(&serial)?, staffer.visit.now());
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let person = desk.store.person_by_login(values.get("login")).await;
    let person = person.map_err(failed)?;
    if person.is_none() {
        errors.add("login", speech.text("work-error-login"));
    }
    let period = period(&values, now);
    if period.is_none() {
        errors.add("from", speech.text("work-error-time"));
    }
    if let Some((person, (since, until))) = person.zip(period) {
        let object = format!("machine {machine}");
        let act = acting::begin(&desk, &staffer, "enter-work", &object).await?;
        let worked = Worked {
            machine: machine.as_str(),
            person: person.id,
            since,
            until,
            entered_by: staffer.person,
        };
        let said = format!("person {} from {since} until {until}", person.id);
        let done = [act.outcome(now, said)];
        let entered = desk.store.enter_work(&worked, &done, now).await;
        if !matches!(entered, Ok(false)) {
            acting::settle(&desk, &staffer, &act, entered).await?;
            return Ok(Redirect::to(&path(machine, "sign-on")).into_response());
        }
        let told = [act.outcome(now, "nothing was changed")];
        desk.store.audit(&told).await.map_err(failed)?;
        errors.add("from", speech.text("work-error-time"));
    }
    let page = render(&desk, &staffer, machine, (&values, &errors)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
