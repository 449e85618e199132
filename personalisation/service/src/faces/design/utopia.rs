//! How Utopia's documents look.

use dossier::dossier::DocumentType;
use personalisation_core::issuer_profile::IssuerProfile;

use super::Design;
use crate::faces::{artwork::Badge, emblem::Emblem};

/// Identity cards.
pub(super) const IDENTITY_CARD: Design = Design {
    profile: IssuerProfile::UTOPIA.name,
    document: DocumentType::IdentityCard,
    seed: IssuerProfile::UTOPIA.name,
    base: &[],
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

/// Residence permits: the same hand in other colours.
pub(super) const RESIDENCE_PERMIT: Design = Design {
    document: DocumentType::ResidencePermit,
    seed: "utopia residence permit",
    base: IDENTITY_CARD.words,
    ghost: [0x6a, 0x4a, 0x12],
    words: &[
        ("paper_warm", "#f3e3ee"),
        ("paper_cool", "#e2ecd2"),
        ("ink_warm", "#b0669a"),
        ("ink_middle", "#98946a"),
        ("ink_cool", "#6a9a3a"),
        ("document", "RESIDENCE PERMIT  ·  TITRE DE SÉJOUR"),
        ("number_1", "Permit number"),
        ("number_2", "N° du titre"),
        ("expiry_1", "Valid until"),
        ("expiry_2", "Valable jusqu’au"),
        ("category_1", "Type of permit"),
        ("category_2", "Catégorie du titre"),
        ("place_of_issue_1", "Issued at, on"),
        ("place_of_issue_2", "Délivré à, le"),
        ("remarks_1", "Remarks"),
        ("remarks_2", "Remarques"),
    ],
    ..IDENTITY_CARD
};
