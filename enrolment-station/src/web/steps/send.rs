//! The last page: into the outbox, and then the receipt. From here the station cannot read the application any more.

use axum::response::{IntoResponse, Redirect, Response};
use dossier::{Dossier, Label};
use maud::html;
use pages::component::{Button, ButtonBar, Errors, Notification, Tone, Values};
use pages::http::Problem;
use pages::{Page, Speech};

use super::super::desk::{Desk, clerk, navigation};
use super::super::place::{failed, stamp};
use super::super::receipt::{self, Receipt};
use crate::capture::{build, summary, words};
use crate::edge;
use crate::outbox::{EnqueueError, Queued};

/// One button.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if desk.application.next(desk.circumstances()).is_some() {
        return Ok(desk.onward());
    }
    let wrong = refusal(&desk);
    Ok(page(&desk, wrong))
}

/// Why it cannot be sent now, or not by this person.
fn refusal(desk: &Desk) -> Option<String> {
    let speech = desk.speech();
    let clerk = desk.person();
    let second = desk.application.approved_by();
    if desk.over {
        return Some(speech.text("today-configuration-over"));
    }
    second
        .is_some_and(|second| second == clerk || !desk.application.may_be_approved_by(second))
        .then(|| speech.text("send-somebody-else"))
}

fn page(desk: &Desk, wrong: Option<String>) -> Response {
    let speech = desk.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = desk.form(&values, &errors);
    let body = html! {
        @if let Some(wrong) = wrong { (Notification::new(Tone::Bad, wrong).urgent()) }
        p.lead { (speech.text("send-lead")) }
        (form.wrap(&desk.href("send"), &html! {
            (ButtonBar::new(Button::primary(speech.text("send-act")))
                .and(Button::secondary(speech.text("send-back")).href(desk.href("summary")))
                .and(Button::secondary(speech.text("wizard-later")).href("/today")))
        }))
    };
    Page::new(&desk.visit, speech.text("send-title"))
        .navigation(navigation(&desk.visit, false))
        .above(desk.application.name())
        .body(body)
        .render()
        .into_response()
}

/// Signs, seals, exchanges the draft for the outbox's row, and shows the receipt.
pub async fn save(desk: Desk) -> Result<Response, Problem> {
    if desk.application.next(desk.circumstances()).is_some() {
        return Ok(desk.onward());
    }
    if let Some(wrong) = refusal(&desk) {
        return Ok(page(&desk, Some(wrong)));
    }
    let station = desk.place.station(&desk.configuration);
    let clerk = clerk(&desk).await?;
    let now = desk.visit.now();
    let dossier = build::build(&desk.application, &station, clerk, desk.today, stamp(now)?);
    let dossier = dossier.map_err(failed("making a dossier"))?;
    match enqueue(&desk, dossier).await? {
        Ok(_) => {}
        Err(EnqueueError::NoIntakeKey { .. }) => {
            let text = desk.speech().text("send-no-key");
            return Ok(page(&desk, Some(text)));
        }
        Err(error) => return Err(failed("putting a dossier into the outbox")(error)),
    }
    let receipt = receipt_of(&desk, desk.speech());
    receipt::keep(&desk.visit, &receipt).await?;
    Ok(Redirect::to("/receipt").into_response())
}

/// Into the outbox, away from the threads that serve pages: a token may take a second to sign.
async fn enqueue(desk: &Desk, dossier: Dossier) -> Result<Result<Queued, EnqueueError>, Problem> {
    let (signer, now) = (desk.place.signer().await?, desk.visit.now());
    let (outbox, configuration) = (desk.place.outbox.clone(), desk.configuration.clone());
    let here = tokio::runtime::Handle::current();
    let queued = tokio::task::spawn_blocking(move || {
        let mut rng = edge::rng();
        here.block_on(outbox.enqueue(&dossier, &signer, &configuration, &mut rng, now))
    });
    queued
        .await
        .map_err(failed("putting a dossier into the outbox"))
}

/// What the applicant takes home.
fn receipt_of(desk: &Desk, speech: Speech<'_>) -> Receipt {
    let application = &desk.application;
    let tag = application.language().map_or("fr", dossier::Language::tag);
    let language = pages::Language::from_tag(tag).unwrap_or(speech.language());
    let speech = desk.visit.site().texts().speak(language);
    let id = application.id.to_string();
    let paid = application.payment.as_ref();
    let office = |id: &str| summary::office(&desk.configuration, id, desk.today);
    Receipt {
        follow: receipt::reference(portal(desk, language).as_deref(), &id),
        application: id,
        language: language.tag().to_owned(),
        name: application.name(),
        document: asked_for(desk, speech),
        at: desk.visit.now().unix_timestamp(),
        office: office(desk.place.office.as_str()),
        fee: paid.map_or_else(String::new, |paid| summary::euros(speech, paid.payment.fee)),
        reference: paid.map_or_else(String::new, |paid| {
            paid.payment.reference.as_str().to_owned()
        }),
        collection: paid.map_or_else(String::new, |paid| office(paid.collection.as_str())),
    }
}

/// The document, the ground, and whether it is to be fast.
fn asked_for(desk: &Desk, speech: Speech<'_>) -> String {
    let Some(request) = desk.application.request else {
        return String::new();
    };
    let (document, ground) = (
        words::document(request.document),
        words::ground(request.ground),
    );
    let express = request.express.then_some("summary-express-yes");
    let parts = [speech.text(document), speech.text(ground)].into_iter();
    let parts: Vec<String> = parts.chain(express.map(|id| speech.text(id))).collect();
    parts.join(", ")
}

/// Where applications can be followed, if the configuration says.
fn portal(desk: &Desk, language: pages::Language) -> Option<String> {
    let text = desk.configuration.text(&Label::new("portal").ok()?)?;
    let own = dossier::Language::from_tag(language.tag());
    let own = own.and_then(|own| text.languages.get(&own));
    let address = own.or_else(|| text.languages.values().next())?;
    Some(address.as_str().to_owned())
}
