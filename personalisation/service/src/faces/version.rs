//! The versions of templates that this program has: each draws one document type, and has a digest a State by which the centre
//! knows it (docs/templates.md).

use std::sync::LazyLock;

use dossier::dossier::DocumentType;
use openssl::sha::Sha256;
use personalisation_core::{
    issuer_profile::IssuerProfile,
    template::{Template, TemplateKey},
};

use super::{
    design::Design,
    error::FaceError,
    fonts,
    geometry::{HEIGHT, MRZ_HEIGHT},
    layout::{self, Layout},
};

/// One version of a document type's template. What is printed by it never changes once a card was: what is to look different is a
/// new version beside it.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) document: DocumentType,
    pub(super) number: u32,
    /// What is the same on every card, and what is one card's.
    pub(super) front: Side,
    pub(super) back: Side,
    pub(super) layout: Layout,
}

/// One side: SVG with places, and where the fine lines are.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) sheet: &'static str,
    pub(super) card: &'static str,
    pub(super) lines: Lines,
}

/// The fine lines of one side: centres and radii in millimetres.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) seed: &'static str,
    pub(super) emblem: ((f64, f64), f64),
    pub(super) rosette: ((f64, f64), f64),
    pub(super) ribbon: f64,
}

const FRONT_LINES: Lines = Lines {
    seed: "front",
    emblem: ((58.5, 31.5), 19.5),
    rosette: ((17.2, 47.5), 12.0),
    ribbon: 11.05,
};
const BACK_LINES: Lines = Lines {
    seed: "back",
    emblem: ((70.2, 15.0), 12.6),
    rosette: ((43.0, 15.0), 8.5),
    ribbon: HEIGHT - MRZ_HEIGHT - 0.85,
};

/// Every version, oldest first.
pub(super) static VERSIONS: [Version; 2] = [
    Version {
        document: DocumentType::IdentityCard,
        number: 1,
        front: Side {
            sheet: include_str!("../../templates/identity-card-1-front.svg"),
            card: include_str!("../../templates/identity-card-1-front-card.svg"),
            lines: FRONT_LINES,
        },
        back: Side {
            sheet: include_str!("../../templates/identity-card-1-back.svg"),
            card: include_str!("../../templates/identity-card-1-back-card.svg"),
            lines: BACK_LINES,
        },
        layout: layout::IDENTITY_CARD,
    },
    Version {
        document: DocumentType::ResidencePermit,
        number: 1,
        front: Side {
            sheet: include_str!("../../templates/residence-permit-1-front.svg"),
            card: include_str!("../../templates/residence-permit-1-front-card.svg"),
            lines: FRONT_LINES,
        },
        back: Side {
            sheet: include_str!("../../templates/residence-permit-1-back.svg"),
            card: include_str!("../../templates/residence-permit-1-back-card.svg"),
            lines: BACK_LINES,
        },
        layout: layout::RESIDENCE_PERMIT,
    },
];

/// Every template of this program: each State's with each version, oldest version first.
pub fn templates() -> &'static [Template] {
    static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
        let of = |profile: &IssuerProfile| {
            let designs = VERSIONS.iter().filter_map(|version| {
                let design = Design::of(profile, version.document).ok()?;
                Some(template(design, version))
            });
            designs.collect::<Vec<_>>()
        };
        IssuerProfile::ALL.iter().flat_map(of).collect()
    });
    &ALL
}

/// The version of that number, or the newest.
pub(super) fn find(
    document: DocumentType,
    number: Option<u32>,
) -> Result<&'static Version, FaceError> {
    let mut versions = VERSIONS.iter().rev();
    let found = versions.find(|version| {
        version.document == document && number.is_none_or(|number| number == version.number)
    });
    found.ok_or(FaceError::NoVersion {
        number: number.unwrap_or_default(),
    })
}

/// The digest covers what the drawing code is given: SVG, fields, fine lines, words, colours, fonts. The code itself belongs to the
/// program's release.
fn template(design: &Design, version: &Version) -> Template {
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        // Each part with its length: none runs into the next.
        digest.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    };
    add(b"stempel template 1");
    add(design.profile.as_bytes());
    for side in [&version.front, &version.back] {
        add(side.sheet.as_bytes());
        add(side.card.as_bytes());
        add(format!("{:?}", side.lines).as_bytes());
    }
    add(format!("{:?}", version.layout).as_bytes());
    add(format!("{design:?}").as_bytes());
    for font in fonts::ALL {
        add(font);
    }
    Template {
        key: TemplateKey {
            issuer_profile: design.profile.to_owned(),
            document: version.document,
            version: version.number,
        },
        digest: personalisation_core::attempt::Digest(digest.finish()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_every_version_and_no_two_are_alike() {
        let all = templates();
        assert_eq!(all.len(), IssuerProfile::ALL.len() * VERSIONS.len());
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other.digest != one.digest));
            assert!(find(one.key.document, Some(one.key.version)).is_ok());
        }
        let (card, none) = (DocumentType::IdentityCard, Some(99));
        let missing = FaceError::NoVersion { number: 99 };
        assert_eq!(find(card, none).map(|_| ()), Err(missing));
    }
}
