//! `/stock/deliveries/DELIVERY/BOX`: a box is counted and read, what cannot be used or is missing is named, and the rest is
//! in the vault.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::staff::Role;
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{Button, ButtonBar, Errors, Form, Input, Values, Width},
    http::Problem,
};
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{BoxId, DeliveryId},
    stock::inspection::{BoxFindings, InspectionError, sample_size},
};
use personalisation_store::{StoreError, stock::BoxHead};

use super::{grouped, refused, room, serials, shifts};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, page},
};

async fn find(desk: &Desk, (delivery, id): &(String, String)) -> Result<BoxHead, Problem> {
    let delivery: DeliveryId = delivery.parse().map_err(|_| Problem::NotFound)?;
    let id: BoxId = id.parse().map_err(|_| Problem::NotFound)?;
    let boxes = desk.store.boxes(delivery).await.map_err(failed)?;
    let found = boxes.into_iter().find(|one| one.id == id);
    found.ok_or(Problem::NotFound)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(path): Path<(String, String)>,
) -> Result<Markup, Problem> {
    let of = find(&desk, &path).await?;
    Ok(render(&staffer, &of, &Values::default(), &Errors::new()))
}

fn render(staffer: &Staffer, of: &BoxHead, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let keeper = staffer.is(Role::StockKeeper) || staffer.is(Role::Supervisor);
    let form = Form::new(&staffer.visit, values, errors);
    let counted = Input::digits("counted", speech.text("inspect-counted")).width(Width::Short);
    let needed = speech.format(
        "inspect-sampled-hint",
        &[("count", sample_size(of.announced).into())],
    );
    let list = |name: &str, label: String| serials::field(speech, name, label);
    let body = html! {
        p.lead { (speech.text("inspect-about")) }
        @if of.counted.is_some() {
            p { (speech.text("delivery-inspected")) }
        } @else if keeper {
            (form.wrap(&here(of), &html! {
                (form.input(&counted.hint(speech.text("inspect-counted-hint"))))
                (form.input(&list("sampled", speech.text("inspect-sampled")).hint(needed)))
                (form.input(&list("defective", speech.text("inspect-defective"))))
                (form.input(&list("missing", speech.text("inspect-missing"))))
                (ButtonBar::new(Button::primary(speech.text("inspect-act"))))
            }))
        }
        p { a href={ "/stock/deliveries/" (of.delivery) } { (speech.text("inspect-back")) } }
    };
    page(staffer, "/stock", speech.text("inspect-title"))
        .layout(Layout::Floor)
        .above(&of.label)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn here(of: &BoxHead) -> String {
    format!("/stock/deliveries/{}/{}", of.delivery, of.id)
}

pub(super) async fn take_in(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(path): Path<(String, String)>,
    values: Values,
) -> Result<Response, Problem> {
    let of = find(&desk, &path).await?;
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let counted = shifts::typed(speech, &values, "counted", &mut errors);
    let mut list = |name| serials::read(speech, (&values, name), &mut errors);
    let lists = (list("sampled"), list("defective"), list("missing"));
    let (Some(counted), (Some(sampled), Some(defective), Some(missing))) = (counted, lists) else {
        return Ok(again(&staffer, &of, &values, &errors));
    };
    let found = BoxFindings {
        counted,
        sampled: sampled.into_iter().collect(),
        defective: defective.into_iter().collect(),
        missing: missing.into_iter().collect(),
    };
    match room(&desk).inspect(&of, &found, staffer.person).await {
        Ok(_) => {
            let back = format!("/stock/deliveries/{}", of.delivery);
            Ok(Redirect::to(&back).into_response())
        }
        Err(StoreError::Inspection(error)) => {
            let (field, told) = told(speech, &error);
            errors.add(field, told);
            Ok(again(&staffer, &of, &values, &errors))
        }
        Err(StoreError::Stale { .. }) => Err(Problem::StaleForm),
        Err(error) => Err(refused(error)),
    }
}

fn again(staffer: &Staffer, of: &BoxHead, values: &Values, errors: &Errors) -> Response {
    let page = render(staffer, of, values, errors);
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Which field is wrong, and why. The count that would fit is not told.
fn told(speech: Speech<'_>, error: &InspectionError) -> (&'static str, String) {
    let of = |id: Id, chip: &ChipSerial| {
        let chip = grouped(&chip.to_string());
        speech.format(id, &[("chip", chip.into())])
    };
    match error {
        InspectionError::Count { .. } => ("counted", speech.text("inspect-error-count")),
        InspectionError::NotOfBox(chip) => ("sampled", of(Id("inspect-error-foreign"), chip)),
        InspectionError::Contradiction(chip) => ("sampled", of(Id("inspect-error-twice"), chip)),
        InspectionError::Sample { read, needed } => {
            let figures = [("read", (*read).into()), ("needed", (*needed).into())];
            ("sampled", speech.format("inspect-error-sample", &figures))
        }
    }
}
