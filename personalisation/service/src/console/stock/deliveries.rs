//! `/stock/deliveries`: what makers sent, and which boxes nobody has inspected yet.

use axum::extract::{Path, State};
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Cell, Column, Table, Tag, Tone},
    http::Problem,
};
use personalisation_core::ids::DeliveryId;

use super::blind::Blind;
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, moment, page},
};

pub(super) async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("delivery-batch")),
        Column::words(speech.text("delivery-at")),
        Column::numbers(speech.text("stock-blanks")),
        Column::numbers(speech.text("delivery-boxes")),
        Column::words(speech.text("delivery-state")),
    ];
    let table = Table::new(speech.text("delivery-caption"), columns);
    let mut table = table.or_if_empty(speech.text("delivery-none"));
    for one in desk.store.deliveries().await.map_err(failed)? {
        table = table.row([
            Cell::link(&format!("/stock/deliveries/{}", one.id), &one.batch),
            Cell::from(moment(speech, one.received_at)),
            Cell::from(speech.number(one.announced)),
            Cell::from(speech.number(one.boxes)),
            Cell::of(&state(speech, one.waiting)),
        ]);
    }
    let body = html! { (table) p { a href="/stock" { (speech.text("stock-back")) } } };
    Ok(page(&staffer, "/stock", speech.text("stock-deliveries"))
        .body(body)
        .render())
}

fn state(speech: Speech<'_>, waiting: u64) -> Tag {
    if waiting == 0 {
        return Tag::new(Tone::Good, speech.text("delivery-inspected"));
    }
    let text = speech.format("delivery-waiting", &[("count", waiting.into())]);
    Tag::new(Tone::Waiting, text)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let id: DeliveryId = id.parse().map_err(|_| Problem::NotFound)?;
    let boxes = desk.store.boxes(id).await.map_err(failed)?;
    let blind = Blind::of(&desk, &staffer).await?;
    if boxes.is_empty() {
        return Err(Problem::NotFound);
    }
    let columns = [
        Column::words(speech.text("delivery-box")),
        Column::numbers(speech.text("delivery-announced")),
        Column::numbers(speech.text("delivery-counted")),
        Column::numbers(speech.text("delivery-in-vault")),
        Column::words(speech.text("delivery-state")),
    ];
    let mut table = Table::new(speech.text("delivery-boxes-caption"), columns);
    for one in boxes {
        let waiting = u64::from(one.counted.is_none());
        let counted = one.counted.map(|counted| speech.number(counted));
        let in_vault = if blind.hides_vault() {
            speech.text("stock-kept-back")
        } else {
            speech.number(one.in_vault)
        };
        table = table.row([
            Cell::link(&format!("/stock/deliveries/{id}/{}", one.id), &one.label),
            Cell::from(speech.number(one.announced)),
            Cell::from(counted.unwrap_or_default()),
            Cell::from(in_vault),
            Cell::of(&state(speech, waiting)),
        ]);
    }
    let body = html! {
        (table)
        p { a href="/stock/deliveries" { (speech.text("stock-back-deliveries")) } }
    };
    Ok(page(&staffer, "/stock", speech.text("delivery-title"))
        .body(body)
        .render())
}
