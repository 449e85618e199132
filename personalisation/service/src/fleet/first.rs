//! What the first configuration says where nobody has decided anything yet: the limits that stations have of
//! themselves, the State's fees, the information that applicants are given.

use biometrics::{
    face::{self, check::Limits as FaceLimits},
    finger::{self, Limits as FingerLimits, check::Limit as FingerLimit},
};
use dossier::{
    Day, Label, Language, Prose,
    configuration::{Fee, Information, Subject, Threshold},
    dossier::{Bound, DocumentType, Limit},
};

use super::FleetError;

/// What a person who edits the first draft must know; TOML comments above it.
pub(super) const NOTES: &str = "\
# The first draft. A person reads it before it is signed:
# - fees are the State's as published in 2025 (Grand-Ducal Regulation of 18 June 2014; guichet.lu), for permits
#   the full one; communal taxes (3 to 5 euro) and the 20 euro of embassies are not in them
# - texts are not confirmed by a data protection officer
# - thresholds are those that stations have of themselves; each may be forced with a reason that review sees
# - device_anchors are certificates (DER, in hexadecimal digits) of makers of biometric devices; without one,
#   stations trust what their own [devices] names
# Validity (10, 5, 2 years by age) is not configured: personalisation/core/src/validity.rs has it.
";

const TEXTS: [(Language, &str); 4] = [
    (Language::Fr, include_str!("texts/data-protection.fr.txt")),
    (Language::De, include_str!("texts/data-protection.de.txt")),
    (Language::Lb, include_str!("texts/data-protection.lb.txt")),
    (Language::En, include_str!("texts/data-protection.en.txt")),
];

/// Every limit of `biometrics`, so that a person sees what there is to change.
pub(super) fn thresholds() -> Result<Vec<Threshold>, FleetError> {
    let (faces, fingers) = (FaceLimits::default(), FingerLimits::default());
    let faces = face::Measure::ALL.into_iter().map(|measure| {
        let least = f64::from(faces.least(measure));
        (Subject::Portrait, measure.name(), Bound::AtLeast, least)
    });
    let fingers = finger::Measure::ALL.into_iter().filter_map(|measure| {
        let (bound, value) = match fingers.of(measure)? {
            FingerLimit::AtLeast(value) => (Bound::AtLeast, value),
            FingerLimit::AtMost(value) => (Bound::AtMost, value),
        };
        Some((Subject::Finger, measure.name(), bound, value))
    });
    faces
        .chain(fingers)
        .map(|(subject, name, bound, value)| {
            Ok(Threshold {
                subject,
                measure: label(name)?,
                limit: Limit {
                    bound,
                    value: in_thousandths(value),
                },
                may_be_forced: true,
            })
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "limits are far below what the type holds"
)]
fn in_thousandths(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

/// The State's fees in euro cents: identity cards by age and one price for express ones, residence permits.
pub(super) fn fees() -> Result<Vec<Fee>, FleetError> {
    use DocumentType::{IdentityCard, ResidencePermit};
    // Before any application that can still come.
    let from =
        Day::from_number(20_180_101).map_err(|error| FleetError::Draft(error.to_string()))?;
    let fees = [
        (IdentityCard, 0, Some(4), false, 500),
        (IdentityCard, 4, Some(15), false, 1000),
        (IdentityCard, 15, None, false, 1400),
        (IdentityCard, 0, None, true, 4500),
        (ResidencePermit, 0, None, false, 8000),
    ];
    let fee = |(document_type, from_age, to_age, express, cents)| Fee {
        document_type,
        from_age,
        to_age,
        express,
        cents,
        from,
        until: None,
    };
    Ok(fees.into_iter().map(fee).collect())
}

/// What applicants are told before their data are taken (Article 13 GDPR).
pub(super) fn texts() -> Result<Vec<Information>, FleetError> {
    let languages = TEXTS.iter().map(|(language, text)| {
        let prose = Prose::new(text.trim_end());
        Ok((
            *language,
            prose.map_err(|error| FleetError::Draft(error.to_string()))?,
        ))
    });
    Ok(vec![Information {
        text: label("data-protection")?,
        version: 1,
        languages: languages.collect::<Result<_, FleetError>>()?,
    }])
}

fn label(text: &str) -> Result<Label, FleetError> {
    Label::new(text).map_err(|error| FleetError::Draft(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_that_stations_have_of_themselves_is_written_down() {
        let all = thresholds().unwrap();
        let of = |subject| all.iter().filter(|one| one.subject == subject).count();
        assert_eq!(of(Subject::Portrait), face::Measure::ALL.len());
        let limited = finger::Measure::ALL.into_iter();
        let limits = FingerLimits::default();
        let limited = limited.filter(|one| limits.of(*one).is_some()).count();
        assert_eq!(of(Subject::Finger), limited);
        let clear = all
            .iter()
            .find(|one| one.measure.as_str() == finger::Measure::ClearArea.name());
        assert_eq!(clear.unwrap().limit.value, 80_000);
        let roll = all
            .iter()
            .find(|one| one.measure.as_str() == face::Measure::Roll.name());
        assert_eq!(roll.unwrap().limit.value, 98_000);
    }

    #[test]
    fn every_applicant_has_one_fee_for_each_way() {
        let all = fees().unwrap();
        let fits = |age: u8, express: bool| {
            let of_age = |fee: &&Fee| {
                fee.document_type == DocumentType::IdentityCard
                    && fee.express == express
                    && fee.from_age <= age
                    && fee.to_age.is_none_or(|to| age < to)
            };
            let fitting: Vec<_> = all.iter().filter(of_age).map(|fee| fee.cents).collect();
            assert_eq!(fitting.len(), 1, "{age} {express}");
            fitting[0]
        };
        let normal = [0, 3, 4, 14, 15, 120].map(|age| fits(age, false));
        assert_eq!(normal, [500, 500, 1000, 1000, 1400, 1400]);
        assert_eq!([0, 14, 120].map(|age| fits(age, true)), [4500; 3]);
    }
}
