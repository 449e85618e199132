//! What the signed configuration asks of an application, and which ones it lets pass without a person.

use dossier::{
    configuration::Occasion,
    dossier::{DocumentType, Ground, MissingReason, Source},
};
use personalisation_core::application::{Detail, Finding, Referral};
use wire::register::Person;

use super::{Question, all_or};
use crate::review::register::Answer;

/// Of full age from so many years on.
const FULL_AGE: i32 = 18;

/// A second person approved, where the office's rule asks for one. That the record is genuine, and of
/// somebody else than the clerk, was verified before the dossier was accepted.
pub(super) fn second_person(question: &Question<'_>) -> Finding {
    let dossier = question.dossier;
    let Some(rule) = question.configuration.second_person(&dossier.office) else {
        return Finding::passed();
    };
    if dossier.second_person.is_some() {
        return Finding::passed();
    }
    let asks = |occasion: &&Occasion| match occasion {
        Occasion::Always => true,
        Occasion::ForcedCapture => {
            dossier.portrait.forced.is_some()
                || dossier.fingers.iter().any(|finger| finger.forced.is_some())
        }
        Occasion::ManualIdentity => typed(question),
        Occasion::MissingFinger => {
            let mut missing = dossier.missing_fingers.iter();
            missing.any(|hand| hand.reason != MissingReason::Exempt)
        }
        Occasion::Representative => dossier.representative.is_some(),
        Occasion::LossOrTheft => matches!(dossier.ground, Ground::Loss | Ground::Theft),
    };
    let asked = rule.when.iter().filter(asks).map(|one| match one {
        Occasion::Always => Detail::Always,
        Occasion::ForcedCapture => Detail::ForcedCapture,
        Occasion::ManualIdentity => Detail::ManualIdentity,
        Occasion::MissingFinger => Detail::MissingFinger,
        Occasion::Representative => Detail::Representative,
        Occasion::LossOrTheft => Detail::LossOrTheft,
    });
    all_or(Referral::SecondPerson, asked.collect())
}

/// Whether a fact of the identity that the register could have given was typed.
fn typed(question: &Question<'_>) -> bool {
    let identity = &question.dossier.identity;
    let number = identity.national_number.as_ref();
    let sources = [
        Some(identity.surname.source),
        Some(identity.given_names.source),
        Some(identity.sex.source),
        Some(identity.date_of_birth.source),
        Some(identity.nationality.source),
        number.map(|number| number.source),
    ];
    sources
        .into_iter()
        .flatten()
        .any(|source| source == Source::Manual)
}

/// A minor has a representative, one whom the register names where it names any.
pub(super) fn representative(question: &Question<'_>) -> Finding {
    let minor = question.age().is_none_or(|age| age < FULL_AGE);
    let given = question.dossier.representative.as_ref();
    let detail = match (minor, given, question.register) {
        (true, None, _) => vec![Detail::Missing],
        (true, Some(given), Answer::Found(person)) => {
            let name = (given.surname.as_str(), given.given_names.as_str());
            if named(person, name) {
                Vec::new()
            } else {
                vec![Detail::NotInRegister]
            }
        }
        _ => Vec::new(),
    };
    all_or(Referral::Representative, detail)
}

fn named(person: &Person, (surname, given_names): (&str, &str)) -> bool {
    person.representatives.iter().any(|one| {
        one.name
            .as_ref()
            .is_some_and(|name| name.surname == surname && name.given_names == given_names)
    })
}

/// The fee is that of the configuration, and where one is due, its reference paid for nobody else.
pub(super) fn payment(question: &Question<'_>) -> Finding {
    let dossier = question.dossier;
    let age = question.age().and_then(|age| u8::try_from(age).ok());
    // Where the birth is not known, the fee is an adult's.
    let fee = question.configuration.fee(
        dossier.document_type,
        age.unwrap_or(99),
        dossier.express,
        question.made_on(),
    );
    let mut detail = match fee {
        Some(fee) if fee == dossier.payment.fee => Vec::new(),
        Some(_) => vec![Detail::Fee],
        None => vec![Detail::NoFeeKnown],
    };
    if question.beside.payment_used && fee != Some(0) {
        detail.push(Detail::ReferenceUsed);
    }
    all_or(Referral::Payment, detail)
}

/// Whether this application may be approved without a person once every check passed: the renewal of an
/// adult's card with an identity that nobody typed. Never a first issue, a loss or theft, a correction,
/// a minor's, a residence permit, one that a representative made, or one that was captured again.
pub(super) fn by_rule(question: &Question<'_>) -> bool {
    let dossier = question.dossier;
    dossier.document_type == DocumentType::IdentityCard
        && dossier.ground == Ground::Renewal
        && question.age().is_some_and(|age| age >= FULL_AGE)
        && dossier.representative.is_none()
        && dossier.recapture_of.is_none()
        && dossier.identity.national_number.is_some()
        && dossier.identity.name_line.is_none()
        && !typed(question)
        && !question.quarantined
}
