//! Identity cards: Regulation (EU) 2025/1208, and the Luxembourg law within it (loi du 19 juin 2013, règlement grand-ducal du 18 juin
//! 2014).

use dossier::dossier::DocumentType;

use super::{FingerAges, Rules, Term};

/// Ten years from 15 years of age, five from 4, else two.
const TERMS: [Term; 3] = [
    Term {
        from: 15,
        years: 10,
    },
    Term { from: 4, years: 5 },
    Term { from: 0, years: 2 },
];

/// Below 6 years exempt by the Regulation (Article 3(7)); Luxembourg obliges from 12.
const FINGERS: FingerAges = FingerAges {
    none_below: 6,
    obligatory_from: 12,
};

/// Our policy: whoever gives fingers signs too.
const SIGNATURE_FROM: i32 = 12;

/// A finger that is missing for a time only: twelve months at most (Article 3(7)).
const TEMPORARY_YEARS: i32 = 1;

/// The rules.
pub(super) fn rules() -> Rules {
    Rules {
        document: DocumentType::IdentityCard,
        terms: TERMS.to_vec(),
        temporary: Some(TEMPORARY_YEARS),
        fingers: FINGERS,
        signature_from: SIGNATURE_FROM,
    }
}
