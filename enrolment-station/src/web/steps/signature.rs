//! The signature: written on a canvas with pad, pen or mouse, or the reason why the applicant does not sign.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use biometrics::picture::{self, PictureLimits};
use dossier::dossier::{Signature, SignatureDevice};
use dossier::{Blob, Text};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Input, Values};
use pages::http::Problem;

use super::super::assets;
use super::super::desk::{Desk, Part};
use super::bar;
use crate::capture::application::Signing;
use crate::capture::{Step, rules};

/// How a data URL of a PNG begins.
const PNG: &str = "data:image/png;base64,";
/// What may be written on: nothing larger than the canvas at twice its density.
const LIMITS: PictureLimits = PictureLimits {
    max_bytes: 48 << 10,
    max_pixels: 4_000_000,
};

/// The canvas, and the way without.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Signature) {
        return Ok(*elsewhere);
    }
    let age = desk.application.age(desk.today);
    let values = match &desk.application.signature {
        Some(Signing::Unable(reason)) => {
            Values::new([("how", "unable"), ("reason", reason.as_str())])
        }
        None if age.is_some_and(|age| age < rules::SIGNATURE_FROM) => {
            let reason = desk.speech().text("signature-young");
            Values::new([("how", "unable".to_owned()), ("reason", reason)])
        }
        _ => Values::new([("how", "signed")]),
    };
    Ok(page(&desk, &values, &Errors::new()))
}

fn page(desk: &Desk, values: &Values, errors: &Errors) -> Response {
    let script = assets::CAPTURE.href();
    let wrong = !errors.is_empty();
    let body = body(desk, values, errors);
    let page = desk
        .page(Step::Signature, body)
        .script(&script)
        .failed(wrong);
    let status = if wrong {
        axum::http::StatusCode::UNPROCESSABLE_ENTITY
    } else {
        axum::http::StatusCode::OK
    };
    (status, page.render()).into_response()
}

fn body(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let signed = matches!(desk.application.signature, Some(Signing::Signed(_)));
    let how = Choice::radio("how", speech.text("signature-how"))
        .answer("signed", speech.text("signature-signs"))
        .answer("unable", speech.text("signature-unable"));
    html! {
        p.lead { (speech.text("signature-lead")) }
        (form.wrap(&desk.href(Step::Signature.slug()), &html! {
            (form.choice(&how))
            div.pad.wrong[errors.of("picture").is_some()] data-pad hidden {
                p id="pad-label" { strong { (speech.text("signature-here")) } }
                canvas id="picture" width="600" height="200" tabindex="0" role="img" aria-labelledby="pad-label" {}
                input type="hidden" name="picture" value="";
                p { button.button type="button" data-clear { (speech.text("signature-clear")) } }
            }
            @if let Some(error) = errors.of("picture") { p.error { (error) } }
            @if signed {
                figure.signature {
                    img src=(desk.href("signature/picture")) alt=(speech.text("signature-alt")) width="300" height="100";
                    figcaption { (speech.text("signature-kept")) }
                }
            }
            noscript { p.hint { (speech.text("signature-needs-script")) } }
            (form.input(&Input::text("reason", speech.text("signature-reason")).optional()
                .hint(speech.text("signature-reason-hint"))))
            (bar(desk))
        }))
    }
}

/// Keeps the signature or the reason.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let before = desk.application.signature.take();
    let signing = if values.has("how", "unable") {
        let reason = Text::new(values.get("reason"));
        if reason.is_err() {
            errors.add("reason", desk.speech().text("signature-reason-missing"));
        }
        reason.ok().map(Signing::Unable)
    } else {
        let drawn = drawn(values.get("picture"));
        let kept = matches!(before, Some(Signing::Signed(_)));
        match drawn {
            Some(picture) => Some(Signing::Signed(Signature {
                picture,
                device: SignatureDevice::Pointer,
            })),
            None if kept && values.get("picture").is_empty() => before.clone(),
            None => {
                errors.add("picture", desk.speech().text("signature-missing"));
                None
            }
        }
    };
    let Some(signing) = signing else {
        desk.application.signature = before;
        return Ok(page(&desk, &values, &errors));
    };
    desk.application.signature = Some(signing);
    desk.save(&[Part::Signature]).await?;
    Ok(desk.onward())
}

/// The canvas's picture, if it is one and there is ink on it.
fn drawn(url: &str) -> Option<Blob<1, 524_288>> {
    let bytes = STANDARD.decode(url.strip_prefix(PNG)?).ok()?;
    let picture = picture::load(&bytes, &LIMITS).ok()?;
    biometrics::signature::prepare(&picture).ok()?;
    Blob::new(bytes).ok()
}

/// The signature as it was written.
pub async fn picture(desk: Desk) -> Result<Response, Problem> {
    match &desk.application.signature {
        Some(Signing::Signed(signature)) => {
            let kind = [(header::CONTENT_TYPE, "image/png")];
            Ok((kind, signature.picture.as_bytes().to_vec()).into_response())
        }
        _ => Err(Problem::NotFound),
    }
}
