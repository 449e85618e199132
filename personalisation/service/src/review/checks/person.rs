//! What the register says about the person, field by field.

use dossier::dossier::Sex;
use personalisation_core::application::{Detail, Finding, Referral};
use unicode_normalization::UnicodeNormalization as _;
use wire::register::{Person, PersonStatus, Sex as Registered};

use super::{Question, all_or};
use crate::review::register::Answer;

/// The register knows the person, and says the same.
pub(super) fn register(question: &Question<'_>) -> Finding {
    let silent = |why| Finding::refer(Referral::NotInRegister, vec![why]);
    let person = match question.register {
        Answer::Found(person) => person,
        Answer::Nobody => return silent(Detail::Nobody),
        Answer::Silent(why) => return silent(*why),
    };
    let mut differs = differences(question, person);
    if person.status() == PersonStatus::Left {
        differs.push(Detail::Residence);
    }
    all_or(Referral::DiffersFromRegister, differs)
}

/// Names of the fields that differ.
fn differences(question: &Question<'_>, person: &Person) -> Vec<Detail> {
    let identity = &question.dossier.identity;
    let name = person.name.clone().unwrap_or_default();
    let birth = person.birth.unwrap_or_default();
    let birth = birth.year * 10_000 + birth.month * 100 + birth.day;
    let sex = match person.sex() {
        Registered::Female => Some(Sex::Female),
        Registered::Male => Some(Sex::Male),
        Registered::Unspecified => None,
    };
    let places = identity.place_of_birth.as_ref();
    let place = places.and_then(|places| places.value.first());
    let nationality = identity.nationality.value.as_str();
    let same = [
        (
            Detail::Surname,
            alike(identity.surname.value.as_str(), &name.surname),
        ),
        (
            Detail::GivenNames,
            alike(identity.given_names.value.as_str(), &name.given_names),
        ),
        (Detail::Sex, sex.is_none_or(|sex| sex == identity.sex.value)),
        (
            Detail::DateOfBirth,
            identity.date_of_birth.value.number() == birth,
        ),
        (
            Detail::Nationality,
            person.nationalities.iter().any(|one| one == nationality),
        ),
        (
            Detail::PlaceOfBirth,
            place.is_none_or(|place| {
                person.place_of_birth.is_empty() || alike(place.as_str(), &person.place_of_birth)
            }),
        ),
    ];
    let differs = same.iter().filter(|(_, same)| !same);
    differs.map(|(field, _)| *field).collect()
}

/// The same text, however its accents are encoded and wherever its spaces stand.
fn alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> String {
        let text: String = text.nfc().collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    words(one) == words(other)
}

/// The person lives.
pub(super) fn alive(question: &Question<'_>) -> Finding {
    match question.register {
        Answer::Found(person) if person.status() == PersonStatus::Deceased => {
            Finding::refer(Referral::Deceased, Vec::new())
        }
        Answer::Found(_) => Finding::passed(),
        Answer::Nobody | Answer::Silent(_) => Finding::refer(Referral::NotInRegister, Vec::new()),
    }
}
