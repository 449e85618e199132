//! `/stock/destruction`: what waits for the shredder is chosen by name, and destroyed before two persons who both sign
//! there and then.

use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Choice, Column, Errors, Form, Irreversible, Table, Values,
    },
    http::Problem,
    sign_in::SignIn,
};
use personalisation_core::{blank::BlankState, chip_serial::ChipSerial, ids::DestructionId};
use personalisation_store::{
    StoreError,
    stock::{BlankHead, Method},
};

use super::{grouped, refused, room};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    second,
    view::{failed, moment, page},
};

/// Most blanks of one destruction at the page.
const MOST: u32 = 200;
/// Destructions that are listed.
const LISTED: u32 = 20;
/// The path of the form that two sign.
const SIGNED: &str = "/stock/destruction";

/// What waits for its destruction.
async fn waiting(desk: &Desk) -> Result<Vec<BlankHead>, Problem> {
    let mut waiting = Vec::new();
    for state in [BlankState::Spoiled, BlankState::DefectiveOnReceipt] {
        let some = desk.store.blanks_to_destroy(state, MOST).await;
        waiting.extend(some.map_err(failed)?);
    }
    Ok(waiting)
}

pub(super) const fn method(method: Method) -> Id {
    match method {
        Method::Shredded => Id("destruction-shredded"),
        Method::Incinerated => Id("destruction-incinerated"),
    }
}

pub(super) async fn choose(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    chooser(&desk, &staffer, &Values::default(), &Errors::new()).await
}

