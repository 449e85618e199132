//! The portrait: taken, measured, shown with what is wrong while the applicant is still there.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use dossier::dossier::Camera;
use dossier::{Blob, Text};
use maud::{Markup, html};
use pages::Visit;
use pages::component::{
    Button, ButtonBar, Details, Errors, Input, Notification, Tag, Tone, Values,
};
use pages::http::{Problem, Signed};

use super::super::desk::{Desk, Part};
use super::super::place::{Place, failed, stamp};
use super::super::scanners::NoCapture;
use super::super::{assets, trouble};
use crate::capture::portrait::{self, Outcome, PortraitCapture};
use crate::capture::{Step, words};
use crate::devices::{Kind, Wanted};

/// The boundary of the live picture's parts.
const BOUNDARY: &str = "stempel-frame";

/// The page: the picture that was taken, or how to take one.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Portrait) {
        return Ok(*elsewhere);
    }
    let body = body(
        &desk,
        &Markup::default(),
        &Values::default(),
        &Errors::new(),
    );
    Ok(page(&desk, body))
}

fn page(desk: &Desk, body: Markup) -> Response {
    let script = assets::CAPTURE.href();
    let page = desk.page(Step::Portrait, body).script(&script);
    page.layout(pages::Layout::Wide).render().into_response()
}

fn body(desk: &Desk, above: &Markup, values: &Values, errors: &Errors) -> Markup {
    html! {
        (above)
        @match &desk.application.portrait {
            Some(capture) => (taken(desk, capture, values, errors)),
            None => (take(desk)),
        }
    }
}

/// How to take a picture: a device of the station, or a camera in the browser.
fn take(desk: &Desk) -> Markup {
    let speech = desk.speech();
    let again = desk.application.portrait.is_some();
    let (values, errors) = (Values::default(), Errors::new());
    let form = desk.form(&values, &errors);
    html! {
        div.viewfinder data-viewfinder=(desk.href("portrait/camera"))
            data-refused=(speech.text("portrait-camera-refused"))
            data-failed=(speech.text("portrait-camera-failed")) hidden {
            div.finder-picture {
                video autoplay muted playsinline aria-label=(speech.text("portrait-live")) {}
                div.finder-frame aria-hidden="true" {}
            }
            div.finder-acts {
                button.button.primary type="button" data-shoot { (speech.text("portrait-shoot")) }
                button.button type="button" data-close-camera { (speech.text("portrait-close-camera")) }
            }
        }
        div.viewfinder data-live=(desk.href("portrait/preview")) hidden {
            div.finder-picture { img alt=(speech.text("portrait-live")); }
        }
        p.error data-camera-trouble role="alert" hidden {}
        (form.wrap(&desk.href("portrait/device"), &html! {
            @if !again { p.lead { (speech.text("portrait-lead")) } }
            (ButtonBar::new(Button::primary(speech.text("portrait-by-device")))
                .and(Button::secondary(speech.text("wizard-later")).href("/today")))
            p.capture-ways data-needs-script hidden {
                button.button type="button" data-open-live { (speech.text("portrait-show-live")) }
                button.button type="button" data-open-camera { (speech.text("portrait-by-webcam")) }
            }
        }))
    }
}

fn taken(desk: &Desk, capture: &PortraitCapture, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let (failed, passed): (Vec<&Outcome>, Vec<&Outcome>) = capture
        .outcomes
        .iter()
        .partition(|outcome| !outcome.passed());
    html! {
        (verdict(desk, capture))
        div.portrait-check {
            (overlay(desk, capture))
            div {
                @if !failed.is_empty() {
                    ul.measures role="list" aria-label=(speech.text("measures")) {
                        @for outcome in &failed { (measure(desk, outcome)) }
                    }
                }
                @if !passed.is_empty() {
                    (Details::new(
                        speech.format("portrait-passed", &[("count", passed.len().into())]),
                        html! {
                            ul.measures role="list" aria-label=(speech.text("portrait-passed-list")) {
                                @for outcome in &passed { (measure(desk, outcome)) }
                            }
                        },
                    ))
                }
            }
            @if capture.portrait.is_some() {
                figure.crop {
                    img src={ (desk.href("portrait/picture")) "?" (capture.tries) }
                        alt=(speech.text("portrait-crop-alt")) width="311" height="400";
                    figcaption { (speech.text("portrait-crop")) }
                }
            }
        }
        (decide(desk, capture, values, errors))
        @if capture.portrait.is_some() {
            (Details::new(speech.text("portrait-again"), take(desk)))
        } @else {
            (take(desk))
        }
    }
}

