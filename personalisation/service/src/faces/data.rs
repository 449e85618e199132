//! What stands on a card.

use biometrics::{
    iso19794::face::FaceRecord,
    jpeg2000::{self, DecodeLimits},
};
use dossier::dossier::DocumentType;
use icao9303::{
    lds::{Dg2, Dg7},
    mrz::{Mrz, PartialDate},
};
use image::{DynamicImage, GrayImage, RgbImage};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::FaceError;

/// What an order says about a holder and the card, before the card's numbers are known.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Holder {
    /// Primary identifier as printed.
    pub surname: String,
    /// Secondary identifier as printed; may be empty.
    pub given_names: String,
    /// F, M or X.
    pub sex: String,
    /// Three letters, or one.
    pub nationality: String,
    /// As far as known.
    #[zeroize(skip)]
    pub date_of_birth: PartialDate,
    /// Place, region, State; may be empty.
    pub place_of_birth: Vec<String>,
    /// The day of issue.
    #[zeroize(skip)]
    pub issued: Date,
    /// The last day of validity.
    #[zeroize(skip)]
    pub expires: Date,
    /// EF.DG2, the whole file.
    pub dg2: Zeroizing<Vec<u8>>,
    /// EF.DG7, the whole file, where the holder signs.
    pub dg7: Option<Zeroizing<Vec<u8>>>,
    /// What a residence permit says besides; none: an identity card.
    pub permit: Option<Permit>,
}

/// What stands on a residence permit besides.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Permit {
    /// Type of permit.
    pub category: String,
    /// At most four lines, two of them on the front.
    pub remarks: Vec<String>,
    /// Where it is issued.
    pub place_of_issue: String,
}

/// What distinguishes one card from every other.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CardFacts {
    /// The document number.
    pub number: String,
    /// The card access number.
    pub can: String,
    /// Three lines of thirty characters.
    #[zeroize(skip)]
    pub mrz: Mrz,
}

/// The pictures of a holder, decoded.
pub(super) struct Portrayal {
    pub(super) portrait: RgbImage,
    pub(super) signature: Option<GrayImage>,
}

impl Holder {
    /// What is made for them.
    pub(super) const fn document(&self) -> DocumentType {
        match self.permit {
            Some(_) => DocumentType::ResidencePermit,
            None => DocumentType::IdentityCard,
        }
    }

    /// Decodes portrait and signature.
    pub(super) fn portrayal(&self) -> Result<Portrayal, FaceError> {
        let portrait = portrait(&self.dg2)?.to_rgb8();
        super::picture::check_portrait(&portrait)?;
        let signature = self.dg7.as_ref().map(|file| signature(file)).transpose()?;
        Ok(Portrayal {
            portrait,
            signature: signature.map(|picture| picture.to_luma8()),
        })
    }
}

fn portrait(file: &[u8]) -> Result<DynamicImage, FaceError> {
    let dg2 = Dg2::parse(file).map_err(|error| damaged("portrait", &error))?;
    let face = dg2.faces.first();
    let record = face.map_or(&[][..], |face| face.record.bytes());
    let record = FaceRecord::parse(record).map_err(|error| damaged("portrait", &error))?;
    jpeg2000::decode(&record.image, &DecodeLimits::default())
        .map_err(|error| damaged("portrait", &error))
}

fn signature(file: &[u8]) -> Result<DynamicImage, FaceError> {
    let dg7 = Dg7::parse(file).map_err(|error| damaged("signature", &error))?;
    let image = dg7.images.first().copied().unwrap_or_default();
    jpeg2000::decode(image, &DecodeLimits::default()).map_err(|error| damaged("signature", &error))
}

fn damaged(picture: &'static str, error: &impl ToString) -> FaceError {
    FaceError::Picture {
        picture,
        reason: error.to_string(),
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holder(redacted)")
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Permit(redacted)")
    }
}

/// The card access number is the line's secret: nothing is shown.
impl std::fmt::Debug for CardFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardFacts(redacted)")
    }
}
