//! A complete application becomes a dossier.

use dossier::dossier::{ClockOffset, Dossier, Place, SecondPerson, SignIn, Summary};
use dossier::{Hash, Label, OfficeId, Signed, StationId, Text, Timestamp, Version};
use thiserror::Error;
use time::Date;

use super::application::{Application, Signing};
use super::step::Step;

/// Why there is no dossier yet. For the clerk, by the step's name.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A step lacks something.
    #[error("the step {0:?} is not done; open it")]
    Missing(Step),
    /// The second person had it in their hands, or is the one who sends.
    #[error(
        "the second person is one of those who captured or send it; have somebody else send it"
    )]
    SamePerson,
    /// The second person's record cannot be read.
    #[error("the second person's record cannot be read; have it approved again")]
    Approval,
    /// The program's version is no label.
    #[error("the program's version is no label")]
    Software,
}

/// What a dossier says of the station.
#[derive(Clone, Debug)]
pub struct Station {
    /// The station.
    pub id: StationId,
    /// Its office.
    pub office: OfficeId,
    /// How far its clock is off, if known.
    pub clock: Option<ClockOffset>,
    /// Number of the configuration in force.
    pub configuration: u64,
}

/// The dossier of a complete application, made now: the certificate of the key that signs it and the configuration that
/// it names hold now, and perhaps did not when the applicant confirmed.
pub fn build(
    application: &Application,
    station: &Station,
    clerk: SignIn,
    today: Date,
    now: Timestamp,
) -> Result<Dossier, BuildError> {
    let lacks = BuildError::Missing;
    let request = application.request.ok_or(lacks(Step::Request))?;
    let person = application.identity.as_ref().ok_or(lacks(Step::Identity))?;
    let portrait = portrait(application).ok_or(lacks(Step::Portrait))?;
    let papers = application.papers.as_ref().ok_or(lacks(Step::Papers))?;
    let paid = application.payment.as_ref().ok_or(lacks(Step::Payment))?;
    let summary = application.summary.clone().ok_or(lacks(Step::Summary))?;
    let signing = application
        .signature
        .as_ref()
        .ok_or(lacks(Step::Signature))?;
    let exempt = application.is_finger_exempt(today);
    if !application.hands.done(exempt) {
        return Err(lacks(Step::Fingers));
    }
    let represented = application.is_represented(today);
    let representative = application.representative.clone();
    if represented && representative.is_none() {
        return Err(lacks(Step::Representative));
    }
    let second_person = match &application.approval {
        Some(approval) => Some(Signed::decode(&approval.record).map_err(|_| BuildError::Approval)?),
        None => None,
    };
    let second = application.approved_by();
    if second.is_some_and(|one| one == clerk.person || !application.may_be_approved_by(one)) {
        return Err(BuildError::SamePerson);
    }
    Ok(Dossier {
        version: Version,
        application: application.id,
        station: station.id,
        office: station.office.clone(),
        made_at: now,
        clock: station.clock,
        clerk,
        second_person,
        document_type: request.document,
        ground: request.ground,
        express: request.express,
        representative: representative.filter(|_| represented),
        information: application
            .information
            .clone()
            .ok_or(lacks(Step::Information))?,
        identity: person.identity.clone(),
        register: person.register.clone(),
        portrait,
        fingers: application.hands.images(),
        missing_fingers: application.hands.not_given(exempt),
        signature: match signing {
            Signing::Signed(signature) => Some(signature.clone()),
            Signing::Unable(_) => None,
        },
        documents_seen: papers.seen.clone(),
        prior_document: papers.prior.clone(),
        payment: paid.payment.clone(),
        recapture_of: application.recapture_of,
        summary,
        configuration: station.configuration,
        software: Label::new(concat!("enrolment-station-", env!("CARGO_PKG_VERSION")))
            .map_err(|_| BuildError::Software)?,
        collection: paid.collection.clone(),
        contact: paid.contact.clone(),
        residence: papers.residence.clone(),
    })
}

fn portrait(application: &Application) -> Option<dossier::dossier::Portrait> {
    let capture = application.portrait.as_ref()?;
    let picture = capture.portrait.clone()?;
    capture.accepted.then(|| dossier::dossier::Portrait {
        picture,
        measures: capture.measures(),
        camera: capture.camera.clone(),
        forced: capture.forced.clone(),
        captured_at: capture.captured_at,
    })
}

/// What a second person at this counter says, to be signed by the station.
pub fn second_person(
    application: &Application,
    station: &Station,
    summary: &Summary,
    sign_in: SignIn,
    note: Option<Text<1, 500>>,
    now: Timestamp,
) -> SecondPerson {
    SecondPerson {
        version: Version,
        application: application.id,
        summary: summary.text,
        sign_in,
        place: Place::Local,
        office: station.office.clone(),
        approved_at: now,
        note,
    }
}

/// The hash of a text as the applicant read it.
pub fn hash(text: &str) -> Hash {
    Hash::of(text.as_bytes())
}
