//! Papers that the clerk saw, those that the ground asks for first, and what becomes of the old document.

use axum::response::{IntoResponse, Response};
use dossier::dossier::{DocumentKind, DocumentSeen, Ground, PriorDocument, PriorState};
use dossier::{Day, Text};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Form, Input, Notification, Tone, Values, Width};
use pages::http::Problem;

use super::super::desk::Desk;
use super::{bar, date, date_fields, residence};
use crate::capture::application::{KnownDocument, Papers};
use crate::capture::{Step, rules, words};

/// Every kind, by its value in the form.
const KINDS: [(&str, DocumentKind); 9] = [
    ("identity-card", DocumentKind::IdentityCard),
    ("passport", DocumentKind::Passport),
    ("residence-permit", DocumentKind::ResidencePermit),
    ("birth-certificate", DocumentKind::BirthCertificate),
    ("loss-declaration", DocumentKind::LossDeclaration),
    ("guardianship", DocumentKind::Guardianship),
    ("residence-decision", DocumentKind::ResidenceDecision),
    ("medical-certificate", DocumentKind::MedicalCertificate),
    ("other", DocumentKind::Other),
];
const STATES: [(&str, PriorState); 5] = [
    ("held", PriorState::Held),
    ("returned", PriorState::Returned),
    ("lost", PriorState::Lost),
    ("stolen", PriorState::Stolen),
    ("destroyed", PriorState::Destroyed),
];
/// Rows beyond those that the ground asks for.
const MORE: usize = 1;

/// The form, with what the register knows of the old document.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Papers) {
        return Ok(*elsewhere);
    }
    let values = values(&desk);
    let body = form(&desk, &values, &Errors::new());
    Ok(desk.page(Step::Papers, body).render().into_response())
}

/// Keeps them.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let papers = read(&desk, &values, &mut errors);
    if !errors.is_empty() {
        let body = form(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Papers, body));
    }
    desk.application.papers = Some(papers);
    desk.save(&[]).await?;
    Ok(desk.onward())
}

fn required(desk: &Desk) -> Vec<Vec<DocumentKind>> {
    let manual = rules::is_manual(&desk.application);
    let request = desk.application.request;
    request.map_or_else(Vec::new, |request| rules::required(&request, manual))
}

/// The groups to show: at least one row, and those beyond.
fn rows(desk: &Desk) -> Vec<Vec<DocumentKind>> {
    let mut rows = required(desk);
    let all = KINDS.map(|(_, kind)| kind).to_vec();
    rows.extend(std::iter::repeat_n(all, MORE));
    rows
}

fn values(desk: &Desk) -> Values {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut add = |name: String, value: &str| values.push((name, value.to_owned()));
    if let Some(papers) = &desk.application.papers {
        let groups = required(desk);
        let mut left: Vec<&DocumentSeen> = papers.seen.iter().collect();
        let mut place = |row: usize, one: &DocumentSeen| {
            let kind = KINDS.iter().find(|(_, kind)| *kind == one.kind);
            add(format!("kind-{row}"), kind.map_or("", |(name, _)| name));
            add(
                format!("number-{row}"),
                one.number.as_ref().map_or("", Text::as_str),
            );
            add(format!("issuer-{row}"), one.issuer.as_str());
            if let Some(day) = one.expires {
                for (name, value) in date_fields(&format!("expires-{row}"), day.date()) {
                    add(name, &value);
                }
            }
        };
        for (row, group) in groups.iter().enumerate() {
            if let Some(found) = left.iter().position(|one| group.contains(&one.kind)) {
                place(row, left.remove(found));
            }
        }
        for (more, one) in left.into_iter().enumerate() {
            place(groups.len() + more, one);
        }
    }
    let papers = desk.application.papers.as_ref();
    let granted = papers.and_then(|papers| papers.residence.as_ref());
    for (name, value) in granted.map(residence::values).into_iter().flatten() {
        add(name, &value);
    }
    let prior = papers.and_then(|papers| papers.prior.as_ref());
    let known = known_prior(desk);
    let known_number = known.map(|one| one.number.clone());
    let number = prior
        .and_then(|prior| prior.number.clone())
        .or(known_number);
    add(
        "prior-number".to_owned(),
        number.as_ref().map_or("", Text::as_str),
    );
    let reported = known.and_then(|one| one.reported);
    let state = prior.map(|prior| prior.state);
    let state = state.or(reported).or(usual_state(desk));
    let state = state.and_then(|state| STATES.iter().find(|(_, one)| *one == state));
    add("prior-state".to_owned(), state.map_or("", |(name, _)| name));
    Values::new(values)
}

/// The newest document of this kind that the register knows.
fn known_prior(desk: &Desk) -> Option<&KnownDocument> {
    let wanted = desk.application.request?.document;
    let person = desk.application.identity.as_ref()?;
    person.known.iter().find(|one| one.document == wanted)
}

fn usual_state(desk: &Desk) -> Option<PriorState> {
    match desk.application.request?.ground {
        Ground::First => None,
        Ground::Loss => Some(PriorState::Lost),
        Ground::Theft => Some(PriorState::Stolen),
        Ground::Renewal | Ground::Correction => Some(PriorState::Held),
    }
}

