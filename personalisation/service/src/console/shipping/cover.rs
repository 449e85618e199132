//! The cover of a card: the letter that it goes out in, with the address of its office and the code that is matched to the card.
//! Nobody's name stands on it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use pages::{
    http::Problem,
    paper::{Code, Paper},
};
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    shipping::{CoverCode, Destination},
};

use super::{manifest::file, offices::Offices};
use crate::console::{Desk, permissions::Staffer, view::failed};

/// The cover as PDF.
pub(super) async fn pdf(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path((order, attempt)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let attempt = attempt.parse().ok().and_then(AttemptNumber::new);
    let id = AttemptId {
        order: order.parse().map_err(|_| Problem::NotFound)?,
        attempt: attempt.ok_or(Problem::NotFound)?,
    };
    let found = desk.store.card_to_cover(id).await.map_err(failed)?;
    let (number, destination) = found.ok_or(Problem::NotFound)?;
    let speech = staffer.visit.speech();
    let offices = Offices::read(&desk, staffer.visit.now()).await?;
    let title = speech.format("cover-title", &[("number", number.as_str().into())]);
    let pdf = Paper::new(&title, speech.language())
        .address(address(&offices.name(speech, &destination), &destination))
        .foot(&title)
        .text(speech.text("cover-says"))
        .code(Code {
            content: CoverCode::of(number).to_string(),
            alternative: speech.text("cover-code-alternative"),
            beside: speech.text("cover-code"),
        })
        .text(speech.text("cover-found"))
        .write(&speech.text("letter-lacking"));
    let pdf = pdf.map_err(|error| {
        tracing::error!(%error, "writing a cover");
        Problem::Failed
    })?;
    Ok(file(
        "application/pdf",
        "inline; filename=\"cover.pdf\"",
        pdf,
    ))
}

/// What stands in the window of the envelope: the office. The configuration says its name, and no street.
fn address(name: &str, destination: &Destination) -> [String; 2] {
    [name.to_owned(), destination.to_string()]
}
