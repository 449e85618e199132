//! `/shipping`: what waits for which destination, what is open, what was sealed last.

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Cell, Column, Table, Tag, Tone},
    http::Problem,
};
use personalisation_core::shipping::Shipment;

use super::{offices::Offices, path, words};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{age, failed, moment, page},
};

/// Containers that are listed of each kind.
const LISTED: u32 = 50;

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let offices = Offices::read(&desk, staffer.visit.now()).await?;
    let body = html! {
        (waiting(&desk, &staffer, &offices).await?)
        (open(&desk, speech, &offices).await?)
        (sealed(&desk, speech, &offices).await?)
        p { a href="/shipping/devices" { (speech.text("devices-title")) } }
        p { a href="/shipping/discrepancies" { (speech.text("discrepancies-title")) } }
    };
    Ok(page(&staffer, "/shipping", speech.text("shipping-title"))
        .body(body)
        .render())
}

async fn waiting(desk: &Desk, staffer: &Staffer, offices: &Offices) -> Result<Table, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("shipping-destination")),
        Column::numbers(speech.text("shipping-ready")),
        Column::words(speech.text("shipping-express")),
        Column::numbers(speech.text("shipping-to-inspect")),
        Column::words(speech.text("shipping-oldest")),
    ];
    let mut table = Table::new(speech.text("shipping-waiting"), columns)
        .or_if_empty(speech.text("shipping-nothing"));
    for one in desk.store.waiting_to_pack().await.map_err(failed)? {
        let href = format!("/shipping/to/{}", one.destination);
        let count = [("count", one.express.into())];
        let express = html! {
            @if one.express > 0 {
                (Tag::new(Tone::Attention, speech.format("shipping-express-count", &count)))
            }
        };
        table = table.row([
            Cell::link(&href, &offices.name(speech, &one.destination)),
            Cell::from(speech.number(one.ready)),
            Cell::of(&express),
            Cell::from(speech.number(one.to_inspect)),
            Cell::from(age(speech, one.oldest, now)),
        ]);
    }
    Ok(table)
}

fn head(speech: Speech<'_>, shipment: &Shipment) -> Cell {
    let number = [("number", shipment.number().into())];
    let name = speech.text(words::container(shipment.container()));
    let text = format!("{name} {}", speech.format("shipping-number", &number));
    Cell::link(&path(shipment), &text)
}

async fn open(desk: &Desk, speech: Speech<'_>, offices: &Offices) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("shipping-container")),
        Column::words(speech.text("shipping-destination")),
        Column::words(speech.text("shipping-opened")),
    ];
    let mut table = Table::new(speech.text("shipping-open"), columns)
        .or_if_empty(speech.text("shipping-none-open"));
    let open = desk.store.shipments(true, None, LISTED).await;
    for shipment in open.map_err(failed)? {
        table = table.row([
            head(speech, &shipment),
            Cell::from(offices.name(speech, shipment.destination())),
            Cell::from(moment(speech, shipment.opened().at)),
        ]);
    }
    Ok(table)
}

async fn sealed(desk: &Desk, speech: Speech<'_>, offices: &Offices) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("shipping-container")),
        Column::words(speech.text("shipping-destination")),
        Column::words(speech.text("shipping-seal")),
        Column::numbers(speech.text("shipping-pieces")),
        Column::words(speech.text("shipping-sealed-at")),
    ];
    let mut table = Table::new(speech.text("shipping-sealed"), columns)
        .or_if_empty(speech.text("shipping-none-sealed"));
    let shipments = desk.store.shipments(false, None, LISTED).await;
    for shipment in shipments.map_err(failed)? {
        let Some(sealed) = shipment.state().sealed() else {
            continue;
        };
        table = table.row([
            head(speech, &shipment),
            Cell::from(offices.name(speech, shipment.destination())),
            Cell::from(sealed.seal.as_str()),
            Cell::from(speech.number(sealed.pieces)),
            Cell::from(moment(speech, sealed.at)),
        ]);
    }
    Ok(table)
}
