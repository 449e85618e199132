//! Documents that the person has or had, and whether dates, grounds and papers go together.

use dossier::dossier::{DocumentType, Ground, Identity, PriorState};
use personalisation_core::{
    application::{Detail, Finding, Referral},
    rules::residence_permit::may_hold,
};
use wire::register::{Document, DocumentKind, DocumentStatus};

use super::{Question, all_or};
use crate::{order::line_by_rule, review::register::Answer};

/// A sign-in is older than a day: the screen would have locked long before.
const LONGEST_SESSION: i64 = 86_400;
/// Nobody is older, in years.
const OLDEST: i32 = 125;

/// What the register says of the person's documents of this type.
fn documents<'a>(question: &'a Question<'_>) -> Result<Vec<&'a Document>, Finding> {
    let kind = match question.dossier.document_type {
        DocumentType::IdentityCard => DocumentKind::IdentityCard,
        DocumentType::ResidencePermit => DocumentKind::ResidencePermit,
    };
    match question.register {
        Answer::Found(person) => {
            let documents = person.documents.iter();
            Ok(documents.filter(|one| one.kind() == kind).collect())
        }
        _ => Err(Finding::refer(Referral::NotInRegister, Vec::new())),
    }
}

/// The number of the document that is to be replaced.
fn replaced<'a>(question: &'a Question<'_>) -> Option<&'a str> {
    let prior = question.dossier.prior_document.as_ref()?;
    Some(prior.number.as_ref()?.as_str())
}

/// No live document but the one that this replaces, and no card that was ordered without an application.
pub(super) fn live_document(question: &Question<'_>) -> Finding {
    if question.beside.ordered {
        return Finding::refer(Referral::LiveDocument, vec![Detail::Ordered]);
    }
    let documents = match documents(question) {
        Ok(documents) => documents,
        Err(unknown) => return unknown,
    };
    let live = documents
        .iter()
        .filter(|one| one.status() == DocumentStatus::Valid);
    let replaced = replaced(question).filter(|_| question.dossier.ground != Ground::First);
    let mut others = live.filter(|one| Some(one.number.as_str()) != replaced);
    let detail = if others.next().is_some() {
        vec![Detail::Valid]
    } else {
        Vec::new()
    };
    all_or(Referral::LiveDocument, detail)
}

/// What is said about the old document is what the register says.
pub(super) fn lost_or_stolen(question: &Question<'_>) -> Finding {
    let documents = match documents(question) {
        Ok(documents) => documents,
        Err(unknown) => return unknown,
    };
    let prior = question.dossier.prior_document.as_ref();
    let said = prior.map(|prior| prior.state);
    let replaced = replaced(question);
    let mut details = Vec::new();
    for document in documents {
        let this = Some(document.number.as_str()) == replaced;
        match document.status() {
            DocumentStatus::Lost if this && said != Some(PriorState::Lost) => {
                details.push(Detail::ReportedLost);
            }
            DocumentStatus::Stolen if this && said != Some(PriorState::Stolen) => {
                details.push(Detail::ReportedStolen);
            }
            DocumentStatus::Valid
                if this && matches!(said, Some(PriorState::Lost | PriorState::Stolen)) =>
            {
                details.push(Detail::NotReported);
            }
            DocumentStatus::Revoked if this => details.push(Detail::Revoked),
            _ => {}
        }
    }
    all_or(Referral::LostOrStolen, details)
}

/// The MRZ's name line is what the rule makes of the name: what a clerk chose instead, a person compares.
fn line_fits(identity: &Identity) -> bool {
    let (surname, given_names) = (&identity.surname.value, &identity.given_names.value);
    identity.name_line.as_ref().is_none_or(|line| {
        let rule = line_by_rule(surname.as_str(), given_names.as_str());
        let plain = line.value.as_str().trim_end_matches('<');
        rule.is_some_and(|rule| rule.trim_end_matches('<') == plain)
    })
}

/// Dates, age, grounds and papers go together.
pub(super) fn plausibility(question: &Question<'_>) -> Finding {
    let dossier = question.dossier;
    let made = dossier.made_at;
    let prior = dossier.prior_document.as_ref().map(|prior| prior.state);
    let ground_fits = match dossier.ground {
        Ground::First => prior.is_none(),
        Ground::Loss => prior == Some(PriorState::Lost),
        Ground::Theft => prior == Some(PriorState::Stolen),
        Ground::Renewal | Ground::Correction => {
            prior.is_some() && !matches!(prior, Some(PriorState::Lost | PriorState::Stolen))
        }
    };
    let captured = std::iter::once(dossier.portrait.captured_at)
        .chain(dossier.fingers.iter().map(|finger| finger.captured_at));
    let information = &dossier.information;
    let text = question.configuration.text(&information.text);
    let day = question.made_on();
    let mut offices = question.configuration.offices_at(day);
    let signed_in = dossier.clerk.at;
    let holds = [
        (Detail::Ground, ground_fits),
        (
            Detail::CapturedAt,
            captured.clone().all(|at| signed_in <= at && at <= made),
        ),
        (
            Detail::SignIn,
            signed_in <= made && made.seconds() - signed_in.seconds() <= LONGEST_SESSION,
        ),
        (
            Detail::Summary,
            dossier.summary.confirmed_at <= made
                && captured
                    .clone()
                    .all(|at| at <= dossier.summary.confirmed_at),
        ),
        (
            Detail::Information,
            information.given_at <= made
                && text.is_some_and(|text| text.version == information.version),
        ),
        (
            Detail::Age,
            question.age().is_none_or(|age| (0..=OLDEST).contains(&age)),
        ),
        (
            Detail::Collection,
            offices.any(|office| office.office == dossier.collection),
        ),
        (
            Detail::ResidencePermit,
            dossier.document_type != DocumentType::ResidencePermit
                || may_hold(
                    dossier.identity.nationality.value.as_str(),
                    question.state(),
                )
                .is_ok(),
        ),
        (Detail::Clock, dossier.clock.is_some()),
        (Detail::NameLine, line_fits(&dossier.identity)),
    ];
    let wrong = holds.iter().filter(|(_, holds)| !holds);
    all_or(
        Referral::Plausibility,
        wrong.map(|(name, _)| *name).collect(),
    )
}
