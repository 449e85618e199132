//! What belongs to a case beside its pictures and identity: ground, papers, fingers that were not given, who was there.

use dossier::PersonId;
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{SummaryList, SummaryRow},
    http::Problem,
};

use super::{CaseFile, words};
use crate::console::{Desk, view::login};

/// Who captured it or stood by, by login.
pub(super) async fn people(desk: &Desk, case: &CaseFile) -> Result<Vec<String>, Problem> {
    let handled = case.row.application.filing();
    let handled: Vec<PersonId> = handled
        .map(|filing| filing.handled_by.iter().copied().collect())
        .unwrap_or_default();
    let mut logins = Vec::with_capacity(handled.len());
    for person in handled {
        logins.push(login(desk, person).await?);
    }
    Ok(logins)
}

pub(super) fn show(speech: Speech<'_>, case: &CaseFile, people: &[String]) -> SummaryList {
    let dossier = &case.dossier;
    let row = |name: Id, value: String| SummaryRow {
        name: speech.text(name),
        value: html! { (value) },
        change: None,
    };
    let mut rows = vec![
        row(
            Id("facts-document"),
            speech.text(words::document(dossier.document_type)),
        ),
        row(
            Id("facts-ground"),
            speech.text(words::ground(dossier.ground)),
        ),
        row(Id("facts-office"), dossier.office.to_string()),
        row(Id("facts-people"), people.join(", ")),
        row(
            Id("facts-payment"),
            speech.format(
                "facts-paid",
                &[
                    ("amount", euros(speech, dossier.payment.fee).into()),
                    ("reference", dossier.payment.reference.as_str().into()),
                ],
            ),
        ),
    ];
    if let Some(one) = &dossier.representative {
        let name = format!("{} {}", one.given_names.as_str(), one.surname.as_str());
        let relation = speech.text(words::relation(one.relation));
        rows.push(row(
            Id("facts-representative"),
            format!("{} ({relation})", name.trim()),
        ));
    }
    if let Some(prior) = &dossier.prior_document {
        let number = prior.number.as_ref().map_or("", dossier::Text::as_str);
        let state = speech.text(words::prior(prior.state));
        rows.push(row(
            Id("facts-prior"),
            format!("{number} {state}").trim().to_owned(),
        ));
    }
    rows.push(SummaryRow {
        name: speech.text("facts-papers"),
        value: papers(speech, case),
        change: None,
    });
    for missing in &dossier.missing_fingers {
        let which: Vec<String> = missing
            .which
            .iter()
            .map(|finger| speech.text(words::finger(*finger)))
            .collect();
        let reason = speech.text(words::missing(missing.reason));
        let note = missing.note.as_ref().map_or("", dossier::Text::as_str);
        let text = format!("{} {reason} {note}", which.join(", "));
        rows.push(row(Id("facts-missing"), text.trim().to_owned()));
    }
    if let Some(appointment) = case.row.appointment {
        let when = crate::console::view::moment(speech, appointment);
        rows.push(row(Id("facts-appointment"), when));
    }
    SummaryList::new(rows)
}

fn papers(speech: Speech<'_>, case: &CaseFile) -> Markup {
    html! {
        @if case.dossier.documents_seen.is_empty() { (speech.text("facts-no-papers")) }
        @for paper in &case.dossier.documents_seen {
            span {
                (speech.text(words::paper(paper.kind)))
                " " (paper.number.as_ref().map_or("", dossier::Text::as_str))
                " (" (paper.issuer.as_str()) ")"
            }
            br;
        }
    }
}

fn euros(speech: Speech<'_>, cents: u32) -> String {
    speech.number(format!("{}.{:02}", cents / 100, cents % 100))
}
