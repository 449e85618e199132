//! The receipt that the applicant takes home. It lives in the clerk's session alone: once the application is sealed,
//! the station cannot read it again.

use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use pages::component::{Button, ButtonBar, Form, Notification, SummaryList, SummaryRow, Tone};
use pages::component::{Errors, Values};
use pages::http::{Problem, Record, Signed};
use pages::{Language, Page, Visit};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::desk::navigation;
use super::place::failed;

/// Its name among the session's values.
const KEPT: &str = "receipt";

/// What stands on it, in the applicant's language.
#[derive(Clone, Serialize, Deserialize)]
pub struct Receipt {
    /// The application's number.
    pub application: String,
    /// The language's tag.
    pub language: String,
    /// The applicant's name.
    pub name: String,
    /// The document.
    pub document: String,
    /// When, seconds since 1970.
    pub at: i64,
    /// The office.
    pub office: String,
    /// What was paid.
    pub fee: String,
    /// For which reference.
    pub reference: String,
    /// Where it is collected.
    pub collection: String,
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt")
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

/// Keeps it with the session, in place of the one before.
pub async fn keep(visit: &Visit, receipt: &Receipt) -> Result<(), Problem> {
    let text = serde_json::to_string(receipt).map_err(failed("keeping a receipt"))?;
    let change = |record: &mut Record| {
        record.values.insert(KEPT.to_owned(), text.clone());
    };
    visit.change(&change).await.map(|_| ())
}

/// The last one of this session.
pub async fn show(Signed { visit, .. }: Signed) -> Result<Response, Problem> {
    let kept = visit.record().and_then(|record| record.values.get(KEPT));
    let Some(kept) = kept else {
        return Ok(Redirect::to("/today").into_response());
    };
    let receipt: Receipt = serde_json::from_str(kept).map_err(failed("reading a receipt"))?;
    Ok(page(&visit, &receipt)?.into_response())
}

fn page(visit: &Visit, receipt: &Receipt) -> Result<Markup, Problem> {
    let language = Language::from_tag(&receipt.language).unwrap_or_default();
    let speech = visit.site().texts().speak(language);
    let at = OffsetDateTime::from_unix_timestamp(receipt.at).map_err(failed("a receipt's time"))?;
    let rows = [
        (speech.text("receipt-number"), receipt.application.clone()),
        (speech.text("receipt-name"), receipt.name.clone()),
        (speech.text("summary-document"), receipt.document.clone()),
        (speech.text("receipt-at"), speech.moment(at)),
        (speech.text("receipt-office"), receipt.office.clone()),
        (
            speech.text("receipt-fee"),
            format!("{} ({})", receipt.fee, receipt.reference),
        ),
        (
            speech.text("summary-collection"),
            receipt.collection.clone(),
        ),
    ];
    let clerk = visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    let body = html! {
        (Notification::new(Tone::Good, clerk.text("receipt-queued")))
        div.for-applicant lang=(language.tag()) {
            h2 { (speech.text("receipt-heading")) }
            (SummaryList::new(rows.map(|(name, value)| SummaryRow {
                name,
                value: html! { (value) },
                change: None,
            })))
            p { (speech.text("receipt-what-next")) }
        }
        p { button.button type="button" data-print { (clerk.text("receipt-print")) } }
        (form.wrap("/applications", &html! {
            (ButtonBar::new(Button::primary(clerk.text("receipt-next")))
                .and(Button::secondary(clerk.text("today-title")).href("/today")))
        }))
    };
    Ok(Page::new(visit, clerk.text("receipt-title"))
        .navigation(navigation(visit, false))
        .body(body)
        .render())
}
