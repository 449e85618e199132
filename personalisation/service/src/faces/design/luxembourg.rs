//! How Luxembourg's documents look.

use dossier::dossier::DocumentType;
use personalisation_core::issuer_profile::IssuerProfile;

use super::Design;
use crate::faces::{artwork::Badge, emblem::Emblem};

/// Identity cards.
pub(super) const IDENTITY_CARD: Design = Design {
    profile: IssuerProfile::LUXEMBOURG.name,
    document: DocumentType::IdentityCard,
    seed: IssuerProfile::LUXEMBOURG.name,
    base: &[],
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

/// Residence permits: the same hand in other colours.
pub(super) const RESIDENCE_PERMIT: Design = Design {
    document: DocumentType::ResidencePermit,
    seed: "luxembourg residence permit",
    base: IDENTITY_CARD.words,
    ghost: [0x7a, 0x2e, 0x58],
    words: &[
        ("paper_warm", "#f9dfe9"),
        ("paper_cool", "#d9e4f7"),
        ("ink_warm", "#c0447e"),
        ("ink_middle", "#9a86c0"),
        ("ink_cool", "#4a78c8"),
        (
            "document",
            "TITRE DE SÉJOUR  ·  AUFENTHALTSTITEL  ·  RESIDENCE PERMIT",
        ),
        ("number_1", "N° du titre"),
        ("number_2", "Nummer / Permit no."),
        ("expiry_1", "Valable jusqu’au"),
        ("expiry_2", "Gültig bis / Valid until"),
        ("category_1", "Catégorie du titre"),
        ("category_2", "Art des Titels / Type of permit"),
        ("place_of_issue_1", "Délivré à, le"),
        ("place_of_issue_2", "Place, date of issue"),
        ("remarks_1", "Remarques"),
        ("remarks_2", "Anmerkungen / Remarks"),
    ],
    ..IDENTITY_CARD
};
