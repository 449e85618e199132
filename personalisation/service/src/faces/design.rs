//! What an issuer's cards look like: colours, emblem, and the words in its languages.

use personalisation_core::issuer_profile::IssuerProfile;

use super::{artwork::Badge, emblem::Emblem, error::FaceError};

/// The look of one issuer's identity cards.
#[derive(Debug)]
pub(super) struct Design {
    /// The issuer profile's name; seeds the fine lines too.
    pub(super) profile: &'static str,
    pub(super) badge: Badge,
    pub(super) emblem: Emblem,
    /// The ink of the small portrait.
    pub(super) ghost: [u8; 3],
    /// Colours and words by their names in the templates.
    words: &'static [(&'static str, &'static str)],
}

impl Design {
    /// The design of an issuer profile.
    pub(super) fn of(profile: &IssuerProfile) -> Result<&'static Self, FaceError> {
        DESIGNS
            .iter()
            .find(|design| design.profile == profile.name)
            .ok_or(FaceError::NoDesign {
                profile: profile.name,
            })
    }

    /// A word or a colour.
    pub(super) fn word(&self, name: &str) -> Option<&'static str> {
        let found = self.words.iter().find(|(known, _)| *known == name);
        found.map(|(_, word)| *word)
    }
}

static DESIGNS: [Design; 2] = [LUXEMBOURG, UTOPIA];

const LUXEMBOURG: Design = Design {
    profile: IssuerProfile::LUXEMBOURG.name,
    badge: Badge::Union("LU"),
    emblem: Emblem::Fortress,
    ghost: [0x0b, 0x4f, 0x8a],
    words: &[
        ("paper_warm", "#fbe3df"),
        ("paper_cool", "#d3ebf7"),
        ("ink_warm", "#d2434d"),
        ("ink_middle", "#8a86b8"),
        ("ink_cool", "#1591c9"),
        ("flag_warm", "#e0313c"),
        ("flag_cool", "#00a0dc"),
        ("text", "#14213d"),
        ("text_soft", "#45516f"),
        ("title_x", "12.4"),
        ("state", "GRAND-DUCHÉ DE LUXEMBOURG"),
        (
            "document",
            "CARTE D’IDENTITÉ  ·  PERSONALAUSWEIS  ·  IDENTITY CARD",
        ),
        ("surname_1", "Nom"),
        ("surname_2", "Name / Surname"),
        ("given_names_1", "Prénoms"),
        ("given_names_2", "Vornamen / Given names"),
        ("sex_1", "Sexe"),
        ("sex_2", "Geschlecht / Sex"),
        ("nationality_1", "Nationalité"),
        ("nationality_2", "Nationality"),
        ("date_of_birth_1", "Date de naissance"),
        ("date_of_birth_2", "Geburtsdatum / Date of birth"),
        ("number_1", "N° de la carte"),
        ("number_2", "Nummer / Card no."),
        ("expiry_1", "Date d’expiration"),
        ("expiry_2", "Gültig bis / Date of expiry"),
        ("signature_1", "Signature"),
        ("signature_2", "Unterschrift"),
        ("place_of_birth_1", "Lieu de naissance"),
        ("place_of_birth_2", "Geburtsort / Place of birth"),
        ("issued_1", "Date de délivrance"),
        ("issued_2", "Ausgestellt am / Date of issue"),
        ("authority_1", "Autorité"),
        ("authority_2", "Behörde / Authority"),
        (
            "found_1",
            "Trouvée ? Merci de la remettre à une commune ou à la police.",
        ),
        (
            "found_2",
            "Gefunden? Bitte bei einer Gemeinde oder der Polizei abgeben.",
        ),
    ],
};

const UTOPIA: Design = Design {
    profile: IssuerProfile::UTOPIA.name,
    badge: Badge::Emblem(Emblem::Island, "#0e6b63"),
    emblem: Emblem::Island,
    ghost: [0x0b, 0x5d, 0x5a],
    words: &[
        ("paper_warm", "#fbeed2"),
        ("paper_cool", "#d4efe6"),
        ("ink_warm", "#d39a34"),
        ("ink_middle", "#7d9f7a"),
        ("ink_cool", "#159a8c"),
        ("flag_warm", "#e2a33b"),
        ("flag_cool", "#12877b"),
        ("text", "#12332f"),
        ("text_soft", "#47625c"),
        ("title_x", "12.4"),
        ("state", "COMMONWEALTH OF UTOPIA"),
        ("document", "IDENTITY CARD  ·  CARTE D’IDENTITÉ"),
        ("surname_1", "Surname"),
        ("surname_2", "Nom"),
        ("given_names_1", "Given names"),
        ("given_names_2", "Prénoms"),
        ("sex_1", "Sex"),
        ("sex_2", "Sexe"),
        ("nationality_1", "Nationality"),
        ("nationality_2", "Nationalité"),
        ("date_of_birth_1", "Date of birth"),
        ("date_of_birth_2", "Date de naissance"),
        ("number_1", "Card number"),
        ("number_2", "N° de la carte"),
        ("expiry_1", "Date of expiry"),
        ("expiry_2", "Date d’expiration"),
        ("signature_1", "Signature"),
        ("signature_2", "of the holder / du titulaire"),
        ("place_of_birth_1", "Place of birth"),
        ("place_of_birth_2", "Lieu de naissance"),
        ("issued_1", "Date of issue"),
        ("issued_2", "Date de délivrance"),
        ("authority_1", "Authority"),
        ("authority_2", "Autorité"),
        ("found_1", "A specimen of a State that does not exist."),
        ("found_2", "Spécimen d’un État qui n’existe pas."),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issuer_has_a_design_with_every_word() {
        for profile in IssuerProfile::ALL {
            let design = Design::of(&profile).unwrap();
            for (name, _) in LUXEMBOURG.words {
                assert!(design.word(name).is_some(), "{}: {name}", profile.name);
            }
        }
    }
}
