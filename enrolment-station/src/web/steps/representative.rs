//! Who acts for a minor, or for an adult who cannot.

use axum::response::{IntoResponse, Response};
use dossier::Text;
use dossier::dossier::{DocumentKind, DocumentSeen, Relation, Representative};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Input, Values, Width};
use pages::http::Problem;

use super::super::desk::Desk;
use super::bar;
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

/// The form.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Representative) {
        return Ok(*elsewhere);
    }
    let values = desk.application.representative.as_ref().map(|known| {
        let relation = RELATIONS.iter().find(|(_, one)| *one == known.relation);
        let proof = PROOFS.iter().find(|(_, one)| *one == known.document.kind);
        let number = known.document.number.as_ref();
        Values::new([
            ("surname", known.surname.as_str()),
            ("given", known.given_names.as_str()),
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

fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<Representative> {
    let speech = desk.speech();
    let surname = Text::new(values.get("surname"));
    if surname.is_err() {
        errors.add("surname", speech.text("representative-surname-missing"));
    }
    let given = Text::new(values.get("given"));
    if given.is_err() {
        errors.add("given", speech.text("text-too-long"));
    }
    let relation = RELATIONS
        .iter()
        .find(|(name, _)| *name == values.get("relation"));
    if relation.is_none() {
        errors.add("relation", speech.text("representative-relation-missing"));
    }
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
    Some(Representative {
        surname: surname.ok()?,
        given_names: given.ok()?,
        relation: relation?.1,
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
    let mut relation = Choice::radio("relation", speech.text("representative-relation"));
    for (name, one) in RELATIONS {
        relation = relation.answer(name, speech.text(words::relation(one)));
    }
    let mut proof = Choice::radio("proof", speech.text("representative-proof"));
    for (name, one) in PROOFS {
        proof = proof.answer(name, speech.text(words::paper(one)));
    }
    html! {
        p.lead { (speech.text("representative-lead")) }
        (form.wrap(&desk.href(Step::Representative.slug()), &html! {
            (form.input(&Input::text("surname", speech.text("person-surname"))))
            (form.input(&Input::text("given", speech.text("person-given-names")).optional()))
            (form.choice(&relation))
            (form.choice(&proof))
            (form.input(&Input::text("number", speech.text("papers-number")).optional().width(Width::Medium)))
            (form.input(&Input::text("issuer", speech.text("papers-issuer"))
                .hint(speech.text("papers-issuer-hint"))))
            (bar(desk))
        }))
    }
}
