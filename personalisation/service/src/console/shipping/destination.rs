//! `/shipping/to/DESTINATION`: the cards that wait for one destination, their covers, and a container to be opened for them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    component::{Button, ButtonBar, Cell, Choice, Column, Errors, Form, Table, Tag, Tone, Values},
    http::Problem,
};
use personalisation_core::{
    ids::ShipmentId,
    shipping::{Container, Destination},
};
use personalisation_store::shipping::NewShipment;

use super::{Named, offices::Offices, path, refused, table, words};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    view::{age, failed, page},
};

/// Cards that are listed.
const LISTED: u32 = 200;

fn named(destination: &str) -> Result<Destination, Problem> {
    destination.parse().map_err(|_| Problem::NotFound)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(destination): Named,
) -> Result<Markup, Problem> {
    render(&desk, &staffer, &named(&destination)?, &Errors::new()).await
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    destination: &Destination,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let offices = Offices::read(desk, staffer.visit.now()).await?;
    let open = desk.store.shipments(true, Some(destination), LISTED).await;
    let body = html! {
        @for shipment in &open.map_err(failed)? {
            p {
                a href=(path(shipment)) {
                    (speech.text(words::container(shipment.container()))) " "
                    (speech.format("shipping-number", &[("number", shipment.number().into())]))
                }
            }
        }
        @if staffer.may(Resource::Shipping, Action::Act) {
            (new(desk, staffer, destination, errors))
        }
        (cards(desk, staffer, destination).await?)
        p { a href="/shipping" { (speech.text("shipping-back")) } }
    };
    let title = offices.name(speech, destination);
    Ok(page(staffer, "/shipping", title)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

/// The form that opens a container. It carries the new one's id: sent twice, it opens one.
fn new(desk: &Desk, staffer: &Staffer, destination: &Destination, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let bag = Container::Bag.name();
    let values = Values::new([("container", bag)]);
    let form = Form::new(&staffer.visit, &values, errors);
    let kinds = Choice::radio("container", speech.text("shipping-which-container"));
    let kinds = Container::ALL.into_iter().fold(kinds, |kinds, one| {
        kinds.answer(one.name(), speech.text(words::container(one)))
    });
    let id = ShipmentId::generate(&mut desk.rng.clone());
    let action = format!("/shipping/to/{destination}");
    form.wrap_unguarded(
        &action,
        &html! {
            input type="hidden" name="shipment" value=(id);
            (form.choice(&kinds))
            (ButtonBar::new(Button::primary(speech.text("shipping-open-one"))))
        },
    )
}

async fn cards(
    desk: &Desk,
    staffer: &Staffer,
    destination: &Destination,
) -> Result<Table, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("shipping-card")),
        Column::words(speech.text("shipping-express")),
        Column::words(speech.text("shipping-since")),
        Column::words(speech.text("shipping-cover")),
    ];
    let mut table = Table::new(speech.text("shipping-cards"), columns)
        .or_if_empty(speech.text("shipping-nothing"));
    let cards = desk.store.cards_to_pack(destination, LISTED).await;
    for card in cards.map_err(failed)? {
        let express = html! {
            @if card.express { (Tag::new(Tone::Attention, speech.text("shipping-express"))) }
        };
        let cover = format!(
            "/shipping/cover/{}/{}",
            card.id.order,
            card.id.attempt.get()
        );
        let number = [("number", card.number.as_str().into())];
        table = table.row([
            Cell::from(card.number.as_str()),
            Cell::of(&express),
            Cell::from(age(speech, card.since, now)),
            Cell::link(&cover, &speech.format("shipping-cover-of", &number)),
        ]);
    }
    Ok(table)
}

/// Opens a container, and leads to it.
pub(super) async fn open(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(destination): Named,
    values: Values,
) -> Result<Response, Problem> {
    let destination = named(&destination)?;
    let id = values.get("shipment").parse();
    let id = id.map_err(|_| Problem::StaleForm)?;
    let Some(container) = Container::from_name(values.get("container")) else {
        let mut errors = Errors::new();
        let text = staffer.visit.speech().text("shipping-error-container");
        errors.add("container", text);
        let page = render(&desk, &staffer, &destination, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let new = NewShipment {
        id,
        container,
        destination,
        by: staffer.person,
    };
    let opened = table(&desk).open(&new).await.map_err(refused)?;
    Ok(Redirect::to(&path(&opened)).into_response())
}
