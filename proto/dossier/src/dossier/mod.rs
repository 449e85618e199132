//! One enrolment as captured: the body of a dossier, keys 0 to 28 of docs/dossier.md.

mod application;
mod check;
mod fingers;
mod identity;
mod measure;
mod papers;
mod portrait;
mod staff;

use serde::{Deserialize, Serialize};

pub use self::{
    application::{
        ClockOffset, Contact, DocumentType, Ground, Information, RegisterAnswer, Relation,
        Representative, Summary,
    },
    fingers::{Finger, FingerImage, Hand, MissingFinger, MissingReason},
    identity::{Identity, Sex, Source, Sourced},
    measure::{Bound, Limit, Measure},
    papers::{DocumentKind, DocumentSeen, Payment, PriorDocument, PriorState, Residence},
    portrait::{Camera, Portrait, Signature, SignatureDevice},
    staff::{Means, Place, SecondPerson, SignIn},
};
use crate::{
    calendar::Timestamp,
    cbor::{Body, Version},
    ids::{ApplicationId, OfficeId, StationId},
    signed::Signed,
    text::Label,
};

/// One enrolment, for one document, as captured at the counter.
///
/// The order of the fields is the wire format: a released version's fields never move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1: the application; the same one again is the same application.
    pub application: ApplicationId,
    /// 2: the station that captured it.
    pub station: StationId,
    /// 3: the office where that was.
    pub office: OfficeId,
    /// 4: when the applicant confirmed, by the station's clock.
    pub made_at: Timestamp,
    /// 5: how far the station's clock was off, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockOffset>,
    /// 6: the clerk, and how they signed in.
    pub clerk: SignIn,
    /// 7: the second person's own signed record, where rules ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_person: Option<Signed<SecondPerson>>,
    /// 8: what is applied for.
    pub document_type: DocumentType,
    /// 9: why.
    pub ground: Ground,
    /// 10: whether express production is paid for.
    pub express: bool,
    /// 11: who acts for a minor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Representative>,
    /// 12: what the applicant was told about their data.
    pub information: Information,
    /// 13: who the applicant is.
    pub identity: Identity,
    /// 14: the population register's answer, where it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterAnswer>,
    /// 15: the portrait.
    pub portrait: Portrait,
    /// 16: at most two fingers, one of each hand.
    pub fingers: Vec<FingerImage>,
    /// 17: the hands that gave none.
    pub missing_fingers: Vec<MissingFinger>,
    /// 18: the applicant's signature; small children give none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// 19: the papers that the clerk saw, at most 16.
    pub documents_seen: Vec<DocumentSeen>,
    /// 20: the document that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_document: Option<PriorDocument>,
    /// 21: what was paid.
    pub payment: Payment,
    /// 22: the application for which the centre asked this capture again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recapture_of: Option<ApplicationId>,
    /// 23: what the applicant read and confirmed.
    pub summary: Summary,
    /// 24: the number of the signed configuration in force at the station.
    pub configuration: u64,
    /// 25: the station's software, for example `enrolment-station-0.1.0`.
    pub software: Label,
    /// 26: where the document is to be collected.
    pub collection: OfficeId,
    /// 27: how the applicant can be reached, if they wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// 28: what a residence permit is granted for; only with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<Residence>,
}

impl Body for Dossier {
    const WHAT: &'static str = "dossier";
    const DOMAIN: &'static str = "stempel dossier 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 12 << 20;
}
