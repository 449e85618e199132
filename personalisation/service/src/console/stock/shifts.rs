//! `/stock/shifts`: shifts at the lines, and opening one with the first count.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Column, Errors, Form, Input, Table, Tag, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_core::stock::{LineName, shift::ShiftState};
use personalisation_store::StoreError;

use super::{refused, room};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    view::{failed, moment, page},
};

/// Longest list.
const MOST: u32 = 50;

pub(super) async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    render(&desk, &staffer, &Values::default(), &Errors::new()).await
}

/// How far a shift is.
pub(super) fn state(speech: Speech<'_>, state: &ShiftState) -> Tag {
    match state {
        ShiftState::Open => Tag::new(Tone::Waiting, speech.text("shift-open")),
        ShiftState::Closed(_) => Tag::new(Tone::Good, speech.text("shift-closed")),
        ShiftState::Differing(_) => Tag::new(Tone::Bad, speech.text("shift-differing")),
        ShiftState::Discrepancy(..) => Tag::new(Tone::Attention, speech.text("shift-discrepancy")),
    }
}

/// A count that somebody typed: digits only.
pub(super) fn typed(
    speech: Speech<'_>,
    values: &Values,
    name: &str,
    errors: &mut Errors,
) -> Option<u64> {
    let text = values.get(name);
    let plain = !text.is_empty() && text.len() <= 7 && text.bytes().all(|c| c.is_ascii_digit());
    let number = plain.then(|| text.parse().ok()).flatten();
    if number.is_none() {
        errors.add(name, speech.text("shift-error-count"));
    }
    number
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("shift-line")),
        Column::words(speech.text("shift-opened")),
        Column::words(speech.text("shift-ended")),
        Column::words(speech.text("delivery-state")),
    ];
    let table = Table::new(speech.text("shift-caption"), columns);
    let mut table = table.or_if_empty(speech.text("shift-none"));
    for row in desk.store.shifts(MOST).await.map_err(failed)? {
        let path = format!("/stock/shifts/{}", row.shift.id());
        let ended = row.closed_at.map(|at| moment(speech, at));
        table = table.row([
            Cell::link(&path, row.shift.line().as_str()),
            Cell::from(moment(speech, row.opened_at)),
            Cell::from(ended.unwrap_or_default()),
            Cell::of(&state(speech, row.shift.state())),
        ]);
    }
    let form = Form::new(&staffer.visit, values, errors);
    let unused = Input::digits("unused", speech.text("shift-unused"))
        .hint(speech.text("shift-unused-hint"))
        .width(Width::Short);
    let line = Input::text("line", speech.text("shift-line")).width(Width::Medium);
    let body = html! {
        @if staffer.may(Resource::Stock, Action::Act) {
            h2 { (speech.text("shift-open-title")) }
            (form.wrap("/stock/shifts", &html! {
                (form.input(&line))
                (form.input(&unused))
                (ButtonBar::new(Button::primary(speech.text("shift-open-act"))))
            }))
        }
        (table)
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(staffer, "/stock", speech.text("stock-shifts"))
        .layout(Layout::Floor)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

pub(super) async fn open(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let line = values.get("line").parse::<LineName>();
    if line.is_err() {
        errors.add("line", speech.text("shift-error-line"));
    }
    let unused = typed(speech, &values, "unused", &mut errors);
    let (Ok(line), Some(unused)) = (line, unused) else {
        let page = render(&desk, &staffer, &values, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let opened = room(&desk).open_shift(&line, staffer.person, unused).await;
    match opened {
        Ok(shift) => Ok(Redirect::to(&format!("/stock/shifts/{}", shift.id())).into_response()),
        Err(StoreError::AlreadyThere { .. }) => {
            errors.add("line", speech.text("shift-error-open"));
            let page = render(&desk, &staffer, &values, &errors).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(refused(error)),
    }
}
