//! What an order is made of, wherever it came from: a file with pictures beside it, or a dossier.

use std::fmt;

use dossier::dossier::DocumentType;
use icao9303::{lds::Finger, mrz::PartialDate};
use personalisation_core::fingers::{Hand, MissingReason};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Everything that an order is made of.
pub struct Parts {
    /// Who the holder is.
    pub stated: Stated,
    /// JPEG or PNG.
    pub portrait: Zeroizing<Vec<u8>>,
    /// One of each hand at most.
    pub fingers: Vec<GivenFinger>,
    /// Hands that gave none.
    pub missing: Vec<(Hand, MissingReason)>,
    /// A picture of the handwritten signature.
    pub signature: Option<Zeroizing<Vec<u8>>>,
}

/// Who the holder is, not checked yet.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Stated {
    /// Name of the issuer profile.
    pub issuer_profile: String,
    /// Primary identifier.
    pub surname: String,
    /// Secondary identifier; may be empty.
    pub given_names: String,
    /// F, M or X.
    pub sex: String,
    /// As far as known.
    #[zeroize(skip)]
    pub date_of_birth: PartialDate,
    /// As the MRZ writes it.
    pub nationality: String,
    /// Place, region, State.
    pub place_of_birth: Vec<String>,
    /// 13 digits.
    pub national_number: Option<String>,
    /// A choice instead of the rule's transliteration.
    pub name_line: Option<String>,
    /// Whether the name does not stand there in full.
    pub name_line_shortened: bool,
    /// The day of issue; none: today.
    #[zeroize(skip)]
    pub issued: Option<Date>,
    /// The last day; none: by the holder's age, and the title of residence.
    #[zeroize(skip)]
    pub expires: Option<Date>,
    /// What a residence permit says besides; none: an identity card.
    pub permit: Option<StatedPermit>,
}

/// What a residence permit says besides who the holder is, not checked yet.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StatedPermit {
    /// Type of permit, as printed.
    pub category: String,
    /// Lines, as printed: the right to work, a purpose.
    pub remarks: Vec<String>,
    /// Where it is issued.
    pub place_of_issue: String,
    /// The last day of the title of residence; none: it has no end.
    #[zeroize(skip)]
    pub title_ends: Option<Date>,
}

impl Stated {
    /// What is ordered.
    pub const fn document(&self) -> DocumentType {
        match self.permit {
            Some(_) => DocumentType::ResidencePermit,
            None => DocumentType::IdentityCard,
        }
    }
}

/// One finger.
pub struct GivenFinger {
    /// Which.
    pub finger: Finger,
    /// Its name in messages.
    pub name: &'static str,
    /// A picture, or a ready WSQ stream.
    pub picture: Zeroizing<Vec<u8>>,
    /// NFIQ 2, where it was measured.
    pub quality: Option<u8>,
}

/// Personal data: nothing of it is shown.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("fingers", &self.fingers.len())
            .finish_non_exhaustive()
    }
}

/// Personal data: nothing of it is shown.
impl fmt::Debug for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stated")
            .field("issuer_profile", &self.issuer_profile)
            .finish_non_exhaustive()
    }
}

/// Personal data: nothing of it is shown.
impl fmt::Debug for StatedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatedPermit(redacted)")
    }
}

/// Personal data: only which finger it is.
impl fmt::Debug for GivenFinger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenFinger")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