async fn chooser(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let waiting = waiting(desk).await?;
    let form = Form::new(&staffer.visit, values, errors);
    let chips = waiting.iter().fold(
        Choice::checkbox("chip", speech.text("destruction-which")),
        |choice, blank| {
            let chip = blank.chip.to_string();
            let why = why(speech, blank.state);
            choice.explained(&chip, grouped(&chip), why)
        },
    );
    let mine = staffer.may(Resource::Stock, Action::Act);
    let body = html! {
        p.lead { (speech.text("destruction-about")) }
        @if waiting.is_empty() {
            p { (speech.text("destruction-none")) }
        } @else if mine {
            (form.wrap("/stock/destruction/ask", &html! {
                (form.choice(&chips))
                (form.choice(&methods(speech)))
                (ButtonBar::new(Button::primary(speech.text("destruction-next"))))
            }))
        } @else {
            ul { @for blank in &waiting { li { (grouped(&blank.chip.to_string())) } } }
        }
        (done(desk, speech).await?)
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(staffer, "/stock", speech.text("stock-destruction"))
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

fn why(speech: Speech<'_>, state: BlankState) -> String {
    speech.text(if state == BlankState::DefectiveOnReceipt {
        Id("stock-account-defective")
    } else {
        Id("stock-account-spoiled")
    })
}

fn methods(speech: Speech<'_>) -> Choice {
    let choice = Choice::radio("method", speech.text("destruction-method"));
    Method::ALL.into_iter().fold(choice, |choice, one| {
        choice.answer(one.name(), speech.text(method(one)))
    })
}

async fn done(desk: &Desk, speech: Speech<'_>) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("destruction-certificate")),
        Column::words(speech.text("destruction-at")),
        Column::words(speech.text("destruction-method")),
        Column::numbers(speech.text("stock-blanks")),
    ];
    let table = Table::new(speech.text("destruction-caption"), columns);
    let mut table = table.or_if_empty(speech.text("destruction-never"));
    for one in desk.store.destructions(LISTED).await.map_err(failed)? {
        let path = format!("/stock/destruction/{}", one.id);
        table = table.row([
            Cell::link(&path, &speech.number(one.number)),
            Cell::from(moment(speech, one.at)),
            Cell::from(speech.text(method(one.method))),
            Cell::from(speech.number(one.blanks)),
        ]);
    }
    Ok(table)
}

/// What was chosen of what waits, and how it is destroyed.
struct Chosen {
    chips: Vec<ChipSerial>,
    method: Method,
}

async fn chosen(
    desk: &Desk,
    values: &Values,
) -> Result<(Vec<ChipSerial>, Option<Method>), Problem> {
    let waiting = waiting(desk).await?;
    let ticked = waiting
        .iter()
        .map(|blank| blank.chip)
        .filter(|chip| values.has("chip", &chip.to_string()));
    Ok((ticked.collect(), Method::from_name(values.get("method"))))
}

/// Names what is going to be destroyed, and asks for the second person.
pub(super) async fn ask(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let (chips, method) = chosen(&desk, &values).await?;
    if chips.is_empty() {
        errors.add("chip", speech.text("destruction-error-chip"));
    }
    if method.is_none() {
        errors.add("method", speech.text("destruction-error-method"));
    }
    let Some(method) = method.filter(|_| errors.is_empty()) else {
        let page = chooser(&desk, &staffer, &values, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let id = DestructionId::generate(&mut desk.rng.clone());
    let chosen = Chosen { chips, method };
    let page = question(&staffer, (id, &chosen), &Values::default(), &errors);
    Ok(page.into_response())
}

fn question(
    staffer: &Staffer,
    (id, chosen): (DestructionId, &Chosen),
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let count = u64::try_from(chosen.chips.len()).unwrap_or(u64::MAX);
    let act = match &chosen.chips[..] {
        [chip] => {
            let chip = grouped(&chip.to_string());
            speech.format("destruction-act-one", &[("chip", chip.into())])
        }
        _ => speech.format("destruction-act", &[("count", count.into())]),
    };
    let fields = html! {
        input type="hidden" name="destruction" value=(id);
        input type="hidden" name="method" value=(chosen.method.name());
        input type="hidden" name="count" value=(count);
        ul {
            @for chip in &chosen.chips {
                li { (grouped(&chip.to_string())) input type="hidden" name="chip" value=(chip); }
            }
        }
        p { (speech.text(method(chosen.method))) }
        (second::fields(staffer, &form, SIGNED))
    };
    let follows = speech.text("destruction-follows");
    let irreversible = Irreversible::new(act, follows, SIGNED).fields(fields);
    page(staffer, "/stock", speech.text("destruction-title"))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(irreversible.show(&form, SIGNED))
        .render()
}

/// Both signed: it is done, and the receipt is shown. The same form again shows the same receipt.
pub(super) async fn destroy(
    State(desk): State<Desk>,
    staffer: Staffer,
    Extension(sign_in): Extension<SignIn>,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let id: DestructionId = values
        .get("destruction")
        .parse()
        .map_err(|_| Problem::StaleForm)?;
    let receipt = || Redirect::to(&format!("{SIGNED}/{id}")).into_response();
    if desk.store.destruction(id).await.map_err(failed)?.is_some() {
        return Ok(receipt());
    }
    let (chips, method) = chosen(&desk, &values).await?;
    let Some(method) = method.filter(|_| !chips.is_empty()) else {
        return Err(Problem::StaleForm);
    };
    // What both saw is signed, or nothing: one of them may be destroyed meanwhile, or further down the list.
    if values.get("count") != chips.len().to_string() {
        return Err(Problem::StaleForm);
    }
    let chosen = Chosen { chips, method };
    let mut errors = Errors::new();
    let proved = second::prove(&staffer, &sign_in, (SIGNED, &values), &mut errors).await?;
    if let Some(both) = proved {
        let what = (&chosen.chips[..], method);
        match room(&desk).destroy(id, what, both).await {
            Ok(_) => return Ok(receipt()),
            Err(StoreError::NotPermitted { .. }) => {
                errors.add("second", speech.text("second-error-role"));
            }
            Err(error) => return Err(refused(error)),
        }
    }
    let kept = Values::new([("second", values.get("second"))]);
    let page = question(&staffer, (id, &chosen), &kept, &errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
