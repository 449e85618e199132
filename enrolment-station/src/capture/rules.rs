//! What the counter asks for: by age, by ground, by document. The centre checks again.

use dossier::configuration::{Occasion, OfficeEntry, SecondPersonRule};
use dossier::dossier::{DocumentKind, DocumentType, Ground, Source};
use dossier::{Configuration, PartialDay};
use time::Date;

use super::Application;
use super::application::Request;

/// From this age on nobody has to act for an applicant.
pub const OF_AGE: u8 = 18;
/// From this age on fingers are taken: 12 for identity cards (Regulation (EU) 2025/1208, Article 3(7)), 6 for residence permits
/// (Regulation (EC) 1030/2002, Article 4b).
pub const fn fingers_from(document: DocumentType) -> u8 {
    match document {
        DocumentType::IdentityCard => 12,
        DocumentType::ResidencePermit => 6,
    }
}

/// From this age on a signature is asked for.
pub const SIGNATURE_FROM: u8 = 12;

/// Whole years on a day; the least it can be where day or month are unknown, none where the year is.
pub fn age(birth: &PartialDay, today: Date) -> Option<u8> {
    let number = birth.number();
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    if year == 0 {
        return None;
    }
    let years = u32::try_from(today.year()).ok()?.checked_sub(year)?;
    let (month, day) = (
        if month == 0 { 12 } else { month },
        if day == 0 { 31 } else { day },
    );
    let reached = (u32::from(u8::from(today.month())), u32::from(today.day())) >= (month, day);
    u8::try_from(if reached {
        years
    } else {
        years.checked_sub(1)?
    })
    .ok()
}

/// The papers of which one at least must have been seen, group by group. (A representative's paper is asked for with
/// the representative.)
pub fn required(request: &Request, manual: bool) -> Vec<Vec<DocumentKind>> {
    use DocumentKind as Kind;
    let proof = vec![
        Kind::IdentityCard,
        Kind::Passport,
        Kind::BirthCertificate,
        Kind::ResidencePermit,
    ];
    let mut groups = Vec::new();
    match request.ground {
        Ground::First => groups.push(proof),
        Ground::Renewal | Ground::Correction => groups.push(match request.document {
            DocumentType::IdentityCard => {
                vec![Kind::IdentityCard, Kind::Passport, Kind::BirthCertificate]
            }
            DocumentType::ResidencePermit => vec![Kind::ResidencePermit, Kind::Passport],
        }),
        Ground::Loss | Ground::Theft => groups.push(vec![Kind::LossDeclaration]),
    }
    if request.document == DocumentType::ResidencePermit {
        groups.push(vec![Kind::ResidenceDecision]);
    }
    if manual {
        groups.push(vec![
            Kind::Passport,
            Kind::IdentityCard,
            Kind::BirthCertificate,
        ]);
    }
    groups
}

/// Whether a paper of every group that is asked for was seen. The identity may have been typed since.
pub fn papers_suffice(application: &Application) -> bool {
    let (Some(papers), Some(request)) = (&application.papers, &application.request) else {
        return false;
    };
    let groups = required(request, is_manual(application));
    let granted = request.document == DocumentType::IdentityCard || papers.residence.is_some();
    granted
        && groups
            .iter()
            .all(|group| papers.seen.iter().any(|one| group.contains(&one.kind)))
}

/// What the document costs on a day; none where no rule of the configuration fits.
pub fn fee(application: &Application, configuration: &Configuration, today: Date) -> Option<u32> {
    let request = application.request?;
    let age = application.age(today).unwrap_or(u8::MAX);
    configuration.fee(request.document, age, request.express, today)
}

/// Whether an office hands out this document on a day.
pub fn hands_out(office: &OfficeEntry, request: Option<Request>) -> bool {
    office.express || request.is_none_or(|request| !request.express)
}

/// Whether what was paid is still the fee, and the office of collection still one.
pub fn payment_holds(
    application: &Application,
    configuration: &Configuration,
    today: Date,
) -> bool {
    application.payment.as_ref().is_some_and(|paid| {
        let mut offices = configuration.offices_at(today);
        Some(paid.payment.fee) == fee(application, configuration, today)
            && offices.any(|office| {
                office.office == paid.collection && hands_out(office, application.request)
            })
    })
}

/// Whether the applicant was told the text that is the newest.
pub fn informed(application: &Application, configuration: &Configuration) -> bool {
    application.information.as_ref().is_some_and(|told| {
        let newest = configuration.text(&told.text);
        newest.is_some_and(|text| text.version == told.version)
    })
}

/// Whether an old document is replaced.
pub fn replaces(ground: Ground) -> bool {
    ground != Ground::First
}

/// Whether anything of the identity was typed by hand.
pub fn is_manual(application: &Application) -> bool {
    application.identity.as_ref().is_some_and(|person| {
        let identity = &person.identity;
        [
            identity.surname.source,
            identity.given_names.source,
            identity.sex.source,
            identity.date_of_birth.source,
            identity.nationality.source,
        ]
        .into_iter()
        .any(|source| source == Source::Manual)
    })
}

/// What happened in this application that a second person may have to look at.
pub fn occasions(application: &Application, today: Date) -> Vec<Occasion> {
    let forced = application
        .portrait
        .as_ref()
        .is_some_and(|portrait| portrait.forced.is_some())
        || application.hands.forced();
    let lost = application
        .request
        .is_some_and(|request| matches!(request.ground, Ground::Loss | Ground::Theft));
    let all = [
        (Occasion::Always, true),
        (Occasion::ForcedCapture, forced),
        (Occasion::ManualIdentity, is_manual(application)),
        (Occasion::MissingFinger, application.hands.missing()),
        (Occasion::Representative, application.is_represented(today)),
        (Occasion::LossOrTheft, lost),
    ];
    all.into_iter()
        .filter(|(_, happened)| *happened)
        .map(|(occasion, _)| occasion)
        .collect()
}

/// What asks for a second person here.
pub fn asked_for(
    rule: Option<&SecondPersonRule>,
    application: &Application,
    today: Date,
) -> Vec<Occasion> {
    let happened = occasions(application, today);
    rule.map_or_else(Vec::new, |rule| {
        let asked = rule.when.iter().copied();
        asked.filter(|one| happened.contains(one)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn years(birth: u32) -> Option<u8> {
        age(
            &PartialDay::from_number(birth).unwrap(),
            date!(2026 - 03 - 02),
        )
    }

    #[test]
    fn an_age_is_in_whole_years_and_the_least_possible() {
        assert_eq!(years(20_080_302), Some(18));
        assert_eq!(years(20_080_303), Some(17));
        assert_eq!(years(20_080_000), Some(17), "it may be in December");
        assert_eq!(years(20_080_300), Some(17));
        assert_eq!(years(0), None);
    }

    #[test]
    fn each_ground_asks_for_its_papers() {
        let request = |document, ground| Request {
            document,
            ground,
            express: false,
            represented: false,
        };
        let loss = required(&request(DocumentType::IdentityCard, Ground::Loss), false);
        assert_eq!(loss, [vec![DocumentKind::LossDeclaration]]);
        let permit = required(&request(DocumentType::ResidencePermit, Ground::First), true);
        assert_eq!(permit.len(), 3);
        assert!(permit[1].contains(&DocumentKind::ResidenceDecision));
    }
}
