//! Two scans, the card and its cover in either order, and the card is packed. For a scanner alone: the field has the focus, is
//! always empty, and Enter, which scanners type, sends it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id,
    component::{Button, Errors, Form, Input, Notification, Tone, Values, Width},
    http::Problem,
};
use personalisation_core::{
    attempt::Attempt,
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    shipping::{CoverCode, Matched, NotMatched, PackingError, PutIn, Shipment},
};
use personalisation_store::{StoreError, shipping::Pack};

use super::{Named, container::render, find, path, refused, table, words};
use crate::console::{Desk, permissions::Staffer, view::failed};

/// What was scanned and waits for its other half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing.
    #[default]
    Nothing,
    /// A card.
    Card(DocumentNumber),
    /// A cover.
    Cover(CoverCode),
}

/// One scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    Card(DocumentNumber),
    Chip(ChipSerial),
    Cover(CoverCode),
}

impl Scan {
    /// What a scanner reads off a card, a chip's delivery list, or a cover.
    fn of(text: &str) -> Option<Self> {
        let characters = text.chars().filter(|one| !one.is_whitespace());
        let bare: String = characters.collect();
        let capitals = bare.to_ascii_uppercase();
        let card = capitals.parse().map(Self::Card).ok();
        let cover = || capitals.parse().map(Self::Cover).ok();
        card.or_else(cover)
            .or_else(|| bare.parse().map(Self::Chip).ok())
    }
}

impl Held {
    /// As the form carries it.
    fn value(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Card(number) => number.to_string(),
            Self::Cover(cover) => cover.to_string(),
        }
    }

    fn read(text: &str) -> Self {
        match Scan::of(text) {
            Some(Scan::Card(number)) => Self::Card(number),
            Some(Scan::Cover(cover)) => Self::Cover(cover),
            Some(Scan::Chip(_)) | None => Self::Nothing,
        }
    }
}

/// The field that a scanner types into, with what it waits for.
pub(super) fn field(
    staffer: &Staffer,
    shipment: &Shipment,
    held: &Held,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let nothing = Values::default();
    let form = Form::new(&staffer.visit, &nothing, errors);
    let (label, said) = match held {
        Held::Nothing => (Id("shipping-scan"), None),
        Held::Card(number) => {
            let number = [("number", number.as_str().into())];
            let said = speech.format("shipping-held-card", &number);
            (Id("shipping-scan-cover"), Some(said))
        }
        Held::Cover(cover) => {
            let number = cover.number().to_string();
            let said = speech.format("shipping-held-cover", &[("number", number.into())]);
            (Id("shipping-scan-card"), Some(said))
        }
    };
    let input = Input::text("scan", speech.text(label))
        .hint(speech.text("shipping-scan-hint"))
        .width(Width::Medium)
        .autocomplete("off")
        .focused();
    let action = format!("{}/scan", path(shipment));
    html! {
        @if let Some(said) = said { (Notification::new(Tone::Waiting, said).large()) }
        (form.wrap_unguarded(&action, &html! {
            input type="hidden" name="held" value=(held.value());
            (form.input(&input))
            div.acts.plain { (Button::primary(speech.text("shipping-read"))) }
        }))
    }
}

pub(super) async fn read(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Named,
    values: Values,
) -> Result<Response, Problem> {
    let shipment = find(&desk, &id).await?;
    let held = Held::read(values.get("held"));
    let at = At {
        desk: &desk,
        staffer: &staffer,
        shipment: &shipment,
    };
    let Some(scan) = Scan::of(values.get("scan")) else {
        return at.unread(held, Id("shipping-error-scan")).await;
    };
    let scanned = match scan {
        Scan::Card(number) => Held::Card(number),
        Scan::Cover(cover) => Held::Cover(cover),
        Scan::Chip(chip) => match at.card_on(chip).await? {
            Some(number) => Held::Card(number),
            None => return at.unread(held, Id("shipping-error-scan")).await,
        },
    };
    match (held, scanned) {
        (Held::Card(card), Held::Cover(cover)) | (Held::Cover(cover), Held::Card(card)) => {
            at.both(card, cover).await
        }
        // The first half, or another first half instead of it.
        (_, scanned) => {
            let page = render(&desk, &staffer, &shipment, (None, &scanned, &Errors::new())).await?;
            Ok(page.into_response())
        }
    }
}

/// Who scans, and into what.
struct At<'a> {
    desk: &'a Desk,
    staffer: &'a Staffer,
    shipment: &'a Shipment,
}

