//! Faces: front and back of an identity card at 600 dpi (docs/faces.md). Nothing here reads or writes files: templates and fonts are
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
mod lettering;
mod picture;
mod sheet;
mod template;
mod zone;

use std::sync::OnceLock;

pub use data::{CardFacts, Holder};
pub use error::FaceError;
use personalisation_core::issuer_profile::IssuerProfile;
use resvg::tiny_skia::Pixmap;
pub use zone::zone_alone;

use self::{data::Portrayal, design::Design};

/// Both faces of one card, as PNG files of 2022 x 1275 pixels.
pub struct Pictures {
    /// With the portrait.
    pub front: Vec<u8>,
    /// With the machine readable zone.
    pub back: Vec<u8>,
}

/// Draws faces. What is the same on every card of an issuer is drawn once, when first needed.
#[derive(Default)]
pub struct Faces {
    sheets: [OnceLock<Result<Sheets, FaceError>>; IssuerProfile::ALL.len()],
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
    holder: Holder,
    portrayal: Portrayal,
}

impl Faces {
    /// A drawer that has drawn nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws what all cards of an issuer share, so that the first card need not wait for it.
    pub fn warm_up(&self, profile: &IssuerProfile) -> Result<(), FaceError> {
        self.sheets(profile).map(drop)
    }

    /// Checks that a holder's data can be printed, and decodes the pictures.
    pub fn prepare(profile: &IssuerProfile, holder: Holder) -> Result<Prepared, FaceError> {
        let design = Design::of(profile)?;
        let portrayal = holder.portrayal()?;
        composition::check(design, &holder)?;
        Ok(Prepared {
            profile: *profile,
            design,
            holder,
            portrayal,
        })
    }

    /// Draws both faces of a card.
    pub fn draw(&self, prepared: &Prepared, card: &CardFacts) -> Result<Pictures, FaceError> {
        let sheets = self.sheets(&prepared.profile)?;
        Ok(Pictures {
            front: picture::png(&composition::front(&sheets.front, prepared, card)?)?,
            back: picture::png(&composition::back(&sheets.back, prepared, card)?)?,
        })
    }

    fn sheets(&self, profile: &IssuerProfile) -> Result<&Sheets, FaceError> {
        let place = IssuerProfile::ALL
            .iter()
            .position(|known| known.name == profile.name)
            .ok_or(FaceError::NoDesign {
                profile: profile.name,
            })?;
        let drawn = self.sheets[place].get_or_init(|| {
            let design = Design::of(profile)?;
            Ok(Sheets {
                front: sheet::front(design)?,
                back: sheet::back(design)?,
            })
        });
        drawn.as_ref().map_err(Clone::clone)
    }
}

impl std::fmt::Debug for Faces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let drawn = self.sheets.iter().filter(|sheets| sheets.get().is_some());
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

/// Personal data: only lengths are shown.
impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures")
            .field("front", &self.front.len())
            .field("back", &self.back.len())
            .finish()
    }
}
