//! What each document type asks of its holder, and how long it may be valid: one file a type, [`Rules`] for both.

mod identity_card;
pub mod residence_permit;
#[cfg(test)]
mod tests;

use dossier::dossier::DocumentType;

use crate::age::Ages;
pub use residence_permit::PermitPolicy;

/// The rules of one document type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What is made.
    pub document: DocumentType,
    /// Years of validity from an age on, the highest age first; the last one begins at birth.
    pub(crate) terms: Vec<Term>,
    /// Most years of validity where a finger is missing that will be there again; none where that changes nothing.
    pub(crate) temporary: Option<i32>,
    pub(crate) fingers: FingerAges,
    /// From this age on the holder signs.
    pub(crate) signature_from: i32,
}

/// Years of validity from an age on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) from: i32,
    pub(crate) years: i32,
}

/// At which ages fingers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FingerAges {
    /// Below this age none are taken.
    pub(crate) none_below: i32,
    /// From this age on they are obligatory.
    pub(crate) obligatory_from: i32,
}

/// What a holder must or may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Nothing is taken.
    Exempt,
    /// As the holder wishes.
    Free,
    /// It must be there, or a reason why not.
    Obligatory,
}

impl Rules {
    /// The rules of a document type; `permits` says of residence permits what no text that we know fixes.
    pub fn of(document: DocumentType, permits: &PermitPolicy) -> Self {
        match document {
            DocumentType::IdentityCard => identity_card::rules(),
            DocumentType::ResidencePermit => residence_permit::rules(permits),
        }
    }

    /// Whether fingers are taken of a holder of those ages (`None`: nothing is known, and an adult is assumed). Where the
    /// date of birth leaves both sides of a birthday, the holder is neither exempt nor obliged.
    pub fn fingers(&self, ages: Option<Ages>) -> Duty {
        let FingerAges {
            none_below,
            obligatory_from,
        } = self.fingers;
        match ages {
            None => Duty::Obligatory,
            Some(ages) if ages.least >= obligatory_from => Duty::Obligatory,
            Some(ages) if ages.most < none_below => Duty::Exempt,
            Some(_) => Duty::Free,
        }
    }

    /// Whether the holder signs.
    pub fn signature(&self, ages: Option<Ages>) -> Duty {
        if ages.is_none_or(|ages| ages.least >= self.signature_from) {
            Duty::Obligatory
        } else {
            Duty::Free
        }
    }

    /// From this age on fingers are obligatory.
    pub const fn fingers_from(&self) -> i32 {
        self.fingers.obligatory_from
    }

    /// From this age on the holder signs.
    pub const fn signature_from(&self) -> i32 {
        self.signature_from
    }
}
