//! What the applicant reads, in their language, and confirms or has corrected.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use dossier::Language;
use dossier::dossier::Summary;
use maud::{Markup, html};
use pages::Speech;
use pages::component::{Button, ButtonBar, Choice, Errors, SummaryList, SummaryRow, Values};
use pages::http::Problem;
use serde::Deserialize;

use super::super::desk::Desk;
use super::super::place::stamp;
use super::information;
use crate::capture::application::Signing;
use crate::capture::{Step, build, summary};

/// Which language is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    language: Option<String>,
}

/// The summary.
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Summary) {
        return Ok(*elsewhere);
    }
    let asked = asked.language.as_deref().and_then(Language::from_tag);
    let language = asked
        .or(desk.application.language())
        .unwrap_or(Language::Fr);
    let body = body(&desk, language, &Errors::new());
    Ok(desk.page(Step::Summary, body).render().into_response())
}

fn body(desk: &Desk, language: Language, errors: &Errors) -> Markup {
    let speech = desk.speak(language);
    let rows = summary::rows(&desk.application, speech, &desk.configuration, desk.today);
    let hash = build::hash(&summary::text(&rows)).to_string();
    let list = SummaryList::new(rows.into_iter().map(|row| {
        let change = speech.format("summary-change", &[("name", row.name.clone().into())]);
        SummaryRow {
            change: Some((desk.href(row.step.slug()), change)),
            name: row.name,
            value: html! { (row.value) },
        }
    }));
    let values = Values::default();
    let form = desk.form(&values, errors);
    let confirm = Choice::checkbox("confirmed", speech.text("summary-question"))
        .answer("yes", speech.text("summary-confirm"));
    html! {
        (languages(desk, language))
        div.for-applicant lang=(language.tag()) {
            p.lead { (speech.text("summary-lead")) }
            (pictures(desk, speech))
            (list)
            (form.wrap(&desk.href(Step::Summary.slug()), &html! {
                input type="hidden" name="language" value=(language.tag());
                input type="hidden" name="text" value=(hash);
                (form.choice(&confirm))
                (ButtonBar::new(Button::primary(speech.text("summary-go-on")))
                    .and(Button::secondary(speech.text("wizard-later")).href("/today")))
            }))
        }
    }
}

fn languages(desk: &Desk, chosen: Language) -> Markup {
    let speech = desk.speech();
    html! {
        nav.choose-language aria-label=(speech.text("information-language")) {
            ul role="list" {
                @for language in Language::ALL {
                    li {
                        a href={ "?language=" (language.tag()) } lang=(language.tag())
                            aria-current=[(language == chosen).then_some("true")] {
                            (information::name(language))
                        }
                    }
                }
            }
        }
    }
}

fn pictures(desk: &Desk, speech: Speech<'_>) -> Markup {
    let signed = matches!(desk.application.signature, Some(Signing::Signed(_)));
    let tries = desk
        .application
        .portrait
        .as_ref()
        .map_or(0, |one| one.tries);
    html! {
        div.summary-pictures {
            figure.crop {
                img src={ (desk.href("portrait/picture")) "?" (tries) } width="233" height="300"
                    alt=(speech.text("portrait-crop-alt"));
            }
            @if signed {
                figure.signature {
                    img src=(desk.href("signature/picture")) width="300" height="100"
                        alt=(speech.text("signature-alt"));
                }
            }
        }
    }
}

/// Keeps that exactly this text was confirmed.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Summary) {
        return Ok(*elsewhere);
    }
    let language = Language::from_tag(values.get("language")).unwrap_or(Language::Fr);
    let hash = desk.summary(language);
    let mut errors = Errors::new();
    if values.get("text") != hash.to_string() {
        let changed = desk.speak(language).text("summary-changed");
        errors.add("confirmed", changed);
    } else if !values.has("confirmed", "yes") {
        let missing = desk.speak(language).text("summary-not-confirmed");
        errors.add("confirmed", missing);
    }
    if !errors.is_empty() {
        let body = body(&desk, language, &errors);
        return Ok(desk.wrong(Step::Summary, body));
    }
    desk.application.changed();
    desk.application.summary = Some(Summary {
        language,
        text: hash,
        confirmed_at: stamp(desk.visit.now())?,
    });
    desk.keep(&[]).await?;
    Ok(desk.onward())
}
