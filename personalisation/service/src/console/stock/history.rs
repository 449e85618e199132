//! `/cards/KEY`: one card's whole history, found by the serial of its chip or the number of its document.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, Cell, Column, Errors, Form, Input, Notification, SummaryList, SummaryRow, Table,
        Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_store::stock::{CardHistory, CardKey, Happened, HistoryEvent};
use serde::Deserialize;

use super::{account, both, grouped};
use crate::console::{
    Desk,
    floor::scrap_reason,
    permissions::Staffer,
    quality::look,
    view::{failed, login, moment, page},
};

/// What is asked.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    key: String,
}

pub(super) async fn ask(
    desk: State<Desk>,
    staffer: Staffer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    render(&desk, &staffer, &asked.key).await
}

pub(super) async fn show(
    desk: State<Desk>,
    staffer: Staffer,
    Path(key): Path<String>,
) -> Result<Markup, Problem> {
    render(&desk, &staffer, &key).await
}

/// What a scanner or a person wrote: groups do not matter, nor does the size of letters.
fn key(text: &str) -> CardKey {
    let text: String = text.split_whitespace().collect();
    match text.parse() {
        Ok(chip) => CardKey::Chip(chip),
        Err(_) => CardKey::Number(text.to_ascii_uppercase()),
    }
}

async fn render(desk: &Desk, staffer: &Staffer, asked: &str) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let found = if asked.is_empty() {
        None
    } else {
        let found = desk.store.card_history(&key(asked)).await;
        found.map_err(failed)?
    };
    let (values, errors) = (Values::new([("key", asked)]), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let field = Input::text("key", speech.text("card-key")).width(Width::Medium);
    let body = html! {
        form.fields method="get" action="/cards" {
            (form.input(&field.hint(speech.text("card-key-hint"))))
            (Button::primary(speech.text("cards-find")))
        }
        @match &found {
            Some(card) => {
                (facts(speech, card))
                (events(desk, speech, card).await?)
            }
            None if asked.is_empty() => {}
            None => { (Notification::new(Tone::Attention, speech.text("cards-none"))) }
        }
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(staffer, "/stock", speech.text("card-title"))
        .layout(Layout::Floor)
        .body(body)
        .render())
}

fn facts(speech: Speech<'_>, card: &CardHistory) -> SummaryList {
    let mut rows = Vec::new();
    let mut row = |name: Id, value: Option<String>| {
        let Some(value) = value else { return };
        rows.push(SummaryRow {
            name: speech.text(name),
            value: html! { (value) },
            change: None,
        });
    };
    row(Id("cards-chip"), Some(grouped(&card.chip.to_string())));
    row(Id("delivery-batch"), Some(card.batch.clone()));
    row(Id("delivery-box"), Some(card.label.clone()));
    if let Some(made) = &card.made {
        row(Id("cards-number"), Some(made.number.clone()));
        row(Id("card-attempt"), Some(made.attempt.to_string()));
        row(Id("cards-worker"), made.worker.clone());
        row(Id("card-machine"), made.machine.clone());
        row(
            Id("card-tray"),
            made.tray.as_deref().map(|tray| speech.text(left(tray))),
        );
        row(
            Id("card-template"),
            made.template.map(|version| speech.number(version)),
        );
        row(Id("cards-signer"), made.signer.clone());
        let reason = made.scrap_reason.as_deref();
        row(
            Id("card-scrapped"),
            reason.map(|reason| scrap_reason(speech, reason)),
        );
    }
    SummaryList::new(rows)
}

/// Where it left its machine to.
fn left(tray: &str) -> Id {
    match tray {
        "exit" => Id("card-exit"),
        "reject" => Id("card-reject"),
        _ => Id("card-removed"),
    }
}

async fn events(desk: &Desk, speech: Speech<'_>, card: &CardHistory) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("card-when")),
        Column::words(speech.text("card-what")),
        Column::words(speech.text("issue-by")),
    ];
    let mut table = Table::new(speech.text("card-caption"), columns);
    for event in &card.events {
        table = table.row([
            Cell::from(moment(speech, event.at)),
            Cell::from(told(speech, &event.what)),
            Cell::from(who(desk, event).await?),
        ]);
    }
    Ok(table)
}

async fn who(desk: &Desk, event: &HistoryEvent) -> Result<String, Problem> {
    match (event.by, event.with) {
        (Some(by), Some(with)) => both(desk, by, with).await,
        (Some(by), None) => login(desk, by).await,
        _ => Ok(String::new()),
    }
}

fn told(speech: Speech<'_>, what: &Happened) -> String {
    match what {
        Happened::Moved(to) => account(speech, to),
        Happened::State(name) => match state(name) {
            Some(id) => speech.text(id),
            None => name.clone(),
        },
        Happened::Inspected { look: by, passed } => {
            let verdict = if *passed {
                Id("card-passed")
            } else {
                Id("card-failed")
            };
            speech.format(verdict, &[("look", speech.text(look(*by)).into())])
        }
    }
}

/// A state of an attempt; none: one of a newer program.
fn state(name: &str) -> Option<Id> {
    Some(match name {
        "queued" => Id("card-queued"),
        "bound" => Id("card-bound"),
        "chip_keyed" => Id("card-chip-keyed"),
        "lds_built" => Id("card-lds-built"),
        "signed" => Id("card-signed"),
        "written" => Id("card-written"),
        "locked" => Id("card-locked"),
        "read_back" => Id("card-read-back"),
        "printed" => Id("card-printed"),
        "quality_passed" => Id("card-quality-passed"),
        "packed" => Id("card-packed"),
        "on_hold" => Id("card-on-hold"),
        "scrapped" => Id("cards-scrapped"),
        "cancelled" => Id("cards-cancelled"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use personalisation_core::chip_serial::ChipSerial;

    use super::*;

    #[test]
    fn a_scan_is_a_serial_or_a_number() {
        let chip = ChipSerial::from_bytes([0x1A; 10]);
        let grouped = "1a1a 1a1a 1a1a 1a1a 1a1a";
        assert_eq!(key(grouped), CardKey::Chip(chip));
        assert_eq!(key(" lux000001 "), CardKey::Number("LUX000001".to_owned()));
    }
}
