//! A second person elsewhere, where the office's rule allows it: asked for on the second person's page, waited for, heard.

use axum::response::IntoResponse;
use axum::response::Response;
use dossier::{ApprovalRequest, Blob, PersonId, Version};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use maud::{Markup, html};
use pages::component::{Button, ButtonBar, Errors, Form, Notification, Tone, Values};
use pages::http::Problem;
use pages::{Id, Page};

use super::super::asking;
use super::super::desk::{Desk, navigation};
use super::super::place::{failed, stamp};
use super::approval;
use crate::capture::application::{Asked, Heard};
use crate::capture::{Step, build, rules};
use crate::centre::second_person::{self, AskError};
use crate::edge;

/// The portrait as the second person sees it: width and height, pixels.
const SMALL: (u32, u32) = (413, 531);
const QUALITY: u8 = 85;

/// Whether the office may ask somebody elsewhere.
fn allowed(desk: &Desk) -> bool {
    let rule = desk.configuration.second_person(&desk.place.office);
    rule.is_some_and(|rule| rule.remote)
}

/// How it stands, and what can be done.
pub(super) fn show(desk: &Desk) -> Markup {
    if !allowed(desk) {
        return Markup::default();
    }
    let speech = desk.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&desk.visit, &values, &errors);
    let path = desk.href("approval/elsewhere");
    let act = |name: &'static str, button: Button| button.value("act", name);
    let (said, buttons) = match desk.application.asked.as_ref().map(|asked| &asked.heard) {
        None | Some(Heard::Approved) => (
            None,
            ButtonBar::new(act("ask", Button::secondary(speech.text("elsewhere-ask")))),
        ),
        Some(Heard::Waiting) => (
            Some(Notification::new(
                Tone::Waiting,
                speech.text("elsewhere-waiting"),
            )),
            ButtonBar::new(act(
                "look",
                Button::secondary(speech.text("elsewhere-look")),
            ))
            .and(act(
                "take-back",
                Button::secondary(speech.text("elsewhere-take-back")),
            )),
        ),
        Some(Heard::Declined(why)) => (
            Some(
                Notification::new(Tone::Bad, speech.text("elsewhere-declined")).more(html! {
                    p { (speech.format("elsewhere-note", &[("note", why.as_str().into())])) }
                }),
            ),
            ButtonBar::new(act(
                "look",
                Button::secondary(speech.text("elsewhere-look")),
            )),
        ),
        Some(Heard::Ended) => (
            Some(Notification::new(
                Tone::Attention,
                speech.text("elsewhere-ended"),
            )),
            ButtonBar::new(act("ask", Button::secondary(speech.text("elsewhere-ask")))),
        ),
    };
    html! {
        h2 { (speech.text("elsewhere-title")) }
        @if let Some(said) = said { (said) }
        (form.wrap(&path, &html! { (buttons) }))
        h2 { (speech.text("elsewhere-here")) }
    }
}

/// Asks, looks, or takes back.
pub async fn act(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Approval) {
        return Ok(*elsewhere);
    }
    if !allowed(&desk) {
        return Err(Problem::NotFound);
    }
    let asking = desk.place.asking.clone().lock_owned().await;
    let done = match values.get("act") {
        "ask" => ask(&mut desk).await?,
        "look" => asking::look(&desk.place, &mut desk.application).await,
        "take-back" => {
            desk.application.take_question_back();
            asking::take_back(&desk.place, &mut desk.application).await
        }
        _ => return Err(Problem::NotFound),
    };
    // What was heard is kept, and that something is to be taken back, whether or not the line is up.
    desk.keep(&[]).await?;
    drop(asking);
    match done {
        Ok(()) => Ok(desk.onward()),
        Err(error) => Ok(page(&desk, &error)),
    }
}

