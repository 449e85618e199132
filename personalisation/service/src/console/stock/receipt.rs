//! `/stock/destruction/DESTRUCTION`: the receipt of a destruction, and its certificate as PDF.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Layout,
    component::{Button, Notification, SummaryList, SummaryRow, Tone},
    http::Problem,
};
use personalisation_core::ids::DestructionId;
use personalisation_store::stock::Destruction;

use super::{both, certificate::written, destruction::method, grouped};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, moment, page},
};

async fn find(desk: &Desk, id: &str) -> Result<Destruction, Problem> {
    let id: DestructionId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.destruction(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let done = find(&desk, &id).await?;
    let chips = desk.store.destroyed_chips(done.id).await.map_err(failed)?;
    let row = |name: Id, value: String| SummaryRow {
        name: speech.text(name),
        value: html! { (value) },
        change: None,
    };
    let signers = both(&desk, done.by, done.with).await?;
    let facts = SummaryList::new([
        row(Id("destruction-certificate"), speech.number(done.number)),
        row(Id("destruction-at"), moment(speech, done.at)),
        row(Id("destruction-method"), speech.text(method(done.method))),
        row(Id("stock-blanks"), speech.number(done.blanks)),
        row(Id("destruction-signed"), signers),
    ]);
    let paper = format!("/stock/destruction/{}/certificate", done.id);
    let body = html! {
        (Notification::new(Tone::Good, speech.format("destruction-done", &[("count", done.blanks.into())])))
        (facts)
        ul { @for (chip, _) in &chips { li { (grouped(&chip.to_string())) } } }
        p { (Button::primary(speech.text("destruction-paper")).href(paper)) }
        p { a href="/stock/destruction" { (speech.text("stock-back-destruction")) } }
    };
    Ok(page(&staffer, "/stock", speech.text("destruction-receipt"))
        .layout(Layout::Column)
        .body(body)
        .render())
}

/// The certificate, in the language of whoever asks.
pub(super) async fn pdf(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let done = find(&desk, &id).await?;
    let pdf = written(&desk.store, &done, staffer.visit.speech()).await;
    let pdf = pdf.map_err(|error| {
        tracing::error!(%error, "writing a certificate of destruction");
        Problem::Failed
    })?;
    let name = format!("inline; filename=\"destruction-{}.pdf\"", done.number);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, name.as_str()),
    ];
    Ok((headers, pdf).into_response())
}