/// What the clerk says to the applicant.
fn verdict(desk: &Desk, capture: &PortraitCapture) -> Markup {
    let speech = desk.speech();
    let advices = capture.advices();
    if advices.is_empty() {
        return html! { (Notification::new(Tone::Good, speech.text("portrait-good"))) };
    }
    let said = html! {
        ul.say {
            @for advice in advices.iter().take(4) { li { (words::advice(speech, advice)) } }
        }
    };
    let title = if capture.portrait.is_some() {
        speech.text("portrait-say")
    } else {
        speech.text("portrait-none-say")
    };
    html! { (Notification::new(Tone::Attention, title).more(said).urgent()) }
}

/// The picture as it came, with the face, the eyes and the frame drawn on it.
fn overlay(desk: &Desk, capture: &PortraitCapture) -> Markup {
    let speech = desk.speech();
    let (width, height) = capture.size;
    let box_of = |area: Option<[f64; 4]>| area.map(|area| area.map(|value| format!("{value:.1}")));
    let stroke = f64::from(width) / 200.0;
    html! {
        figure.source {
            svg viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(speech.text("portrait-source-alt")) {
                image href={ (desk.href("portrait/source")) "?" (capture.tries) } width=(width) height=(height) {}
                @if let Some([left, top, w, h]) = box_of(capture.frame) {
                    rect.drawn-frame x=(left) y=(top) width=(w) height=(h) stroke-width=(stroke) {}
                }
                @if let Some([left, top, w, h]) = box_of(capture.face) {
                    rect.drawn-face x=(left) y=(top) width=(w) height=(h) stroke-width=(stroke) {}
                }
                @if let Some(eyes) = capture.eyes {
                    @for [x, y] in eyes {
                        circle.drawn-eye cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(stroke * 2.0)
                            stroke-width=(stroke) {}
                    }
                }
            }
            figcaption { (speech.text("portrait-source")) }
        }
    }
}

fn measure(desk: &Desk, outcome: &Outcome) -> Markup {
    let speech = desk.speech();
    let passed = outcome.passed();
    let (tone, word) = if passed {
        (Tone::Good, speech.text("measure-passes"))
    } else {
        (Tone::Attention, speech.text("measure-fails"))
    };
    let (value, limit) = (outcome.value.unwrap_or_default(), outcome.limit);
    html! {
        li.fails[!passed] {
            div.measure-head {
                span.measure-name { (words::measure(speech, &outcome.name)) }
                (Tag::new(tone, word))
            }
            svg.meter viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track width="100" height="8" {}
                rect.value width=(value.min(100)) height="8" {}
                rect.limit x=(u16::from(limit.min(100)).saturating_sub(1)) width="1" height="8" {}
            }
            p.measure-value {
                (speech.format("measure-value", &[("value", value.into()), ("limit", limit.into())]))
            }
            @if !passed { p.advice { (words::advice(speech, &outcome.advice)) } }
        }
    }
}

/// Take it, or take it although something is wrong.
fn decide(desk: &Desk, capture: &PortraitCapture, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let action = desk.href(Step::Portrait.slug());
    let later = Button::secondary(speech.text("wizard-later")).href("/today");
    if capture.portrait.is_none() {
        return Markup::default();
    }
    if capture.passed() {
        return form.wrap(
            &action,
            &html! {
                (ButtonBar::new(Button::primary(speech.text("portrait-use"))).and(later))
            },
        );
    }
    form.wrap(
        &action,
        &html! {
            (form.input(&Input::lines("reason", speech.text("portrait-reason"))
                .hint(speech.text("portrait-reason-hint"))))
            (ButtonBar::new(Button::primary(speech.text("portrait-force"))).and(later))
        },
    )
}

/// Takes the picture, with a reason where a measure misses its limit.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let Some(mut capture) = desk.application.portrait.clone() else {
        return Ok(desk.onward());
    };
    if capture.portrait.is_none() {
        return Ok(Redirect::to(&desk.href(Step::Portrait.slug())).into_response());
    }
    capture.forced = None;
    if !capture.passed() {
        let mut errors = Errors::new();
        match Text::new(values.get("reason")) {
            Ok(reason) if may_force(&desk, &capture) => capture.forced = Some(reason),
            Ok(_) => errors.add("reason", desk.speech().text("portrait-not-forced")),
            Err(_) => errors.add("reason", desk.speech().text("portrait-reason-missing")),
        }
        if !errors.is_empty() {
            let body = body(&desk, &Markup::default(), &values, &errors);
            let script = assets::CAPTURE.href();
            let page = desk.page(Step::Portrait, body).script(&script).failed(true);
            let page = page.layout(pages::Layout::Wide).render();
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    }
    capture.accepted = true;
    desk.application.portrait = Some(capture);
    desk.save(&[Part::Portrait]).await?;
    Ok(desk.onward())
}

/// Whether the configuration lets every failed measure be forced.
fn may_force(desk: &Desk, capture: &PortraitCapture) -> bool {
    let failed = capture.outcomes.iter().filter(|outcome| !outcome.passed());
    failed.into_iter().all(|outcome| {
        let label = dossier::Label::new(&outcome.name).ok();
        let threshold = label.and_then(|label| {
            let subject = dossier::configuration::Subject::Portrait;
            desk.configuration.threshold(subject, &label).cloned()
        });
        threshold.is_none_or(|threshold| threshold.may_be_forced)
    })
}

