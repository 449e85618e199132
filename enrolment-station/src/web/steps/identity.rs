//! Who the applicant is: asked of the register by national number, or typed by hand and marked for review.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use dossier::dossier::{Identity, PriorState, RegisterAnswer, Relation, Sex, Source, Sourced};
use dossier::{Label, NationalNumber, Text};
use icao9303::mrz::{MrzName, NameField, Transliteration};
use maud::{Markup, html};
use pages::component::{
    Button, ButtonBar, Choice, Errors, Input, Notification, SummaryList, SummaryRow, Tag, Tone,
    Values,
};
use pages::http::Problem;
use serde::Deserialize;

use super::super::desk::Desk;
use super::super::place::{failed, stamp};
use super::{bar, manual};
use crate::capture::application::{KnownDocument, KnownRepresentative, Person};
use crate::capture::{Step, summary, words};
use crate::register::{self, DocumentKind, DocumentState, Purpose, RegisterPerson, Status};

/// Characters of the name line of a card.
const LINE: usize = 30;

/// What of the page is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    manual: Option<String>,
    again: Option<String>,
}

/// The number's form, the manual form, or what is known.
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Identity) {
        return Ok(*elsewhere);
    }
    let body = if asked.manual.is_some() {
        manual::form(&desk, &manual::values(&desk), &Errors::new())
    } else {
        match &desk.application.identity {
            Some(person) if asked.again.is_none() => {
                known(&desk, person, &chosen(person), &Errors::new())
            }
            _ => lookup(&desk, &Values::default(), &Errors::new()),
        }
    };
    Ok(desk.page(Step::Identity, body).render().into_response())
}

/// Looks up, takes what was typed, or confirms.
pub async fn save(desk: Desk, values: Values) -> Result<Response, Problem> {
    match values.get("act") {
        "manual" => manual::save(desk, values).await,
        "confirm" => confirm(desk, values).await,
        _ => find(desk, values).await,
    }
}

fn lookup(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    html! {
        p.lead { (speech.text("identity-lead")) }
        (form.wrap(&desk.href(Step::Identity.slug()), &html! {
            input type="hidden" name="act" value="find";
            (form.input(&Input::national_number("number", speech.text("person-number"))
                .hint(speech.text("identity-number-hint"))))
            (ButtonBar::new(Button::primary(speech.text("identity-find")))
                .and(Button::secondary(speech.text("identity-by-hand")).href("?manual=yes"))
                .and(Button::secondary(speech.text("wizard-later")).href("/today")))
        }))
    }
}

async fn find(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let Ok(number) = NationalNumber::new(&values.digits("number")) else {
        errors.add("number", desk.speech().text("identity-number-wrong"));
        let body = lookup(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Identity, body));
    };
    let found = match &desk.place.register {
        Some(register) => {
            let case = desk.application.id;
            register.find(&number, Purpose::Application, case).await
        }
        None => Err(register::RegisterError::Unreachable),
    };
    match found {
        Ok(person) if person.status == Status::Deceased => Ok(deceased(&desk)),
        Ok(person) => {
            let person = of_register(&person, stamp(desk.visit.now())?)?;
            desk.application.identify(person);
            desk.save(&[]).await?;
            let to = desk.href(Step::Identity.slug());
            Ok(axum::response::Redirect::to(&to).into_response())
        }
        Err(error) if error.allows_manual_entry() => {
            let text = words::register(desk.speech(), error);
            let typed = manual::with_number(&number);
            let body = html! {
                (Notification::new(Tone::Attention, text).urgent())
                (manual::form(&desk, &typed, &Errors::new()))
            };
            Ok(desk.page(Step::Identity, body).render().into_response())
        }
        Err(error) => {
            errors.add("number", words::register(desk.speech(), error));
            let body = lookup(&desk, &values, &errors);
            Ok(desk.wrong(Step::Identity, body))
        }
    }
}

