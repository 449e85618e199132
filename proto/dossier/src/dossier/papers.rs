//! Papers: those seen at the counter, the one that is replaced, and the payment.

use serde::{Deserialize, Serialize};

use crate::{Day, Text};

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DocumentKind {
    /// 0
    IdentityCard,
    /// 1
    Passport,
    /// 2
    ResidencePermit,
    /// 3: a certificate of birth.
    BirthCertificate,
    /// 4: the police's declaration of a loss or theft.
    LossDeclaration,
    /// 5: proof of guardianship or parental authority.
    Guardianship,
    /// 6: the decision to grant a residence permit.
    ResidenceDecision,
    /// 7: a doctor's certificate.
    MedicalCertificate,
    /// 8
    Other,
}

/// A paper that the clerk saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSeen {
    /// 0
    pub kind: DocumentKind,
    /// 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Text<1, 64>>,
    /// 2: State, authority or court.
    pub issuer: Text<1, 100>,
    /// 3
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
}

/// What became of the document that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriorState {
    /// 0: the applicant has it and gives it back at the handover.
    Held,
    /// 1: given back now.
    Returned,
    /// 2
    Lost,
    /// 3
    Stolen,
    /// 4
    Destroyed,
}

/// The document that is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorDocument {
    /// 0: where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Text<1, 32>>,
    /// 1
    pub state: PriorState,
}

/// What the decision on residence grants: the residence permit says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residence {
    /// 0: the type of permit, as it is printed.
    pub category: Text<1, 60>,
    /// 1: the last day of the title; none: it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Day>,
    /// 2: at most 4 lines, as they are printed: the right to work, a purpose.
    pub remarks: Vec<Text<1, 60>>,
}

/// What was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// 0: of the bank transfer or the till.
    pub reference: Text<1, 64>,
    /// 1: euro cents, at most 100 000.
    pub fee: u32,
}
