//! Faces: front and back of identity cards and residence permits at 600 dpi (docs/faces.md). Nothing here reads or writes files: templates and fonts are
//! part of the program, data comes in, pictures go out.

mod artwork;
mod composition;
mod data;
mod design;
mod emblem;
mod error;
mod fonts;
pub mod geometry;
mod guilloche;
mod layout;
mod lettering;
mod picture;
mod sheet;
mod specimen;
mod template;
mod version;
mod zone;

use std::sync::OnceLock;

pub use data::{CardFacts, Holder, Permit};
use dossier::dossier::DocumentType;
pub use error::FaceError;
use image::RgbImage;
use openssl::sha::sha256;
use personalisation_core::issuer_profile::IssuerProfile;
use resvg::tiny_skia::Pixmap;
pub use version::templates;
pub use zone::zone_alone;

use self::{
    data::Portrayal,
    design::Design,
    version::{VERSIONS, Version},
};

/// Both faces of one card, as PNG files of 2022 x 1275 pixels.
pub struct Pictures {
    /// With the portrait.
    pub front: Vec<u8>,
    /// With the machine readable zone.
    pub back: Vec<u8>,
    /// SHA-256 of each, by which a machine knows them.
    digests: [[u8; 32]; 2],
}

/// Both faces of one card, dot by dot: 2022 x 1275 pixels.
pub struct Dots {
    /// With the portrait.
    pub front: RgbImage,
    /// With the machine readable zone.
    pub back: RgbImage,
}

/// Draws faces. What is the same on every card of an issuer is drawn once, when first needed.
#[derive(Default)]
pub struct Faces {
    sheets: [[OnceLock<Result<Sheets, FaceError>>; VERSIONS.len()]; IssuerProfile::ALL.len()],
}

/// An issuer's cards before anything about a holder is on them.
struct Sheets {
    front: Pixmap,
    back: Pixmap,
}

/// What is known of a card before its numbers are: checked and decoded.
pub struct Prepared {
    profile: IssuerProfile,
    design: &'static Design,
    version: &'static Version,
    holder: Holder,
    portrayal: Portrayal,
}

impl Faces {
    /// A drawer that has drawn nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws what all identity cards of an issuer share, so that the first one need not wait for it.
    pub fn warm_up(&self, profile: &IssuerProfile) -> Result<(), FaceError> {
        let version = version::find(DocumentType::IdentityCard, None)?;
        self.sheets(profile, version).map(drop)
    }

    /// Checks that a holder's data can be printed by the newest version of the template, and decodes the pictures.
    pub fn prepare(profile: &IssuerProfile, holder: Holder) -> Result<Prepared, FaceError> {
        Self::prepare_by(profile, holder, None)
    }

    /// The same by the version of that number, if one is given.
    pub fn prepare_by(
        profile: &IssuerProfile,
        holder: Holder,
        version: Option<u32>,
    ) -> Result<Prepared, FaceError> {
        let version = version::find(holder.document(), version)?;
        let design = Design::of(profile, version.document)?;
        let portrayal = holder.portrayal()?;
        composition::check(&version.layout, &holder, profile.authority)?;
        Ok(Prepared {
            profile: *profile,
            design,
            version,
            holder,
            portrayal,
        })
    }

    /// Draws both faces of a card.
    pub fn draw(&self, prepared: &Prepared, card: &CardFacts) -> Result<Pictures, FaceError> {
        self.dots(prepared, card)?.encode()
    }

    /// The same, for those who need more than files.
    pub fn dots(&self, prepared: &Prepared, card: &CardFacts) -> Result<Dots, FaceError> {
        let sheets = self.sheets(&prepared.profile, prepared.version)?;
        Ok(Dots {
            front: picture::dots(&composition::front(&sheets.front, prepared, card)?),
            back: picture::dots(&composition::back(&sheets.back, prepared, card)?),
        })
    }

    fn sheets(&self, profile: &IssuerProfile, version: &Version) -> Result<&Sheets, FaceError> {
        let place = IssuerProfile::ALL
            .iter()
            .position(|known| known.name == profile.name)
            .ok_or(FaceError::NoDesign {
                profile: profile.name,
            })?;
        let (document, number) = (version.document, version.number);
        let mut all = VERSIONS.iter();
        let nth = all
            .position(|known| known.document == document && known.number == number)
            .ok_or(FaceError::NoVersion { number })?;
        let drawn = self.sheets[place][nth].get_or_init(|| {
            let design = Design::of(profile, document)?;
            Ok(Sheets {
                front: sheet::draw(design, &version.front)?,
                back: sheet::draw(design, &version.back)?,
            })
        });
        drawn.as_ref().map_err(Clone::clone)
    }
}

impl Dots {
    /// As PNG files.
    pub fn encode(&self) -> Result<Pictures, FaceError> {
        let (front, back) = (picture::png(&self.front)?, picture::png(&self.back)?);
        Ok(Pictures::new(front, back))
    }
}

impl Pictures {
    /// Of two PNG files.
    pub fn new(front: Vec<u8>, back: Vec<u8>) -> Self {
        let digests = [sha256(&front), sha256(&back)];
        Self {
            front,
            back,
            digests,
        }
    }

    /// SHA-256 of the front.
    pub const fn front_digest(&self) -> &[u8; 32] {
        &self.digests[0]
    }

    /// SHA-256 of the back.
    pub const fn back_digest(&self) -> &[u8; 32] {
        &self.digests[1]
    }
}

impl std::fmt::Debug for Faces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let drawn = self
            .sheets
            .as_flattened()
            .iter()
            .filter(|sheets| sheets.get().is_some());
        f.debug_struct("Faces")
            .field("drawn", &drawn.count())
            .finish()
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("profile", &self.profile.name)
            .finish_non_exhaustive()
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Dots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dots").finish_non_exhaustive()
    }
}

/// Personal data: only lengths are shown.
impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures")
            .field("front", &self.front.len())
            .field("back", &self.back.len())
            .finish_non_exhaustive()
    }
}
