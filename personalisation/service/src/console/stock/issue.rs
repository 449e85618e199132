//! `/stock/issue`: handing blanks out to a line and taking them back, by box or by serials; what was handed out last, and
//! whether stock signed it.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::staff::Role;
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Column, Errors, Form, Input, Table, Tag, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_core::{chip_serial::ChipSerial, stock::LineName};
use personalisation_store::{
    StoreError,
    stock::{IssueRow, Which},
};

use super::{blind::Blind, grouped, refused, room, serials};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, login, moment, page},
};

/// Longest list.
const LISTED: u32 = 50;
/// Where both forms are.
const PATH: &str = "/stock/issue";

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    render(&desk, &staffer, &Values::default(), &Errors::new()).await
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let keeper = staffer.is(Role::StockKeeper) || staffer.is(Role::Supervisor);
    let form = Form::new(&staffer.visit, values, errors);
    let line = |name: &str| Input::text(name, speech.text("shift-line")).width(Width::Medium);
    let in_box = Input::text("box", speech.text("delivery-box")).width(Width::Medium);
    let body = html! {
        @if keeper {
            h2 { (speech.text("issue-out")) }
            (form.wrap(PATH, &html! {
                (form.input(&line("line")))
                (form.input(&in_box.hint(speech.text("issue-box-hint")).optional()))
                (form.input(&serials::field(speech, "chips", speech.text("issue-chips"))))
                (ButtonBar::new(Button::primary(speech.text("issue-act"))))
            }))
            h2 { (speech.text("issue-back")) }
            (form.wrap("/stock/issue/return", &html! {
                (form.input(&line("from").hint(speech.text("issue-from-hint")).optional()))
                (form.input(&serials::field(speech, "back", speech.text("issue-chips"))))
                (ButtonBar::new(Button::secondary(speech.text("issue-return"))))
            }))
        }
        (table(desk, staffer).await?)
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(staffer, "/stock", speech.text("issue-title"))
        .layout(Layout::Floor)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

async fn table(desk: &Desk, staffer: &Staffer) -> Result<Table, Problem> {
    let speech = staffer.visit.speech();
    let blind = Blind::of(desk, staffer).await?;
    let columns = [
        Column::words(speech.text("issue-number")),
        Column::words(speech.text("shift-line")),
        Column::words(speech.text("issue-at")),
        Column::numbers(speech.text("stock-blanks")),
        Column::words(speech.text("issue-by")),
        Column::words(speech.text("delivery-state")),
    ];
    let table = Table::new(speech.text("issue-caption"), columns);
    let mut table = table.or_if_empty(speech.text("issue-none"));
    for issue in desk.store.issues(LISTED).await.map_err(failed)? {
        let by = match issue.by {
            Some(person) => login(desk, person).await?,
            None => String::new(),
        };
        let number = issue.number.unwrap_or_default();
        let blanks = if blind.hides_handed_out(&issue.line) {
            speech.text("stock-kept-back")
        } else {
            speech.number(issue.blanks)
        };
        table = table.row([
            Cell::from(speech.number(number)),
            Cell::from(issue.line.as_str()),
            Cell::from(moment(speech, issue.at)),
            Cell::from(blanks),
            Cell::from(by),
            Cell::of(&state(speech, &issue)),
        ]);
    }
    Ok(table)
}

fn state(speech: Speech<'_>, issue: &IssueRow) -> Tag {
    if issue.signed.is_some() {
        Tag::new(Tone::Good, speech.text("issue-signed"))
    } else {
        Tag::new(Tone::Waiting, speech.text("issue-unsigned"))
    }
}

async fn again(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Response, Problem> {
    let page = render(desk, staffer, values, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The box or the serials that a form names; its errors say what is wrong.
async fn chosen(
    desk: &Desk,
    speech: Speech<'_>,
    values: &Values,
    errors: &mut Errors,
) -> Result<Option<Which>, Problem> {
    let chips = serials::read(speech, (values, "chips"), errors);
    let label = values.get("box");
    let found = match (label, chips) {
        (_, None) => return Ok(None),
        ("", Some(chips)) if !chips.is_empty() => return Ok(Some(Which::Chips(chips))),
        (label, Some(chips)) if chips.is_empty() && !label.is_empty() => {
            let found = desk.store.box_labelled(None, label).await;
            found.map_err(failed)?.map(|one| Which::Box(one.id))
        }
        _ => None,
    };
    if found.is_none() {
        errors.add("box", speech.text("issue-error-which"));
    }
    Ok(found)
}

pub(super) async fn hand_out(
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
    let which = chosen(&desk, speech, &values, &mut errors).await?;
    let (Ok(line), Some(which)) = (line, which) else {
        return again(&desk, &staffer, &values, &errors).await;
    };
    let done = room(&desk).issue(&which, &line, staffer.person).await;
    answer(&desk, &staffer, &values, ("chips", done)).await
}

pub(super) async fn take_back(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let chips = serials::read(speech, (&values, "back"), &mut errors);
    let which = match (values.get("from").parse::<LineName>(), chips) {
        (Ok(line), Some(chips)) if chips.is_empty() => Some(Which::UnusedAt(line)),
        (Err(_), Some(chips)) if !chips.is_empty() && values.get("from").is_empty() => {
            Some(Which::Chips(chips))
        }
        (_, None) => None,
        _ => {
            errors.add("from", speech.text("issue-error-from"));
            None
        }
    };
    let Some(which) = which else {
        return again(&desk, &staffer, &values, &errors).await;
    };
    let done = room(&desk).take_back(&which, staffer.person).await;
    answer(&desk, &staffer, &values, ("back", done)).await
}

/// Back to the page where it was done; else the form again, with what the store says of a blank.
async fn answer(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    (mut field, done): (&str, Result<u64, StoreError>),
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let of = |id: Id, chip: ChipSerial| {
        let chip = grouped(&chip.to_string());
        speech.format(id, &[("chip", chip.into())])
    };
    let told = match done {
        Ok(_) => return Ok(Redirect::to(PATH).into_response()),
        Err(StoreError::NoSuchBlank(chip)) => of(Id("issue-error-unknown"), chip),
        Err(StoreError::UsedBlank(chip)) => of(Id("issue-error-used"), chip),
        Err(StoreError::BlankMove(_) | StoreError::NoBlanks) => speech.text("issue-error-place"),
        Err(StoreError::ShiftUnderWay(_)) => {
            field = "from";
            speech.text("issue-error-shift")
        }
        Err(error) => return Err(refused(error)),
    };
    let mut errors = Errors::new();
    errors.add(field, told);
    again(desk, staffer, values, &errors).await
}