/// What kept it from happening; nothing is lost.
fn page(desk: &Desk, error: &AskError) -> Response {
    tracing::warn!(%error, "asking for a second person elsewhere");
    let speech = desk.speech();
    let why = match error {
        AskError::Away(_) => Id("elsewhere-away"),
        AskError::NoKey | AskError::Fleet(_) => Id("send-no-key"),
        AskError::Quarantined => Id("elsewhere-quarantined"),
        AskError::Refused(_) => Id("elsewhere-refused"),
        AskError::Request(_) | AskError::Wrong => Id("elsewhere-wrong"),
    };
    let body = html! {
        (Notification::new(Tone::Bad, speech.text(why)).urgent())
        p { (speech.text("elsewhere-kept")) }
        p { a href=(desk.href(Step::Approval.slug())) { (speech.text("elsewhere-back")) } }
    };
    Page::new(&desk.visit, speech.text(Step::Approval.name()))
        .navigation(navigation(&desk.visit, false))
        .above(desk.application.name())
        .body(body)
        .render()
        .into_response()
}

/// Writes down that it is asked before it is: a reply that is lost is asked for again.
async fn ask(desk: &mut Desk) -> Result<Result<(), AskError>, Problem> {
    let Some(request) = request(desk)? else {
        // The text is not the one that was confirmed, by the day or by a newer configuration: it is read again.
        desk.application.changed();
        return Ok(Ok(()));
    };
    desk.application.asked = Some(Asked {
        summary: request.summary_hash(),
        at: request.asked_at,
        clerk: request.clerk,
        heard: Heard::Waiting,
    });
    // Asking takes what was asked before back; if it is not asked, that is still to be done.
    let before = std::mem::take(&mut desk.application.take_back);
    desk.keep(&[]).await?;
    let (standing, configuration) = (&desk.place.standing, &desk.configuration);
    let now = stamp(desk.visit.now())?;
    let mut rng = edge::rng();
    let asked = second_person::ask(standing, &request, configuration, &mut rng, now).await;
    Ok(match asked {
        Ok(answer) => asking::heard(&mut desk.application, answer),
        Err(error) => {
            // A lost reply may have been taken all the same: that is heard by looking. Anything else was not.
            if !matches!(error, AskError::Away(_)) {
                desk.application.asked = None;
                desk.application.take_back = before;
            }
            Err(error)
        }
    })
}

/// What is sent; none where the summary changed since it was confirmed.
fn request(desk: &Desk) -> Result<Option<ApprovalRequest>, Problem> {
    let application = &desk.application;
    let Some(confirmed) = &application.summary else {
        return Ok(None);
    };
    let text = desk.summary_text(confirmed.language);
    if build::hash(&text) != confirmed.text {
        return Ok(None);
    }
    let rule = desk.configuration.second_person(&desk.place.office);
    let clerk = PersonId::from_bytes(*desk.who.person.bytes());
    let captured_by = application.captured_by(clerk);
    let captured_by = captured_by.map_err(failed("who began an application"))?;
    Ok(Some(ApprovalRequest {
        version: Version,
        application: application.id,
        station: desk.place.standing.identity().station,
        office: desk.place.office.clone(),
        clerk,
        captured_by: captured_by.into_iter().collect(),
        language: confirmed.language,
        summary: Blob::new(text.into_bytes()).map_err(failed("a summary"))?,
        occasions: rules::asked_for(rule, application, desk.today),
        reasons: approval::forced(desk).cloned().collect(),
        portrait: Blob::new(small(desk)?).map_err(failed("a portrait"))?,
        asked_at: stamp(desk.visit.now())?,
    }))
}

/// The portrait, small.
fn small(desk: &Desk) -> Result<Vec<u8>, Problem> {
    let portrait = desk.application.portrait.as_ref();
    let picture = portrait.and_then(|portrait| portrait.portrait.as_ref());
    let picture = picture.ok_or_else(|| failed("a portrait")("there is none"))?;
    let read = image::load_from_memory(picture.as_bytes()).map_err(failed("a portrait"))?;
    let small = read
        .resize(SMALL.0, SMALL.1, FilterType::Triangle)
        .to_rgb8();
    let mut bytes = Vec::new();
    small
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .map_err(failed("a portrait"))?;
    Ok(bytes)
}
