//! What is applied for, and why.

use axum::response::{IntoResponse, Response};
use dossier::dossier::{DocumentType, Ground};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Values};
use pages::http::Problem;

use super::super::desk::Desk;
use super::bar;
use crate::capture::application::Request;
use crate::capture::{Step, words};

const DOCUMENTS: [(&str, DocumentType); 2] = [
    ("card", DocumentType::IdentityCard),
    ("permit", DocumentType::ResidencePermit),
];
const GROUNDS: [(&str, Ground); 5] = [
    ("first", Ground::First),
    ("renewal", Ground::Renewal),
    ("loss", Ground::Loss),
    ("theft", Ground::Theft),
    ("correction", Ground::Correction),
];

/// The form, with what was chosen before.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let values = desk.application.request.map(|request| {
        let document = DOCUMENTS.iter().find(|(_, one)| *one == request.document);
        let ground = GROUNDS.iter().find(|(_, one)| *one == request.ground);
        let mut values = vec![
            ("document", document.map_or("", |(name, _)| name)),
            ("ground", ground.map_or("", |(name, _)| name)),
        ];
        if request.express {
            values.push(("more", "express"));
        }
        if request.represented {
            values.push(("more", "represented"));
        }
        Values::new(values)
    });
    let body = form(&desk, &values.unwrap_or_default(), &Errors::new());
    Ok(desk.page(Step::Request, body).render().into_response())
}

/// Keeps the choice.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let speech = desk.speech();
    let mut errors = Errors::new();
    let document = DOCUMENTS
        .iter()
        .find(|(name, _)| *name == values.get("document"));
    let ground = GROUNDS
        .iter()
        .find(|(name, _)| *name == values.get("ground"));
    if document.is_none() {
        errors.add("document", speech.text("request-document-missing"));
    }
    if ground.is_none() {
        errors.add("ground", speech.text("request-ground-missing"));
    }
    let (Some((_, document)), Some((_, ground))) = (document, ground) else {
        let body = form(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Request, body));
    };
    let request = Request {
        document: *document,
        ground: *ground,
        express: values.has("more", "express"),
        represented: values.has("more", "represented"),
    };
    if desk.application.request != Some(request) {
        desk.application.request = Some(request);
        // Papers and fee depend on it.
        desk.application.papers = None;
        desk.application.payment = None;
        desk.save(&[]).await?;
    }
    Ok(desk.onward())
}

fn form(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let mut document = Choice::radio("document", speech.text("request-document"));
    for (name, one) in DOCUMENTS {
        document = document.answer(name, speech.text(words::document(one)));
    }
    let mut ground = Choice::radio("ground", speech.text("request-ground"));
    for (name, one) in GROUNDS {
        ground = ground.explained(name, speech.text(words::ground(one)), hint(speech, one));
    }
    let more = Choice::checkbox("more", speech.text("request-more"))
        .optional()
        .explained(
            "express",
            speech.text("request-express"),
            speech.text("request-express-hint"),
        )
        .explained(
            "represented",
            speech.text("request-represented"),
            speech.text("request-represented-hint"),
        );
    form.wrap(
        &desk.href(Step::Request.slug()),
        &html! {
            (form.choice(&document))
            (form.choice(&ground))
            (form.choice(&more))
            (bar(desk))
        },
    )
}

fn hint(speech: pages::Speech<'_>, ground: Ground) -> String {
    match ground {
        Ground::First => speech.text("ground-first-hint"),
        Ground::Renewal => speech.text("ground-renewal-hint"),
        Ground::Loss => speech.text("ground-loss-hint"),
        Ground::Theft => speech.text("ground-theft-hint"),
        Ground::Correction => speech.text("ground-correction-hint"),
    }
}
