//! What the applicant is told about the use of their data, in a language that they choose.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use dossier::dossier::Information;
use dossier::{Label, Language};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Notification, Tone, Values};
use pages::http::Problem;
use serde::Deserialize;

use super::super::desk::Desk;
use super::super::place::{failed, stamp};
use super::bar;
use crate::capture::Step;

/// The text that the law asks for.
const TEXT: &str = "data-protection";

/// Which language is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    language: Option<String>,
}

/// The text.
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Information) {
        return Ok(*elsewhere);
    }
    let asked = asked.language.as_deref().and_then(Language::from_tag);
    let language = asked
        .or(desk.application.language())
        .unwrap_or_else(|| of_page(&desk));
    let given = desk.application.information.is_some() && asked.is_none();
    let values = if given {
        Values::new([("given", "yes")])
    } else {
        Values::default()
    };
    let body = body(&desk, language, &values, &Errors::new())?;
    Ok(desk.page(Step::Information, body).render().into_response())
}

/// Keeps that it was given: which version, in which language, when.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let language = Language::from_tag(values.get("language")).unwrap_or_else(|| of_page(&desk));
    if !values.has("given", "yes") {
        let mut errors = Errors::new();
        errors.add("given", desk.speech().text("information-missing"));
        let body = body(&desk, language, &values, &errors)?;
        return Ok(desk.wrong(Step::Information, body));
    }
    let label = Label::new(TEXT).map_err(failed("the text's name"))?;
    let text = desk.configuration.text(&label);
    let version = text.map(|text| text.version).ok_or_else(|| {
        tracing::error!("the configuration has no text {TEXT}; issue one that has");
        Problem::Failed
    })?;
    let known = desk.application.information.as_ref();
    if known.is_some_and(|known| known.version == version && known.language == language) {
        return Ok(desk.onward());
    }
    desk.application.information = Some(Information {
        text: label,
        version,
        language,
        given_at: stamp(desk.visit.now())?,
    });
    desk.save(&[]).await?;
    Ok(desk.onward())
}

fn body(
    desk: &Desk,
    language: Language,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = desk.speech();
    let label = Label::new(TEXT).map_err(failed("the text's name"))?;
    let text = desk.configuration.text(&label);
    let prose = text.and_then(|text| text.languages.get(&language));
    let form = desk.form(values, errors);
    let given = Choice::checkbox("given", speech.text("information-question"))
        .answer("yes", speech.text("information-given"));
    Ok(html! {
        p.lead { (speech.text("information-lead")) }
        (choose_language(desk, language))
        @match (text, prose) {
            (Some(text), Some(prose)) => {
                section.read-out lang=(language.tag()) aria-label=(speech.text("information-text")) {
                    @for paragraph in prose.as_str().split("\n\n") { p { (paragraph) } }
                    p.hint {
                        (speech.format("information-version", &[("version", text.version.into())]))
                    }
                }
            }
            _ => (Notification::new(Tone::Bad, speech.text("information-no-text"))),
        }
        (form.wrap(&desk.href(Step::Information.slug()), &html! {
            input type="hidden" name="language" value=(language.tag());
            (form.choice(&given))
            (bar(desk))
        }))
    })
}

/// The languages of the text, as links: it changes nothing that was typed.
fn choose_language(desk: &Desk, chosen: Language) -> Markup {
    let speech = desk.speech();
    html! {
        nav.choose-language aria-label=(speech.text("information-language")) {
            ul role="list" {
                @for language in Language::ALL {
                    li {
                        a href={ "?language=" (language.tag()) } lang=(language.tag())
                            aria-current=[(language == chosen).then_some("true")] {
                            (name(language))
                        }
                    }
                }
            }
        }
    }
}

/// A language's own name.
pub fn name(language: Language) -> &'static str {
    pages::Language::from_tag(language.tag()).map_or("", pages::Language::name)
}

/// The language of the clerk's page, where the applicant has not chosen.
fn of_page(desk: &Desk) -> Language {
    let tag = desk.speech().language().tag();
    Language::from_tag(tag).unwrap_or(Language::Fr)
}