/// Captures from a device of the station.
pub async fn device(mut desk: Desk) -> Result<Response, Problem> {
    let captured = desk.place.scanners.capture(Kind::Face, Wanted::Face).await;
    let captured = match captured {
        Ok(captured) => captured,
        Err(error) => return Ok(without(&desk, &error)),
    };
    let record = captured.biometrics.first().map(|one| one.record.clone());
    let picture = record.and_then(|record| portrait::of_record(&record).ok());
    let identity = Blob::new(captured.signed_identity.into_bytes());
    let identity = identity.map_err(failed("the camera's identity"))?;
    let Some(picture) = picture else {
        let text = desk.speech().text("portrait-unreadable");
        let above = html! { (Notification::new(Tone::Bad, text).urgent()) };
        let body = body(&desk, &above, &Values::default(), &Errors::new());
        return Ok(page(&desk, body));
    };
    judge(&mut desk, picture, Camera::Device(identity)).await?;
    Ok(Redirect::to(&desk.href(Step::Portrait.slug())).into_response())
}

fn without(desk: &Desk, error: &NoCapture) -> Response {
    let above = trouble::no_capture(desk.speech(), error, Kind::Face);
    let body = body(desk, &above, &Values::default(), &Errors::new());
    page(desk, body)
}

/// Takes a picture that the browser's camera made.
pub async fn camera(
    mut desk: Desk,
    headers: HeaderMap,
    picture: Bytes,
) -> Result<Response, Problem> {
    let name = headers.get("x-camera").and_then(|name| name.to_str().ok());
    let name: String = name.unwrap_or("webcam").chars().take(200).collect();
    let name = Text::new(name.trim()).or_else(|_| Text::new("webcam"));
    let camera = Camera::Webcam(name.map_err(failed("the camera's name"))?);
    if judge(&mut desk, picture.to_vec(), camera).await.is_err() {
        return Ok(axum::http::StatusCode::UNPROCESSABLE_ENTITY.into_response());
    }
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

async fn judge(desk: &mut Desk, picture: Vec<u8>, camera: Camera) -> Result<(), Problem> {
    let tries = desk
        .application
        .portrait
        .as_ref()
        .map_or(0, |one| one.tries)
        + 1;
    let limits = portrait::limits(&desk.configuration);
    let (check, at) = (desk.place.check.clone(), stamp(desk.visit.now())?);
    let judged = tokio::task::spawn_blocking(move || {
        portrait::judge(&check, &limits, picture, camera, at, tries)
    });
    let judged = judged.await.map_err(failed("judging a portrait"))?;
    desk.application.portrait = Some(judged.map_err(failed("judging a portrait"))?);
    desk.save(&[Part::Portrait]).await
}

/// The picture as it came.
pub async fn source(desk: Desk) -> Result<Response, Problem> {
    let capture = desk.application.portrait.ok_or(Problem::NotFound)?;
    let bytes = capture.source.as_bytes();
    let png = bytes.starts_with(b"\x89PNG");
    let kind = if png { "image/png" } else { "image/jpeg" };
    Ok(([(header::CONTENT_TYPE, kind)], bytes.to_vec()).into_response())
}

/// The portrait that was cut out.
pub async fn picture(desk: Desk) -> Result<Response, Problem> {
    let capture = desk.application.portrait.ok_or(Problem::NotFound)?;
    let portrait = capture.portrait.ok_or(Problem::NotFound)?;
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    Ok((kind, portrait.as_bytes().to_vec()).into_response())
}

/// The camera's live picture, frame after frame.
pub async fn preview(
    State(place): State<Place>,
    Signed { visit, .. }: Signed,
) -> Result<Response, Problem> {
    let preview = place
        .scanners
        .preview()
        .await
        .map_err(|_| Problem::NotFound)?;
    let frames = parts(preview, visit);
    let kind = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(frames)).into_response())
}

/// Frames as the parts of one answer; it ends with the device's preview, when the browser goes away, or when the session
/// is locked or signed out: nobody is shown to an empty chair.
fn parts(
    mut preview: crate::devices::Preview,
    visit: Visit,
) -> tokio_stream::wrappers::ReceiverStream<Result<Bytes, Infallible>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok(Some(frame)) = preview.next().await {
            if !visit.goes_on().await {
                return;
            }
            let jpeg = frame.jpeg();
            let head = format!(
                "--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
                jpeg.len()
            );
            let part = [head.as_bytes(), jpeg, b"\r\n"].concat();
            if sender.send(Ok(Bytes::from(part))).await.is_err() {
                return;
            }
        }
    });
    tokio_stream::wrappers::ReceiverStream::new(receiver)
}
