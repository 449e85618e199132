//! What an issuer's documents look like: colours, emblem, and the words in its languages.

mod luxembourg;
mod utopia;

use dossier::dossier::DocumentType;
use personalisation_core::issuer_profile::IssuerProfile;

use super::{artwork::Badge, emblem::Emblem, error::FaceError};

/// The look of one issuer's documents of one type.
#[derive(Debug)]
pub(super) struct Design {
    /// The issuer profile's name.
    pub(super) profile: &'static str,
    /// What it is for.
    pub(super) document: DocumentType,
    /// Seeds the fine lines.
    pub(super) seed: &'static str,
    pub(super) badge: Badge,
    pub(super) emblem: Emblem,
    /// The ink of the small portrait.
    pub(super) ghost: [u8; 3],
    /// Colours and words by their names in the templates.
    words: &'static [(&'static str, &'static str)],
    /// Those that are not among `words`.
    base: &'static [(&'static str, &'static str)],
}

impl Design {
    /// The design of an issuer profile's documents.
    pub(super) fn of(
        profile: &IssuerProfile,
        document: DocumentType,
    ) -> Result<&'static Self, FaceError> {
        DESIGNS
            .iter()
            .find(|design| design.profile == profile.name && design.document == document)
            .ok_or(FaceError::NoDesign {
                profile: profile.name,
            })
    }

    /// A word or a colour.
    pub(super) fn word(&self, name: &str) -> Option<&'static str> {
        let mut words = self.words.iter().chain(self.base);
        let found = words.find(|(known, _)| *known == name);
        found.map(|(_, word)| *word)
    }
}

static DESIGNS: [Design; 4] = [
    luxembourg::IDENTITY_CARD,
    luxembourg::RESIDENCE_PERMIT,
    utopia::IDENTITY_CARD,
    utopia::RESIDENCE_PERMIT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issuer_has_designs_with_every_word() {
        for document in [DocumentType::IdentityCard, DocumentType::ResidencePermit] {
            let names = Design::of(&IssuerProfile::LUXEMBOURG, document).unwrap();
            for profile in IssuerProfile::ALL {
                let design = Design::of(&profile, document).unwrap();
                for (name, _) in names.words.iter().chain(names.base) {
                    assert!(design.word(name).is_some(), "{}: {name}", profile.name);
                }
            }
        }
    }
}
