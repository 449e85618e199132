//! The automatic checks of an accepted dossier (docs/review.md). Each says that it passed, or names why
//! a person must look; details are names of fields and measures, never their values.

mod biometric;
mod papers;
mod person;
mod rules;

use biometrics::face::{self, tflite::ModelError};
use dossier::{Configuration, Dossier};
use personalisation_core::{
    age::Ages,
    application::{Check, CheckResult, Detail, Finding, Referral},
    issuer_profile::IssuerProfile,
    template::TemplateKey,
};
use time::{Date, OffsetDateTime};

use super::{
    order::{self, Issuer},
    register::Answer,
};
use crate::order::{OrderError, Parts, Prepared, prepare_parts};

/// What the checks look at.
#[derive(Debug)]
pub struct Question<'a> {
    /// The whole dossier.
    pub dossier: &'a Dossier,
    /// The configuration that it names.
    pub configuration: &'a Configuration,
    /// What the register says.
    pub register: &'a Answer,
    /// What else there is for the person, or was paid with the same payment.
    pub beside: Beside,
    /// Whether its station is under quarantine.
    pub quarantined: bool,
    /// Who issues.
    pub issuer: Issuer<'a>,
    /// By what cards are printed.
    pub printable: &'a [TemplateKey],
    /// Now.
    pub now: OffsetDateTime,
}

/// What stands beside an application.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Whether it is its person's one live application of the type.
    pub claimed: bool,
    /// Whether the person has a card ordered that no application asked for.
    pub ordered: bool,
    /// Whether its payment paid for an earlier application that lives, or became a card.
    pub payment_used: bool,
}

/// What the checks found, and the files of the order that could be made.
#[derive(Debug)]
pub struct Findings {
    /// Each check that ran.
    pub results: Vec<CheckResult>,
    /// The order's files, where the card can be made.
    pub prepared: Option<Prepared>,
    /// Whether the rule may approve without a person, when every check passed.
    pub by_rule: bool,
}

/// The checks; the models of portraits are read once.
#[derive(Debug)]
pub struct Checks {
    faces: face::Check,
}

impl Checks {
    /// Loads the models.
    pub fn load() -> Result<Self, ModelError> {
        let faces = face::Check::new(face::check::Limits::default())?;
        Ok(Self { faces })
    }

    /// Runs every check. Takes a tenth of a second: not for threads that must not block.
    pub fn run(&self, question: &Question<'_>) -> Findings {
        let (printing, prepared) = printing(question);
        let mut results = Vec::new();
        let mut add = |check, finding| results.push(CheckResult { check, finding });
        add(Check::Register, person::register(question));
        add(Check::Alive, person::alive(question));
        add(Check::OtherApplication, other_application(question));
        add(Check::LiveDocument, papers::live_document(question));
        add(Check::LostOrStolen, papers::lost_or_stolen(question));
        add(Check::Portrait, biometric::portrait(&self.faces, question));
        add(Check::Fingers, biometric::fingers(question));
        add(Check::FingersDiffer, biometric::fingers_differ(question));
        add(Check::Capture, biometric::capture(question));
        add(Check::SecondPerson, rules::second_person(question));
        add(Check::Representative, rules::representative(question));
        add(Check::Payment, rules::payment(question));
        add(Check::Plausibility, papers::plausibility(question));
        add(Check::Printing, printing);
        Findings {
            by_rule: rules::by_rule(question),
            results,
            prepared,
        }
    }
}

impl Question<'_> {
    /// The day on which the application was made.
    pub(super) fn made_on(&self) -> Date {
        OffsetDateTime::from_unix_timestamp(self.dossier.made_at.seconds())
            .map_or(self.now.date(), OffsetDateTime::date)
    }

    /// The State that issues, as the MRZ writes it.
    pub(super) fn state(&self) -> &'static str {
        IssuerProfile::by_name(self.issuer.profile).map_or("", |profile| profile.state)
    }

    /// The applicant's ages in years that day, where the year of birth is known.
    pub(super) fn ages(&self) -> Option<Ages> {
        Ages::on(order::birth(self.dossier), self.made_on())
    }

    /// The least of them.
    pub(super) fn age(&self) -> Option<i32> {
        self.ages().map(|ages| ages.least)
    }
}

/// Passed where nothing stands in `details`.
fn all_or(referral: Referral, details: Vec<Detail>) -> Finding {
    if details.is_empty() {
        Finding::passed()
    } else {
        Finding::refer(referral, details)
    }
}

fn other_application(question: &Question<'_>) -> Finding {
    if question.beside.claimed {
        Finding::passed()
    } else {
        Finding::refer(Referral::AnotherApplication, Vec::new())
    }
}

/// Makes everything that the card will be made of, both printed faces included.
fn printing(question: &Question<'_>) -> (Finding, Option<Prepared>) {
    let refer = |detail| Finding::refer(Referral::Printing, vec![detail]);
    let policy = question.issuer.permits.policy();
    let mut rng = crate::edge::rng();
    let made = order::parts(question.dossier, question.issuer).and_then(|parts: Parts| {
        prepare_parts(
            &parts,
            (&policy, question.printable),
            question.now,
            &mut rng,
        )
    });
    match made {
        Ok(prepared) => (Finding::passed(), Some(prepared)),
        Err(error) => (refer(cause(&error)), None),
    }
}

/// What of the order cannot be made.
fn cause(error: &OrderError) -> Detail {
    match error {
        OrderError::Identity(_) | OrderError::FullName(_) => Detail::Identity,
        OrderError::Fingers(_)
        | OrderError::Finger { .. }
        | OrderError::FingerStream { .. }
        | OrderError::FingerEncoding { .. }
        | OrderError::FingerTooLong { .. } => Detail::Fingers,
        OrderError::NoTitle => Detail::ResidenceTitle,
        OrderError::NoSignature { .. } | OrderError::Signature(_) => Detail::Signature,
        OrderError::Portrait(_) | OrderError::Face(_) => Detail::Portrait,
        OrderError::Picture { of, .. } => match of {
            crate::order::PictureOf::Portrait => Detail::Portrait,
            crate::order::PictureOf::Finger(_) => Detail::Fingers,
            crate::order::PictureOf::Signature => Detail::Signature,
        },
        _ => Detail::Card,
    }
}
