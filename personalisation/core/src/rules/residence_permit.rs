//! Residence permits: Regulation (EC) 1030/2002 as amended by (EC) 380/2008 and (EU) 2017/1954.

use dossier::dossier::DocumentType;
use icao9303::mrz::{CodeError, DocumentCode};
use thiserror::Error;

use super::{FingerAges, Rules, Term};

/// Two fingers from the sixth birthday on; below it exempt (Article 4b).
const FINGERS: FingerAges = FingerAges {
    none_below: 6,
    obligatory_from: 6,
};

/// Most years that a policy may name: no travel document of the field is valid longer.
const MOST_YEARS: u8 = 10;

/// Who has no residence permit of the uniform format: Union citizens, and nationals of the EEA and of Switzerland, who move freely
/// (Articles 1 and 5).
const FREE: [&str; 31] = [
    "AUT", "BEL", "BGR", "CHE", "CYP", "CZE", "D", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
    "HUN", "IRL", "ISL", "ITA", "LIE", "LTU", "LUX", "LVA", "MLT", "NLD", "NOR", "POL", "PRT",
    "ROU", "SVK", "SVN", "SWE",
];

/// What a State decides for itself, and what we found in no official text for Luxembourg: it is configured (`[residence_permit]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermitPolicy {
    /// The document code of the MRZ: many States print `IR`, Germany `AR`.
    pub document_code: String,
    /// Most years of validity, where the title does not end before.
    pub longest_years: u8,
    /// From this age on the holder signs.
    pub signature_from: u8,
}

/// A policy that makes no permit. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// Not a code for a card of this size.
    #[error("residence_permit.document_code: {0}")]
    Code(#[from] CodeError),
    /// No years, or too many.
    #[error("residence_permit.longest_years is 1 to {MOST_YEARS}; correct it")]
    Years,
}

/// A holder for whom no permit is made. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "residence permits are for nationals of States outside the European Economic Area and Switzerland; correct the \
     nationality or the document type"
)]
pub struct MovesFreely;

impl Default for PermitPolicy {
    fn default() -> Self {
        Self {
            document_code: "IR".to_owned(),
            longest_years: 5,
            signature_from: 12,
        }
    }
}

impl PermitPolicy {
    /// Whether permits can be made by it.
    pub fn check(&self) -> Result<(), PolicyError> {
        DocumentCode::td1(&self.document_code)?;
        if (1..=MOST_YEARS).contains(&self.longest_years) {
            Ok(())
        } else {
            Err(PolicyError::Years)
        }
    }
}

/// Whether somebody of that nationality, as the MRZ writes it, may have a permit issued by `state`.
pub fn may_hold(nationality: &str, state: &str) -> Result<(), MovesFreely> {
    if nationality == state || FREE.contains(&nationality) {
        Err(MovesFreely)
    } else {
        Ok(())
    }
}

/// The rules.
pub(super) fn rules(policy: &PermitPolicy) -> Rules {
    Rules {
        document: DocumentType::ResidencePermit,
        terms: vec![Term {
            from: 0,
            years: i32::from(policy.longest_years),
        }],
        // Who cannot give fingers is exempt, for how long soever.
        temporary: None,
        fingers: FINGERS,
        signature_from: i32::from(policy.signature_from),
    }
}