fn form(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let groups = required(desk).len();
    let replaces = desk
        .application
        .request
        .is_some_and(|one| rules::replaces(one.ground));
    html! {
        @if rules::is_manual(&desk.application) {
            (Notification::new(Tone::Notice, speech.text("papers-manual")))
        }
        p.lead { (speech.text("papers-lead")) }
        (form.wrap(&desk.href(Step::Papers.slug()), &html! {
            @for (row, kinds) in rows(desk).iter().enumerate() {
                (paper(desk, &form, row, kinds, row < groups))
            }
            @if residence::is_asked(desk) { (residence::fields(desk, &form)) }
            @if replaces { (prior(desk, &form)) }
            (bar(desk))
        }))
    }
}

fn paper(desk: &Desk, form: &Form<'_>, row: usize, kinds: &[DocumentKind], needed: bool) -> Markup {
    let speech = desk.speech();
    let mut kind = Choice::select(format!("kind-{row}"), speech.text("papers-kind"));
    for (name, one) in KINDS.iter().filter(|(_, one)| kinds.contains(one)) {
        kind = kind.answer(*name, speech.text(words::paper(*one)));
    }
    let number = Input::text(format!("number-{row}"), speech.text("papers-number"));
    let issuer = Input::text(format!("issuer-{row}"), speech.text("papers-issuer"));
    let issuer = issuer.hint(speech.text("papers-issuer-hint"));
    let expires = Input::date(format!("expires-{row}"), speech.text("papers-expires"));
    html! {
        div.paper role="group" aria-labelledby={ "paper-" (row) } {
            h2 id={ "paper-" (row) } {
                @if needed { (speech.format("papers-needed", &[("number", (row + 1).into())])) }
                @else { (speech.text("papers-more")) }
            }
            (form.choice(&if needed { kind } else { kind.optional() }))
            (form.input(&number.width(Width::Medium).optional()))
            (form.input(&if needed { issuer } else { issuer.optional() }))
            (form.input(&expires.optional()))
        }
    }
}

fn prior(desk: &Desk, form: &Form<'_>) -> Markup {
    let speech = desk.speech();
    let mut state = Choice::radio("prior-state", speech.text("papers-prior-state"));
    for (name, one) in STATES {
        state = state.answer(name, speech.text(words::prior(one)));
    }
    html! {
        div.paper role="group" aria-labelledby="prior" {
            h2 id="prior" { (speech.text("papers-prior")) }
            (form.input(&Input::text("prior-number", speech.text("papers-number")).optional()
                .width(Width::Medium)))
            (form.choice(&state))
        }
    }
}

fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Papers {
    let groups = required(desk).len();
    let mut seen = Vec::new();
    for row in 0..rows(desk).len() {
        let before = errors.clone();
        let names = ["kind", "number", "issuer"];
        let filled = names
            .iter()
            .any(|name| !values.get(&format!("{name}-{row}")).is_empty())
            || date(values, &format!("expires-{row}")) != Ok(None);
        if row < groups || filled {
            seen.extend(read_paper(desk, values, row, errors));
        } else {
            *errors = before;
        }
    }
    let replaces = desk
        .application
        .request
        .is_some_and(|one| rules::replaces(one.ground));
    let prior = if replaces {
        read_prior(desk, values, errors)
    } else {
        None
    };
    let residence = if residence::is_asked(desk) {
        residence::read(desk, values, errors)
    } else {
        None
    };
    Papers {
        seen,
        prior,
        residence,
    }
}

fn read_paper(
    desk: &Desk,
    values: &Values,
    row: usize,
    errors: &mut Errors,
) -> Option<DocumentSeen> {
    let speech = desk.speech();
    let allowed = &rows(desk)[row];
    let (kind, number, issuer, expires) = (
        format!("kind-{row}"),
        format!("number-{row}"),
        format!("issuer-{row}"),
        format!("expires-{row}"),
    );
    let chosen = KINDS
        .iter()
        .find(|(name, one)| *name == values.get(&kind) && allowed.contains(one));
    if chosen.is_none() {
        errors.add(kind, speech.text("papers-kind-missing"));
    }
    let typed = values.get(&number);
    let given = (!typed.is_empty()).then(|| Text::new(typed)).transpose();
    if given.is_err() {
        errors.add(number, speech.text("text-too-long"));
    }
    let by = Text::new(values.get(&issuer));
    if by.is_err() {
        errors.add(issuer, speech.text("papers-issuer-missing"));
    }
    let day = date(values, &expires);
    if day.is_err() {
        errors.add(expires, speech.text("date-wrong"));
    }
    Some(DocumentSeen {
        kind: chosen?.1,
        number: given.ok()?,
        issuer: by.ok()?,
        expires: day.ok()?.and_then(|day| Day::try_from(day).ok()),
    })
}

fn read_prior(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<PriorDocument> {
    let speech = desk.speech();
    let state = STATES
        .iter()
        .find(|(name, _)| *name == values.get("prior-state"));
    if state.is_none() {
        errors.add("prior-state", speech.text("papers-prior-missing"));
    }
    let typed = values.get("prior-number");
    let number = (!typed.is_empty()).then(|| Text::new(typed)).transpose();
    if number.is_err() {
        errors.add("prior-number", speech.text("text-too-long"));
    }
    Some(PriorDocument {
        number: number.ok()?,
        state: state?.1,
    })
}
