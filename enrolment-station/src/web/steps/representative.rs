//! Who acts for a minor, or for an adult who cannot: one of those whom the register names, or somebody else.

use axum::response::{IntoResponse, Response};
use dossier::Text;
use dossier::dossier::{DocumentKind, DocumentSeen, Relation, Representative};
use maud::{Markup, html};
use pages::component::{Choice, Details, Errors, Form, Input, Values, Width};
use pages::http::Problem;

use super::super::desk::Desk;
use super::bar;
use crate::capture::application::KnownRepresentative;
use crate::capture::{Step, words};

const RELATIONS: [(&str, Relation); 3] = [
    ("parent", Relation::Parent),
    ("guardian", Relation::Guardian),
    ("other", Relation::Other),
];
/// Papers that prove it.
const PROOFS: [(&str, DocumentKind); 3] = [
    ("birth", DocumentKind::BirthCertificate),
    ("guardianship", DocumentKind::Guardianship),
    ("other", DocumentKind::Other),
];

/// Answer of `who` that is none of the register's people.
const ELSE: &str = "else";

/// The form.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Representative) {
        return Ok(*elsewhere);
    }
    let values = desk.application.representative.as_ref().map(|known| {
        let relation = RELATIONS.iter().find(|(_, one)| *one == known.relation);
        let proof = PROOFS.iter().find(|(_, one)| *one == known.document.kind);
        let number = known.document.number.as_ref();
        let named = registered(&desk).iter().position(|one| {
            let name = (&one.surname, &one.given_names);
            name == (&known.surname, &known.given_names) && one.relation == known.relation
        });
        let who = named.map_or_else(|| ELSE.to_owned(), |place| place.to_string());
        let typed = if named.is_some() {
            ""
        } else {
            known.surname.as_str()
        };
        Values::new([
            ("who", who.as_str()),
            ("surname", typed),
            (
                "given",
                if named.is_some() {
                    ""
                } else {
                    known.given_names.as_str()
                },
            ),
            ("relation", relation.map_or("", |(name, _)| name)),
            ("proof", proof.map_or("", |(name, _)| name)),
            ("number", number.map_or("", Text::as_str)),
            ("issuer", known.document.issuer.as_str()),
        ])
    });
    let body = form(&desk, &values.unwrap_or_default(), &Errors::new());
    Ok(desk
        .page(Step::Representative, body)
        .render()
        .into_response())
}

/// Keeps them.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let representative = read(&desk, &values, &mut errors);
    let Some(representative) = representative else {
        let body = form(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Representative, body));
    };
    desk.application.representative = Some(representative);
    desk.save(&[]).await?;
    Ok(desk.onward())
}

/// Those whom the register names.
fn registered(desk: &Desk) -> &[KnownRepresentative] {
    let person = desk.application.identity.as_ref();
    person.map_or(&[], |person| &person.representatives)
}

/// Name and relation, as the register has them or as they were typed.
fn who(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<KnownRepresentative> {
    let known = registered(desk);
    let chosen = values.get("who");
    if known.is_empty() || chosen == ELSE {
        return somebody_else(desk, values, errors);
    }
    let place = chosen.parse::<usize>().ok();
    let found = place.and_then(|place| known.get(place)).cloned();
    if found.is_none() {
        errors.add("who", desk.speech().text("representative-who-missing"));
    }
    found
}

fn somebody_else(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<KnownRepresentative> {
    let speech = desk.speech();
    let surname = Text::new(values.get("surname"));
    if surname.is_err() {
        errors.add("surname", speech.text("representative-surname-missing"));
    }
    let given = Text::new(values.get("given"));
    if given.is_err() {
        errors.add("given", speech.text("text-too-long"));
    }
    let wanted = values.get("relation");
    let relation = RELATIONS.iter().find(|(name, _)| *name == wanted);
    if relation.is_none() {
        errors.add("relation", speech.text("representative-relation-missing"));
    }
    Some(KnownRepresentative {
        surname: surname.ok()?,
        given_names: given.ok()?,
        relation: relation?.1,
    })
}

fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<Representative> {
    let speech = desk.speech();
    let who = who(desk, values, errors);
    let proof = PROOFS.iter().find(|(name, _)| *name == values.get("proof"));
    if proof.is_none() {
        errors.add("proof", speech.text("representative-proof-missing"));
    }
    let issuer = Text::new(values.get("issuer"));
    if issuer.is_err() {
        errors.add("issuer", speech.text("papers-issuer-missing"));
    }
    let number = values.get("number");
    let number = (!number.is_empty()).then(|| Text::new(number)).transpose();
    if number.is_err() {
        errors.add("number", speech.text("text-too-long"));
    }
    let who = who?;
    Some(Representative {
        surname: who.surname,
        given_names: who.given_names,
        relation: who.relation,
        document: DocumentSeen {
            kind: proof?.1,
            number: number.ok()?,
            issuer: issuer.ok()?,
            expires: None,
        },
    })
}

fn form(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let mut proof = Choice::radio("proof", speech.text("representative-proof"));
    for (name, one) in PROOFS {
        proof = proof.answer(name, speech.text(words::paper(one)));
    }
    html! {
        p.lead { (speech.text("representative-lead")) }
        (form.wrap(&desk.href(Step::Representative.slug()), &html! {
            (people(desk, &form, values.get("who") == ELSE))
            (form.choice(&proof))
            (form.input(&Input::text("number", speech.text("papers-number")).optional().width(Width::Medium)))
            (form.input(&Input::text("issuer", speech.text("papers-issuer"))
                .hint(speech.text("papers-issuer-hint"))))
            (bar(desk))
        }))
    }
}

/// Whom the register names, to choose from, and a place for somebody else.
fn people(desk: &Desk, form: &Form<'_>, other: bool) -> Markup {
    let speech = desk.speech();
    let known = registered(desk);
    let mut relation = Choice::radio("relation", speech.text("representative-relation"));
    for (name, one) in RELATIONS {
        relation = relation.answer(name, speech.text(words::relation(one)));
    }
    if known.is_empty() {
        return typed(desk, form, &relation);
    }
    let mut who = Choice::radio("who", speech.text("representative-who"));
    for (place, one) in known.iter().enumerate() {
        let name = format!("{} {}", one.given_names.as_str(), one.surname.as_str());
        let relation = speech.text(words::relation(one.relation));
        who = who.explained(place.to_string(), name.trim(), relation);
    }
    who = who.explained(
        ELSE,
        speech.text("representative-else"),
        speech.text("representative-else-hint"),
    );
    let place = Details::new(
        speech.text("representative-else-who"),
        typed(desk, form, &relation.optional()),
    );
    html! {
        (form.choice(&who))
        @if other { (place.open()) } @else { (place) }
    }
}

fn typed(desk: &Desk, form: &Form<'_>, relation: &Choice) -> Markup {
    let speech = desk.speech();
    html! {
        (form.input(&Input::text("surname", speech.text("person-surname"))))
        (form.input(&Input::text("given", speech.text("person-given-names")).optional()))
        (form.choice(relation))
    }
}
