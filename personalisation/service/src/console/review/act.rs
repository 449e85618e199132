//! The decisions themselves. What was seen is named by its step; four eyes are enforced in the transaction, whatever
//! the page showed.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use pages::{
    component::{DateEntry, Errors, Values},
    http::Problem,
    language::zone,
};
use personalisation_core::application::{Recapture, RefusalGround};
use personalisation_store::review::ApplicationRow;
use time::OffsetDateTime;

use super::decide::{Decision, carry_out};
use super::{
    case,
    file::{open_row, row},
    form::{self, Kind},
};
use crate::console::{Desk, permissions::Staffer};

/// Longest reason, characters.
const REASON: usize = 500;

/// The case as its reader saw it: a decision about another state of it is refused.
fn seen(row: ApplicationRow, values: &Values) -> Result<ApplicationRow, Problem> {
    if values.get("step").parse() == Ok(row.step) {
        Ok(row)
    } else {
        Err(Problem::StaleForm)
    }
}

fn check_reason(staffer: &Staffer, values: &Values, errors: &mut Errors) {
    let length = values.get("reason").chars().count();
    if length == 0 || length > REASON {
        let text = staffer.visit.speech().text("decide-error-reason");
        errors.add("reason", text);
    }
}

pub(super) async fn approve(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let row = seen(row(&desk, &id).await?, &values)?;
    let mut errors = Errors::new();
    check_reason(&staffer, &values, &mut errors);
    if !errors.is_empty() {
        return case::render(&desk, &staffer, &id, &values, &errors).await;
    }
    carry_out(&desk, &staffer, &row, Decision::Approve, &values).await
}

pub(super) async fn ask_more(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let row = seen(row(&desk, &id).await?, &values)?;
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let wanted: BTreeSet<Recapture> = Recapture::ALL
        .into_iter()
        .filter(|one| values.has("wanted", one.name()))
        .collect();
    if wanted.is_empty() {
        errors.add("wanted", speech.text("decide-error-wanted"));
    }
    let appointment = appointment(&values);
    let past = matches!(&appointment, Ok(Some(at)) if *at <= staffer.visit.now());
    if appointment.is_err() || past {
        errors.add("day", speech.text("decide-error-day"));
    }
    check_reason(&staffer, &values, &mut errors);
    let Some(appointment) = appointment.ok().filter(|_| errors.is_empty()) else {
        return Ok(again(&staffer, &row, Kind::More, &values, &errors));
    };
    let decision = Decision::AskMore {
        wanted,
        appointment,
    };
    carry_out(&desk, &staffer, &row, decision, &values).await
}

/// Day and time of the appointment by Luxembourg's clocks; none where no day is named.
fn appointment(values: &Values) -> Result<Option<OffsetDateTime>, ()> {
    let day = match values.date("day") {
        DateEntry::Empty if values.get("hour").is_empty() => return Ok(None),
        DateEntry::Day(day) => day,
        DateEntry::Empty | DateEntry::Wrong => return Err(()),
    };
    let (hour, minute) = values.get("hour").split_once(':').ok_or(())?;
    let number = |text: &str| text.trim().parse().map_err(|_| ());
    let time = time::Time::from_hms(number(hour)?, number(minute)?, 0).map_err(|_| ())?;
    zone::from_local(day, time).map(Some).ok_or(())
}

pub(super) async fn refuse(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let row = seen(open_row(&desk, &id).await?, &values)?;
    let mut errors = Errors::new();
    let ground = RefusalGround::ALL
        .into_iter()
        .find(|ground| ground.name() == values.get("ground"));
    if ground.is_none() {
        let text = staffer.visit.speech().text("decide-error-ground");
        errors.add("ground", text);
    }
    check_reason(&staffer, &values, &mut errors);
    let Some(ground) = ground.filter(|_| errors.is_empty()) else {
        return Ok(again(&staffer, &row, Kind::Refuse, &values, &errors));
    };
    carry_out(&desk, &staffer, &row, Decision::Refuse(ground), &values).await
}

pub(super) async fn withdraw(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let row = seen(open_row(&desk, &id).await?, &values)?;
    let mut errors = Errors::new();
    let death = match values.get("why") {
        "applicant" => Some(false),
        "death" => Some(true),
        _ => None,
    };
    if death.is_none() {
        let text = staffer.visit.speech().text("decide-error-why");
        errors.add("why", text);
    }
    check_reason(&staffer, &values, &mut errors);
    let Some(death) = death.filter(|_| errors.is_empty()) else {
        return Ok(again(&staffer, &row, Kind::Withdraw, &values, &errors));
    };
    carry_out(&desk, &staffer, &row, Decision::Withdraw { death }, &values).await
}

fn again(
    staffer: &Staffer,
    row: &ApplicationRow,
    kind: Kind,
    values: &Values,
    errors: &Errors,
) -> Response {
    let page = form::show(staffer, row, kind, values, errors);
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