/// The number is of somebody who died: nothing goes on from here.
fn deceased(desk: &Desk) -> Response {
    let speech = desk.speech();
    let body = html! {
        (Notification::new(Tone::Bad, speech.text("identity-deceased")).urgent()
            .more(html! { p { (speech.text("identity-deceased-advice")) } }))
        div.acts {
            a.button href="?again=yes" { (speech.text("identity-other-number")) }
            a.button href=(desk.href("discard")) { (speech.text("wizard-discard")) }
        }
    };
    desk.wrong(Step::Identity, body)
}

/// The register's answer as the dossier carries it.
fn of_register(person: &RegisterPerson, at: dossier::Timestamp) -> Result<Person, Problem> {
    let known = |value| Sourced::new(value, Source::Register);
    let nationality = person
        .nationalities
        .iter()
        .find(|one| one.as_str() == "LUX")
        .or(person.nationalities.first())
        .ok_or(Problem::Failed)?;
    let place = person.place_of_birth.as_str();
    let place = (!place.is_empty()).then(|| Text::new(place)).transpose();
    let place = place.map_err(failed("the register's answer"))?;
    let answer = Label::new(&hex::encode(person.answer.0)).map_err(failed("the answer's id"))?;
    Ok(Person {
        identity: Identity {
            surname: Sourced::new(person.name.surname.clone(), Source::Register),
            given_names: Sourced::new(person.name.given_names.clone(), Source::Register),
            sex: Sourced::new(
                match person.sex {
                    register::Sex::Female => Sex::Female,
                    register::Sex::Male => Sex::Male,
                    register::Sex::Unknown => Sex::Unspecified,
                },
                Source::Register,
            ),
            date_of_birth: Sourced::new(person.birth.clone(), Source::Register),
            nationality: Sourced::new(nationality.clone(), Source::Register),
            place_of_birth: place.map(|place| Sourced::new(vec![place], Source::Register)),
            national_number: Some(known(person.number.clone())),
            name_line: None,
            name_line_shortened: false,
            commune: person
                .commune
                .clone()
                .map(|commune| Sourced::new(commune, Source::Register)),
        },
        register: Some(RegisterAnswer { answer, at }),
        known: person.documents.iter().filter_map(document).collect(),
        nationalities: person.nationalities.clone(),
        foreign: person
            .foreign_names
            .iter()
            .map(|one| {
                let (surname, given) = (&one.name.surname, &one.name.given_names);
                format!("{} {}", surname.as_str(), given.as_str())
            })
            .collect(),
        left: person.status == Status::Left,
        representatives: person.representatives.iter().map(representative).collect(),
    })
}

fn document(one: &register::RegisteredDocument) -> Option<KnownDocument> {
    Some(KnownDocument {
        number: Text::new(one.number.as_str()).ok()?,
        document: match one.kind {
            DocumentKind::IdentityCard => dossier::dossier::DocumentType::IdentityCard,
            DocumentKind::ResidencePermit => dossier::dossier::DocumentType::ResidencePermit,
        },
        reported: match one.state {
            DocumentState::Lost => Some(PriorState::Lost),
            DocumentState::Stolen => Some(PriorState::Stolen),
            DocumentState::Valid | DocumentState::Expired | DocumentState::Revoked => None,
        },
    })
}

fn representative(one: &register::Representative) -> KnownRepresentative {
    KnownRepresentative {
        surname: one.name.surname.clone(),
        given_names: one.name.given_names.clone(),
        relation: match one.relation {
            register::Relation::Parent => Relation::Parent,
            register::Relation::Guardian => Relation::Guardian,
        },
    }
}

/// What was chosen beside the register's facts.
fn chosen(person: &Person) -> Values {
    let identity = &person.identity;
    let line = identity.name_line.as_ref().map(|line| line.value.as_str());
    Values::new([
        ("nationality", identity.nationality.value.as_str()),
        ("line", line.unwrap_or_default()),
    ])
}

