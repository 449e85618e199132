//! The field that a scanner types into, and the cards that wait.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{
        Button, Cell, Column, Errors, Form, Input, Notification, Table, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_core::{chip_serial::ChipSerial, document_number::DocumentNumber};
use personalisation_store::quality::Card;
use serde::Deserialize;

use super::{MOST, card, look, path, reading};
use crate::console::{
    Desk,
    permissions::Staffer,
    quality::words,
    view::{age, failed, page},
};

/// Where scans go.
pub(super) const FIND: &str = "/quality/inspect/find";

/// What was said of the card before.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Before {
    #[serde(default)]
    said: String,
}

impl Before {
    fn notification(&self, speech: Speech<'_>) -> Option<Notification> {
        let (tone, text) = match &*self.said {
            "passed" => (Tone::Good, Id("inspect-said-passed")),
            "approved" => (Tone::Good, Id("inspect-said-approved")),
            "failed" => (Tone::Attention, Id("inspect-said-failed")),
            "false-alarm" => (Tone::Attention, Id("inspect-said-false-alarm")),
            "rightly" => (Tone::Attention, Id("inspect-said-rightly")),
            _ => return None,
        };
        Some(Notification::new(tone, speech.text(text)).urgent())
    }
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Query(before): Query<Before>,
) -> Result<Markup, Problem> {
    render(&desk, &staffer, &before, &Errors::new()).await
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    before: &Before,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let body = html! {
        @if let Some(said) = before.notification(speech) { (said) }
        (field(staffer, errors))
        (waiting(desk, staffer).await?)
    };
    Ok(page(
        staffer,
        "/quality/inspect",
        speech.text("inspect-cards-title"),
    )
    .failed(!errors.is_empty())
    .body(body)
    .render())
}

/// The field that a scanner types into. Always empty, so that after a wrong scan the next one stands there alone.
pub(super) fn field(staffer: &Staffer, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let nothing = Values::default();
    let form = Form::new(&staffer.visit, &nothing, errors);
    let field = Input::text("card", speech.text("inspect-scan"))
        .hint(speech.text("inspect-scan-hint"))
        .width(Width::Medium)
        .focused();
    form.wrap_unguarded(
        FIND,
        &html! {
            (form.input(&field))
            div.acts.plain { (Button::primary(speech.text("inspect-find"))) }
        },
    )
}

/// The cards that wait, for those without a scanner: by machine and time, without a name or a number.
async fn waiting(desk: &Desk, staffer: &Staffer) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("inspect-why")),
        Column::words(speech.text("quality-machine")),
        Column::words(speech.text("inspect-since")),
    ];
    let mut table = Table::new(speech.text("inspect-waiting"), columns)
        .or_if_empty(speech.text("inspect-nothing"));
    let kept = desk.store.cards_to_inspect(MOST).await.map_err(failed)?;
    let all = super::waiting(desk).await?;
    let more = all.saturating_sub(kept.len().try_into().unwrap_or(u64::MAX));
    for kept in kept {
        table = table.row([
            Cell::link(&path(kept.card), &speech.text(words::look(kept.look))),
            Cell::from(&kept.machine),
            Cell::from(age(speech, kept.since, now)),
        ]);
    }
    Ok(html! {
        (table)
        @if more > 0 { p { (speech.format("inspect-more", &[("count", more.into())])) } }
    })
}

/// What a scanner reads off a card: its document number, or its chip's serial as delivery lists have it.
fn scanned(text: &str) -> (Option<DocumentNumber>, Option<ChipSerial>) {
    let bare: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let number = bare.to_ascii_uppercase().parse().ok();
    (number, bare.parse().ok())
}

/// Whether that is what a scanner reads off this card.
pub(super) fn is_scan_of(card: &Card, text: &str) -> bool {
    let (number, chip) = scanned(text);
    number == Some(card.number) || chip == Some(card.chip)
}

/// Opens the card that was scanned, for a verdict: what was scanned stays in its form. Not by its address, which browsers and
/// proxies keep.
pub(super) async fn find(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let (number, chip) = scanned(values.get("card"));
    let found = if number.is_none() && chip.is_none() {
        None
    } else {
        desk.store.card_by(number, chip).await.map_err(failed)?
    };
    if let Some(card) = found {
        let work = look(&desk, &staffer, card);
        let seen = reading("inspect-card", card).run(&desk, &staffer, work);
        let page = card::render(&staffer, &seen.await?, &values, &Errors::new());
        return Ok(page.into_response());
    }
    let mut errors = Errors::new();
    let speech = staffer.visit.speech();
    errors.add("card", speech.text("inspect-error-card"));
    let page = render(&desk, &staffer, &Before::default(), &errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_a_document_number_or_a_chip() {
        let number = DocumentNumber::generate(&mut crate::edge::rng());
        let spelled = format!(" {} \n", number.as_str().to_ascii_lowercase());
        assert_eq!(scanned(&spelled).0, Some(number));
        let chip = ChipSerial::from_bytes([0xA5; 10]);
        assert_eq!(scanned(&chip.to_string()).1, Some(chip));
        assert_eq!(scanned("4711"), (None, None));
        assert_eq!(scanned(""), (None, None));
    }
}