impl At<'_> {
    /// Both halves are there: they match and the card goes in, or it is said why not.
    async fn both(&self, card: DocumentNumber, cover: CoverCode) -> Result<Response, Problem> {
        let attempt = self.desk.store.attempt_by_number(card).await;
        let Some(attempt) = attempt.map_err(failed)? else {
            return self.refuse(&PackingError::NoSuchCard).await;
        };
        match Matched::new(card, cover) {
            Ok(matched) => self.pack(&attempt, matched).await,
            Err(mismatch) => {
                let (table, by) = (table(self.desk), self.staffer.person);
                table.mismatch(attempt.id(), by).await.map_err(failed)?;
                self.not_matched(&mismatch).await
            }
        }
    }

    async fn pack(&self, attempt: &Attempt, card: Matched) -> Result<Response, Problem> {
        let pack = Pack {
            shipment: self.shipment.id(),
            card,
            by: self.staffer.person,
        };
        match table(self.desk).pack(attempt.id(), &pack).await {
            Ok(packed) => {
                let said = match packed.put {
                    PutIn::Now => "packed",
                    PutIn::Already => "already",
                };
                Ok(Redirect::to(&format!("{}?said={said}", path(self.shipment))).into_response())
            }
            Err(StoreError::Packing(error)) => self.refuse(&error).await,
            Err(error) => Err(refused(error)),
        }
    }

    async fn not_matched(
        &self,
        NotMatched { card, cover }: &NotMatched,
    ) -> Result<Response, Problem> {
        let speech = self.staffer.visit.speech();
        let numbers = [
            ("card", card.as_str().into()),
            ("cover", cover.as_str().into()),
        ];
        let more = html! {
            p { (speech.format("shipping-mismatch-numbers", &numbers)) }
            p { (speech.text("shipping-mismatch-do")) }
        };
        let said = Notification::new(Tone::Bad, speech.text("shipping-mismatch")).more(more);
        self.said(said).await
    }

    async fn refuse(&self, error: &PackingError) -> Result<Response, Problem> {
        let speech = self.staffer.visit.speech();
        let (tone, text) = words::refusal(speech, error);
        let more = html! { p { (speech.text("shipping-not-packed")) } };
        self.said(Notification::new(tone, text).more(more)).await
    }

    /// Nothing was packed, and nothing is held any more.
    async fn said(&self, said: Notification) -> Result<Response, Problem> {
        let said = Some(said.urgent().large());
        let (held, errors) = (Held::Nothing, Errors::new());
        let page = render(
            self.desk,
            self.staffer,
            self.shipment,
            (said, &held, &errors),
        )
        .await?;
        Ok((StatusCode::CONFLICT, page).into_response())
    }

    /// The scan says nothing; what was scanned before it stays.
    async fn unread(&self, held: Held, text: Id) -> Result<Response, Problem> {
        let mut errors = Errors::new();
        errors.add("scan", self.staffer.visit.speech().text(text));
        let page = render(
            self.desk,
            self.staffer,
            self.shipment,
            (None, &held, &errors),
        )
        .await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    }

    /// The number of the newest card on a chip.
    async fn card_on(&self, chip: ChipSerial) -> Result<Option<DocumentNumber>, Problem> {
        let found = self.desk.store.card_by(None, Some(chip)).await;
        let Some(id) = found.map_err(failed)? else {
            return Ok(None);
        };
        let attempt = self.desk.store.attempt(id).await.map_err(failed)?;
        Ok(attempt.and_then(|attempt| Some(attempt.binding()?.number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_a_card_a_chip_or_a_cover_and_nothing_else() {
        let number: DocumentNumber = "C3F7K9T21".parse().unwrap();
        let cover = CoverCode::of(number);
        assert_eq!(Scan::of(" c3f7k9t21\r\n"), Some(Scan::Card(number)));
        assert_eq!(Scan::of("coverC3F7K9T21 "), Some(Scan::Cover(cover)));
        let chip = ChipSerial::from_bytes([0xA5; 10]);
        assert_eq!(Scan::of(&chip.to_string()), Some(Scan::Chip(chip)));
        for text in ["", "4711", "COVER", "COVERCOVERC3F7K9T21"] {
            assert_eq!(Scan::of(text), None, "{text}");
        }
        for held in [Held::Nothing, Held::Card(number), Held::Cover(cover)] {
            assert_eq!(Held::read(&held.value()), held);
        }
    }
}
