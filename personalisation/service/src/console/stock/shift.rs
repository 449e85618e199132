//! `/stock/shifts/SHIFT`: one shift: its counts, closing it, and two supervisors who sign where they differ.
//!
//! Counting is blind: what the ledger says is shown only once the shift is counted. One count that differs is made again,
//! the second stands.

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::staff::Role;
use maud::{Markup, html};
use pages::{
    Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Column, Errors, Form, Input, Notification, Table, Tone, Values,
        Width,
    },
    http::Problem,
    sign_in::SignIn,
};
use personalisation_core::{
    ids::ShiftId,
    stock::{
        NotTwo,
        shift::{Count, Counted, ShiftError, ShiftState},
    },
};
use personalisation_store::{
    StoreError,
    stock::{Closing, KeptCount, ShiftRow},
};

use super::{both, refused, room, shifts};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    second,
    view::{failed, login, moment, page},
};

/// Longest note of those who sign, characters.
const NOTE: usize = 500;

async fn find(desk: &Desk, id: &str) -> Result<ShiftRow, Problem> {
    let id: ShiftId = id.parse().map_err(|_| Problem::NotFound)?;
    let row = desk.store.shift(id).await.map_err(failed)?;
    row.ok_or(Problem::NotFound)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let row = find(&desk, &id).await?;
    render(&desk, &staffer, &row, &Values::default(), &Errors::new()).await
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    row: &ShiftRow,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let shift = &row.shift;
    let mine = staffer.may(Resource::Stock, Action::Act);
    let counters = counters(desk, row).await?;
    let form = Form::new(&staffer.visit, values, errors);
    let kept = desk.store.shift_counts(shift.id()).await.map_err(failed)?;
    let body = html! {
        p { (shifts::state(speech, shift.state())) }
        p { (counters) }
        @if let Some(closing) = shift.state().closing() {
            (counts(speech, shift.opening(), closing))
            @for earlier in kept.iter().rev().skip(1) { (first_count(desk, speech, earlier).await?) }
        }
        @match shift.state() {
            ShiftState::Open if mine => { (close_form(speech, &form, row, !kept.is_empty())) }
            ShiftState::Differing(_) => {
                (Notification::new(Tone::Bad, speech.text("shift-differs")))
                @if staffer.is(Role::Supervisor) && mine { (sign_form(staffer, &form, row)) }
            }
            ShiftState::Discrepancy(_, signatures) => {
                p { (speech.format("shift-signed", &[
                    ("who", both(desk, signatures.first(), signatures.second()).await?.into()),
                ])) }
            }
            _ => {}
        }
        p { a href="/stock/shifts" { (speech.text("shift-back")) } }
    };
    Ok(page(staffer, "/stock", speech.text("shift-title"))
        .layout(Layout::Floor)
        .above(shift.line().as_str())
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

/// Who counted, and when.
async fn counters(desk: &Desk, row: &ShiftRow) -> Result<Markup, Problem> {
    let opened = login(desk, row.shift.opening().by).await?;
    let closed = match row.shift.state().closing() {
        Some(closing) => Some(login(desk, closing.by).await?),
        None => None,
    };
    Ok(html! { (opened) @if let Some(closed) = closed { " · " (closed) } })
}

fn counts(speech: Speech<'_>, opening: &Counted, closing: &Counted) -> Table {
    let columns = [
        Column::words(speech.text("shift-what")),
        Column::numbers(speech.text("shift-counted")),
        Column::numbers(speech.text("shift-expected")),
        Column::numbers(speech.text("shift-difference")),
    ];
    let (counted, expected) = (closing.counted, closing.expected);
    let rows = [
        (
            speech.text("shift-at-opening"),
            opening.counted.unused,
            opening.expected.unused,
        ),
        (
            speech.text("shift-at-closing"),
            counted.unused,
            expected.unused,
        ),
        (
            speech.text("shift-documents"),
            counted.documents,
            expected.documents,
        ),
        (
            speech.text("shift-spoiled"),
            counted.spoiled,
            expected.spoiled,
        ),
    ];
    let table = Table::new(speech.text("shift-counts"), columns);
    rows.into_iter().fold(table, |table, (what, one, other)| {
        let difference = i128::from(one) - i128::from(other);
        table.row([
            Cell::from(what),
            Cell::from(speech.number(one)),
            Cell::from(speech.number(other)),
            Cell::from(difference.to_string()),
        ])
    })
}

/// A count that was made once more.
async fn first_count(desk: &Desk, speech: Speech<'_>, kept: &KeptCount) -> Result<Markup, Problem> {
    let Counted {
        by,
        counted,
        expected,
    } = kept.counted;
    let figures = |count: Count| {
        let all = [count.unused, count.documents, count.spoiled];
        all.map(|figure| speech.number(figure)).join(" · ")
    };
    let told = [
        ("who", login(desk, by).await?.into()),
        ("when", moment(speech, kept.at).into()),
        ("counted", figures(counted).into()),
        ("expected", figures(expected).into()),
    ];
    Ok(html! { p { (speech.format("shift-first-count", &told)) } })
}

fn close_form(speech: Speech<'_>, form: &Form<'_>, row: &ShiftRow, again: bool) -> Markup {
    let digits = |name: &str, label: String| Input::digits(name, label).width(Width::Short);
    let path = format!("/stock/shifts/{}/close", row.shift.id());
    html! {
        h2 { (speech.text("shift-close-title")) }
        @if again {
            (Notification::new(Tone::Attention, speech.text("shift-count-again"))
                .more(html! { p { (speech.text("shift-count-last")) } }))
        }
        (form.wrap(&path, &html! {
            (form.input(&digits("unused", speech.text("shift-unused"))
                .hint(speech.text("shift-unused-hint"))))
            (form.input(&digits("documents", speech.text("shift-documents"))))
            (form.input(&digits("spoiled", speech.text("shift-spoiled"))))
            (ButtonBar::new(Button::primary(speech.text("shift-close-act"))))
        }))
    }
}

fn sign_form(staffer: &Staffer, form: &Form<'_>, row: &ShiftRow) -> Markup {
    let speech = staffer.visit.speech();
    let path = format!("/stock/shifts/{}/sign", row.shift.id());
    let note = Input::lines("note", speech.text("shift-note"));
    form.wrap(
        &path,
        &html! {
            h2 { (speech.text("shift-sign-title")) }
            (form.input(&note.hint(speech.text("shift-note-hint"))))
            (second::fields(staffer, form, &path))
            (ButtonBar::new(Button::danger(speech.text("shift-sign-act"))))
        },
    )
}

async fn again(
    desk: &Desk,
    staffer: &Staffer,
    row: &ShiftRow,
    values: &Values,
    errors: &Errors,
) -> Result<Response, Problem> {
    let kept = ["unused", "documents", "spoiled", "note", "second"];
    let kept = Values::new(kept.map(|name| (name, values.get(name))));
    let page = render(desk, staffer, row, &kept, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(super) async fn close(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let row = find(&desk, &id).await?;
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let mut count = |name: &str| shifts::typed(speech, &values, name, &mut errors);
    let counted = (count("unused"), count("documents"), count("spoiled"));
    let (Some(unused), Some(documents), Some(spoiled)) = counted else {
        return again(&desk, &staffer, &row, &values, &errors).await;
    };
    let closing = Closing {
        by: staffer.person,
        counted: Count {
            unused,
            documents,
            spoiled,
        },
        although_differing: false,
    };
    // The page says what came of it: closed, waiting for signatures, or to be counted once more.
    let closed = room(&desk).close_shift(row.shift.id(), &closing).await;
    closed.map_err(refused)?;
    Ok(Redirect::to(&format!("/stock/shifts/{}", row.shift.id())).into_response())
}

pub(super) async fn sign(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    Extension(sign_in): Extension<SignIn>,
    values: Values,
) -> Result<Response, Problem> {
    let row = find(&desk, &id).await?;
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let note = values.get("note");
    if note.is_empty() || note.chars().count() > NOTE {
        errors.add("note", speech.text("shift-error-note"));
        return again(&desk, &staffer, &row, &values, &errors).await;
    }
    let path = format!("/stock/shifts/{}/sign", row.shift.id());
    let form = (path.as_str(), &values);
    let proved = second::prove(&staffer, &sign_in, form, &mut errors).await?;
    let Some(signatures) = proved else {
        return again(&desk, &staffer, &row, &values, &errors).await;
    };
    let signed = room(&desk)
        .sign_shift(row.shift.id(), signatures, note)
        .await;
    match signed {
        Ok(_) => Ok(Redirect::to(&format!("/stock/shifts/{}", row.shift.id())).into_response()),
        Err(StoreError::Shift(ShiftError::NotTwo(NotTwo::Counter))) => {
            errors.add("second", speech.text("shift-error-counter"));
            again(&desk, &staffer, &row, &values, &errors).await
        }
        Err(StoreError::NotPermitted { person, .. }) if person == signatures.second() => {
            errors.add("second", speech.text("second-error-role"));
            again(&desk, &staffer, &row, &values, &errors).await
        }
        Err(error) => Err(refused(error)),
    }
}
