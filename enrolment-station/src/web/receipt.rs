//! The receipt that the applicant takes home, as a page and as a PDF. It lives in the clerk's session alone: once the
//! application is sealed, the station cannot read it again.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use pages::component::{Button, ButtonBar, Form, Notification, SummaryList, SummaryRow, Tone};
use pages::component::{Errors, Values};
use pages::http::{Problem, Record, Signed};
use pages::paper::{Code, Paper};
use pages::{Id, Language, Page, Speech, Visit};
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
    /// The document, on which ground, how fast.
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
    /// What the QR code holds (docs/capture.md).
    pub follow: String,
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

/// What the QR code of an application holds: its reference alone. `portal` is the address that the configuration gives
/// for following applications; without one, the code can be read by our own programs only.
pub fn reference(portal: Option<&str>, application: &str) -> String {
    let portal = portal.map(|address| address.trim().trim_end_matches('/'));
    match portal.filter(|address| address.starts_with("https://")) {
        Some(address) => format!("{address}/applications/{application}"),
        None => format!("stempel:application:{application}"),
    }
}

/// The last one of this session.
pub async fn show(Signed { visit, .. }: Signed) -> Result<Response, Problem> {
    Ok(match kept(&visit)? {
        Some(receipt) => page(&visit, &receipt)?.into_response(),
        None => Redirect::to("/today").into_response(),
    })
}

/// The same on paper.
pub async fn print(Signed { visit, .. }: Signed) -> Result<Response, Problem> {
    let Some(receipt) = kept(&visit)? else {
        return Ok(Redirect::to("/today").into_response());
    };
    let (paper, lacking) = paper(&visit, &receipt)?;
    let file = paper.write(&lacking).map_err(failed("a receipt"))?;
    let name = format!("inline; filename=\"{}.pdf\"", receipt.application);
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, file).into_response())
}

fn kept(visit: &Visit) -> Result<Option<Receipt>, Problem> {
    let kept = visit.record().and_then(|record| record.values.get(KEPT));
    let receipt = kept.map(|kept| serde_json::from_str(kept)).transpose();
    receipt.map_err(failed("reading a receipt"))
}

fn rows(speech: Speech<'_>, receipt: &Receipt) -> Result<[(String, String); 7], Problem> {
    let at = OffsetDateTime::from_unix_timestamp(receipt.at).map_err(failed("a receipt's time"))?;
    Ok([
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
    ])
}

/// The paper in the applicant's language, and what it says if their letters cannot be printed.
fn paper(visit: &Visit, receipt: &Receipt) -> Result<(Paper, String), Problem> {
    let language = Language::from_tag(&receipt.language).unwrap_or_default();
    let speech = visit.site().texts().speak(language);
    let then = [
        Id("receipt-then-checked"),
        Id("receipt-then-made"),
        Id("receipt-what-next"),
    ];
    let paper = Paper::new(speech.text("receipt-heading"), language)
        .sender([receipt.office.as_str()])
        .facts(rows(speech, receipt)?)
        .heading(speech.text("receipt-then"))
        .list(then.map(|id| speech.text(id)))
        .code(Code {
            content: receipt.follow.clone(),
            alternative: speech.text("receipt-code"),
            beside: speech.text("receipt-follow"),
        })
        .heading(speech.text("receipt-data"))
        .text(speech.text("receipt-data-how"))
        .foot(receipt.application.as_str());
    Ok((paper, speech.text("receipt-lacking")))
}

fn page(visit: &Visit, receipt: &Receipt) -> Result<Markup, Problem> {
    let language = Language::from_tag(&receipt.language).unwrap_or_default();
    let speech = visit.site().texts().speak(language);
    let rows = rows(speech, receipt)?;
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
        p {
            button.button type="button" data-print { (clerk.text("receipt-print")) }
            " "
            a.button href="/receipt.pdf" type="application/pdf" { (clerk.text("receipt-pdf")) }
        }
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
