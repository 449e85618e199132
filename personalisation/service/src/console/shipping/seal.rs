//! `/shipping/SHIPMENT/seal`: the container is closed. Whoever is at the page scans the seal; somebody else, who packed nothing of
//! it, counts, types the count and signs in for it, there and then. The page does not tell how many were packed.

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Layout,
    component::{Errors, Form, Input, Irreversible, Values, Width},
    http::Problem,
    sign_in::SignIn,
};
use personalisation_core::shipping::{PackingError, SealNumber, Shipment};
use personalisation_store::{StoreError, shipping::Sealing};

use super::{Named, find, path, refused, table, words};
use crate::console::{Desk, permissions::Staffer, second, view::page};

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Named,
) -> Result<Response, Problem> {
    let shipment = find(&desk, &id).await?;
    if !shipment.is_open() {
        return Ok(Redirect::to(&path(&shipment)).into_response());
    }
    let (values, errors) = (Values::default(), Errors::new());
    Ok(render(&staffer, &shipment, &values, &errors).into_response())
}

fn render(staffer: &Staffer, shipment: &Shipment, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let number = [("number", shipment.number().into())];
    let name = speech.text(words::container(shipment.container()));
    let what = format!("{name} {}", speech.format("shipping-number", &number));
    let action = format!("{}/seal", path(shipment));
    let seal = Input::text("seal", speech.text("shipping-seal"))
        .hint(speech.text("shipping-seal-hint"))
        .width(Width::Medium)
        .autocomplete("off");
    let count = Input::digits("count", speech.text("shipping-count"))
        .hint(speech.text("shipping-count-hint"));
    // A scanner ends with Enter, which sends the form: what it read stays, and what is missing has the focus.
    let (seal, count) = if values.get("seal").is_empty() {
        (seal.focused(), count)
    } else {
        (seal, count.focused())
    };
    let fields = html! {
        (form.input(&seal))
        (form.input(&count))
        (second::fields(staffer, &form, &action))
    };
    let act = speech.format("shipping-seal-act", &[("what", (&*what).into())]);
    let follows = speech.text("shipping-seal-follows");
    let irreversible = Irreversible::new(act, follows, &action).fields(fields);
    let body = html! {
        (irreversible.show(&form, &action))
        p { a href=(path(shipment)) { (speech.text("shipping-back-container")) } }
    };
    page(staffer, "/shipping", speech.text("shipping-seal-title"))
        .layout(Layout::Column)
        .above(&*what)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

/// Both signed: it is sealed, and its manifest is shown. The same form again shows the same.
pub(super) async fn seal(
    State(desk): State<Desk>,
    staffer: Staffer,
    Extension(sign_in): Extension<SignIn>,
    Path(id): Named,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let shipment = find(&desk, &id).await?;
    let there = || Redirect::to(&path(&shipment)).into_response();
    if !shipment.is_open() {
        return Ok(there());
    }
    let mut errors = Errors::new();
    let seal: Result<SealNumber, _> = values.get("seal").parse();
    if seal.is_err() {
        errors.add("seal", speech.text("shipping-error-seal"));
    }
    let count: Result<u32, _> = values.get("count").parse();
    if count.is_err() {
        errors.add("count", speech.text("shipping-error-count"));
    }
    let action = format!("{}/seal", path(&shipment));
    let both = if errors.is_empty() {
        second::prove(&staffer, &sign_in, (&action, &values), &mut errors).await?
    } else {
        None
    };
    if let (Ok(seal), Ok(counted), Some(both)) = (seal, count, both) {
        let sealing = Sealing {
            shipment: shipment.id(),
            seal,
            counted,
            by: both.first(),
            counted_by: both.second(),
        };
        match table(&desk).seal(&sealing).await {
            Ok(_) => return Ok(there()),
            Err(StoreError::Packing(error)) => {
                let (_, text) = words::refusal(speech, &error);
                errors.add(field(&error), text);
            }
            Err(StoreError::NotPermitted { .. }) => {
                errors.add("second", speech.text("second-error-role"));
            }
            Err(error) => return Err(refused(error)),
        }
    }
    // A number that is wrong is scanned anew, not added to.
    let keep = |name| errors.of(name).map_or_else(|| values.get(name), |_| "");
    let kept = ["seal", "count", "second"].map(|name| (name, keep(name)));
    let page = render(&staffer, &shipment, &Values::new(kept), &errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Where on the page something is wrong.
const fn field(error: &PackingError) -> &'static str {
    match error {
        PackingError::FourEyes(_) => "second",
        PackingError::Count { .. } | PackingError::Empty => "count",
        _ => "seal",
    }
}