fn known(desk: &Desk, person: &Person, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let rows = summary::rows(&desk.application, speech, &desk.configuration, desk.today);
    let facts = rows.into_iter().filter(|row| row.step == Step::Identity);
    let typed = crate::capture::rules::is_manual(&desk.application);
    let form = desk.form(values, errors);
    let rule = by_rule(&person.identity);
    html! {
        @if person.left { (Notification::new(Tone::Attention, speech.text("identity-left"))) }
        p {
            @if typed { (Tag::new(Tone::Attention, speech.text("identity-typed"))) }
            @else { (Tag::new(Tone::Good, speech.text("identity-from-register"))) }
        }
        (SummaryList::new(facts.map(|row| SummaryRow {
            name: row.name,
            value: html! { (row.value) },
            change: None,
        })))
        @for name in &person.foreign {
            p.hint { (speech.format("identity-foreign-name", &[("name", name.clone().into())])) }
        }
        (form.wrap(&desk.href(Step::Identity.slug()), &html! {
            input type="hidden" name="act" value="confirm";
            @if person.nationalities.len() > 1 {
                (form.choice(&nationality(desk, person)))
            }
            (form.input(&Input::text("line", speech.text("identity-name-line")).optional()
                .hint(line_hint(desk, rule.as_ref()))))
            (bar(desk))
        }))
        p {
            a href="?again=yes" { (speech.text("identity-other-number")) }
            " · "
            a href="?manual=yes" { (speech.text("identity-correct")) }
        }
    }
}

fn nationality(desk: &Desk, person: &Person) -> Choice {
    let question = desk.speech().text("identity-which-nationality");
    let all = person.nationalities.iter();
    all.fold(Choice::radio("nationality", question), |choice, one| {
        choice.answer(one.as_str(), one.as_str())
    })
}

/// What the machine-readable line will be without a choice, or that there must be one.
fn line_hint(desk: &Desk, rule: Option<&NameField>) -> String {
    let speech = desk.speech();
    match rule {
        Some(line) => {
            let text = line.as_str().trim_end_matches('<').to_owned();
            if line.is_shortened() {
                speech.format("identity-name-line-short", &[("line", text.into())])
            } else {
                speech.format("identity-name-line-rule", &[("line", text.into())])
            }
        }
        None => speech.text("identity-name-line-needed"),
    }
}

/// The line that the rules of 9303-3 give; none where an operator has to choose.
pub fn by_rule(identity: &Identity) -> Option<NameField> {
    let (surname, given) = (&identity.surname.value, &identity.given_names.value);
    MrzName::transliterate(
        surname.as_str(),
        given.as_str(),
        &Transliteration::first_values(),
    )
    .and_then(|name| name.fit(LINE))
    .ok()
}

/// Takes the choices beside the facts.
async fn confirm(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let Some(mut person) = desk.application.identity.clone() else {
        return Ok(desk.onward());
    };
    let mut errors = Errors::new();
    let wanted = values.get("nationality");
    if let Some(one) = person
        .nationalities
        .iter()
        .find(|one| one.as_str() == wanted)
    {
        person.identity.nationality = Sourced::new(one.clone(), Source::Register);
    }
    choose_line(&desk, &mut person.identity, values.get("line"), &mut errors);
    if !errors.is_empty() {
        let body = known(&desk, &person, &values, &errors);
        return Ok(desk.wrong(Step::Identity, body));
    }
    desk.application.identity = Some(person);
    desk.save(&[]).await?;
    Ok(desk.onward())
}

/// Takes the clerk's name line, if there is one and it is needed.
pub fn choose_line(desk: &Desk, identity: &mut Identity, typed: &str, errors: &mut Errors) {
    let speech = desk.speech();
    let typed = typed.to_uppercase().replace(' ', "<");
    let typed = typed.trim_end_matches('<');
    identity.name_line = None;
    identity.name_line_shortened = false;
    let rule = by_rule(identity);
    if typed.is_empty() {
        if rule.is_none() {
            errors.add("line", speech.text("identity-name-line-missing"));
        }
        return;
    }
    // A line that fills the field says that the name goes on.
    let shortened = typed.len() >= LINE;
    match (
        NameField::chosen_by_operator(typed, LINE, shortened),
        Text::new(typed),
    ) {
        (Ok(_), Ok(line)) => {
            identity.name_line = Some(Sourced::new(line, Source::Manual));
            identity.name_line_shortened = shortened;
        }
        _ => errors.add("line", speech.text("identity-name-line-wrong")),
    }
}
