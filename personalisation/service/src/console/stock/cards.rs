//! `/stock/cards`: which cards came from where: batch, box, worker, station; when a box, a reader or a station turns out
//! to be at fault, these are the cards to look at.

use axum::extract::{Query, State};
use maud::{Markup, html};
use pages::{
    Id,
    component::{
        Button, Cell, Column, Errors, Form, Input, Notification, Table, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_store::stock::OriginFilter;
use serde::Deserialize;

use super::{blind::Blind, grouped};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, moment, page},
};

/// Longest list.
const MOST: u32 = 200;

/// What is asked; an empty field asks nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    batch: String,
    #[serde(rename = "box", default)]
    label: String,
    #[serde(default)]
    worker: String,
    #[serde(default)]
    signer: String,
    #[serde(default)]
    number: String,
}

impl Asked {
    fn filter(&self) -> OriginFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        OriginFilter {
            batch: some(&self.batch),
            label: some(&self.label),
            worker: some(&self.worker),
            signer: some(&self.signer.to_ascii_lowercase()),
            number: some(&self.number),
            ..OriginFilter::default()
        }
    }
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let blind = Blind::of(&desk, &staffer).await?;
    let filter = OriginFilter {
        counted_only: blind.hides_uncounted(),
        ..asked.filter()
    };
    let cards = desk.store.card_origins(&filter, MOST).await;
    let cards = cards.map_err(failed)?;
    let columns = [
        Column::words(speech.text("cards-number")),
        Column::words(speech.text("cards-chip")),
        Column::words(speech.text("delivery-batch")),
        Column::words(speech.text("delivery-box")),
        Column::words(speech.text("cards-worker")),
        Column::words(speech.text("cards-signer-short")),
        Column::words(speech.text("cards-state")),
        Column::words(speech.text("cards-at")),
    ];
    let table = Table::new(speech.text("cards-caption"), columns);
    let table = table.or_if_empty(speech.text("cards-none"));
    let table = cards.iter().fold(table, |table, card| {
        table.row([
            Cell::link(&format!("/cards/{}", card.chip), &card.number),
            Cell::from(grouped(&card.chip.to_string())),
            Cell::from(&card.batch),
            Cell::from(&card.label),
            Cell::from(card.worker.as_deref().unwrap_or_default()),
            Cell::from(
                card.signer
                    .as_deref()
                    .map_or("", |hex| &hex[..hex.len().min(16)]),
            ),
            Cell::from(speech.text(state(&card.state))),
            Cell::from(moment(speech, card.bound_at)),
        ])
    });
    let (values, errors) = (
        Values::new([
            ("batch", asked.batch.as_str()),
            ("box", asked.label.as_str()),
            ("worker", asked.worker.as_str()),
            ("signer", asked.signer.as_str()),
            ("number", asked.number.as_str()),
        ]),
        Errors::new(),
    );
    let form = Form::new(&staffer.visit, &values, &errors);
    let field =
        |name: &str, label: String| Input::text(name, label).width(Width::Medium).optional();
    let body = html! {
        p.lead { (speech.text("cards-about")) }
        @if blind.hides_uncounted() {
            (Notification::new(Tone::Notice, speech.text("cards-uncounted")))
        }
        form.fields method="get" action="/stock/cards" {
            (form.input(&field("number", speech.text("cards-number"))))
            (form.input(&field("batch", speech.text("delivery-batch"))))
            (form.input(&field("box", speech.text("delivery-box"))))
            (form.input(&field("worker", speech.text("cards-worker"))))
            (form.input(&field("signer", speech.text("cards-signer"))))
            (Button::primary(speech.text("cards-find")))
        }
        (table)
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(&staffer, "/stock", speech.text("stock-cards"))
        .body(body)
        .render())
}

/// How far the attempt is that made it.
fn state(name: &str) -> Id {
    match name {
        "read_back" | "quality_passed" | "packed" => Id("cards-document"),
        "scrapped" => Id("cards-scrapped"),
        "cancelled" => Id("cards-cancelled"),
        _ => Id("cards-under-way"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_asks_nothing() {
        let asked = Asked {
            batch: " ".to_owned(),
            worker: "line-1".to_owned(),
            ..Asked::default()
        };
        let filter = asked.filter();
        assert_eq!(
            (filter.batch, filter.worker),
            (None, Some("line-1".to_owned()))
        );
    }
}
