//! The order as a file: TOML, described in `docs/orders.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use biometrics::picture::PictureLimits;
use dossier::OfficeId;
use icao9303::lds::Finger;
use personalisation_core::fingers::{Hand, MissingReason};
use serde::Deserialize;
use time::Date;

use zeroize::Zeroizing;

use super::PermitSection;
use super::{
    OrderError,
    identity::{IdentityError, parse_birth, parse_date},
    parts::{GivenFinger, Parts, Stated, StatedPermit},
};

/// No order is longer, in bytes: pictures are files of their own.
const LIMIT: u64 = 64 * 1024;

/// One order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderFile {
    pub(super) issuer_profile: String,
    pub(super) identity: IdentityTable,
    #[serde(default)]
    pub(super) document: DocumentTable,
    pub(super) portrait: Picture,
    #[serde(default)]
    pub(super) fingers: Vec<FingerTable>,
    #[serde(default)]
    pub(super) missing_fingers: Vec<MissingFinger>,
    pub(super) signature: Option<Picture>,
}

/// `[identity]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityTable {
    pub(super) surname: String,
    #[serde(default)]
    pub(super) given_names: String,
    pub(super) sex: String,
    pub(super) date_of_birth: String,
    pub(super) nationality: String,
    #[serde(default)]
    pub(super) place_of_birth: Vec<String>,
    pub(super) national_number: Option<String>,
    pub(super) name_line: Option<String>,
    #[serde(default)]
    pub(super) name_line_shortened: bool,
}

/// `[document]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentTable {
    #[serde(default, rename = "type")]
    kind: DocumentName,
    category: Option<String>,
    #[serde(default)]
    remarks: Vec<String>,
    place_of_issue: Option<String>,
    title_ends: Option<String>,
    #[serde(default)]
    pub(super) express: bool,
    pub(super) destination: Option<OfficeId>,
    pub(super) issued: Option<String>,
    pub(super) expires: Option<String>,
}

/// `[portrait]`, `[signature]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    pub(super) file: PathBuf,
}

/// `[[fingers]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FingerTable {
    finger: FingerName,
    pub(super) file: PathBuf,
    pub(super) quality: Option<u8>,
}

/// `[[missing_fingers]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingFinger {
    hand: HandName,
    reason: ReasonName,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum DocumentName {
    #[default]
    IdentityCard,
    ResidencePermit,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FingerName {
    RightThumb,
    RightIndex,
    RightMiddle,
    RightRing,
    RightLittle,
    LeftThumb,
    LeftIndex,
    LeftMiddle,
    LeftRing,
    LeftLittle,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HandName {
    Right,
    Left,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReasonName {
    Temporary,
    Permanent,
    Exempt,
}

impl OrderFile {
    /// Reads an order.
    pub fn load(path: &Path) -> Result<Self, OrderError> {
        let bytes = read_limited(path, LIMIT)?;
        let form = |fault: String, line| OrderError::Form {
            path: path.to_owned(),
            fault,
            line,
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            form(
                "it is not UTF-8".to_owned(),
                line_of(&bytes, error.valid_up_to()),
            )
        })?;
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(&bytes, span.start));
            // The message only: the excerpt that the error prints may hold personal data.
            form(error.message().to_owned(), line)
        })
    }
}

impl OrderFile {
    /// Everything that the order is made of; reads the pictures that it names.
    pub fn parts(&self, folder: &Path, permits: &PermitSection) -> Result<Parts, OrderError> {
        let fingers = self.fingers.iter().map(|table| {
            Ok::<_, OrderError>(GivenFinger {
                finger: table.finger(),
                name: table.name(),
                picture: picture(&folder.join(&table.file))?,
                quality: table.quality,
            })
        });
        let missing = self.missing_fingers.iter();
        Ok(Parts {
            stated: self.stated(permits)?,
            portrait: picture(&folder.join(&self.portrait.file))?,
            fingers: fingers.collect::<Result<_, _>>()?,
            missing: missing.map(|one| (one.hand(), one.reason())).collect(),
            signature: match &self.signature {
                Some(signature) => Some(picture(&folder.join(&signature.file))?),
                None => None,
            },
        })
    }

    fn stated(&self, permits: &PermitSection) -> Result<Stated, IdentityError> {
        let (table, document) = (&self.identity, &self.document);
        Ok(Stated {
            issuer_profile: self.issuer_profile.clone(),
            surname: table.surname.clone(),
            given_names: table.given_names.clone(),
            sex: table.sex.clone(),
            date_of_birth: parse_birth(&table.date_of_birth)?,
            nationality: table.nationality.clone(),
            place_of_birth: table.place_of_birth.clone(),
            national_number: table.national_number.clone(),
            name_line: table.name_line.clone(),
            name_line_shortened: table.name_line_shortened,
            issued: date("issued", document.issued.as_ref())?,
            expires: date("expires", document.expires.as_ref())?,
            permit: document.permit(permits)?,
        })
    }
}

impl DocumentTable {
    /// What a residence permit says besides; an identity card says nothing of that.
    fn permit(&self, permits: &PermitSection) -> Result<Option<StatedPermit>, IdentityError> {
        let Self {
            category,
            remarks,
            place_of_issue: place,
            title_ends,
            ..
        } = self;
        if self.kind == DocumentName::IdentityCard {
            let nothing = category.is_none() && remarks.is_empty() && place.is_none();
            return if nothing && title_ends.is_none() {
                Ok(None)
            } else {
                Err(IdentityError::NotOnCards)
            };
        }
        Ok(Some(StatedPermit {
            category: category.clone().unwrap_or_default(),
            remarks: remarks.clone(),
            place_of_issue: place.as_ref().unwrap_or(&permits.place_of_issue).clone(),
            title_ends: date("title_ends", title_ends.as_ref())?,
        }))
    }
}

fn date(field: &'static str, text: Option<&String>) -> Result<Option<Date>, IdentityError> {
    text.map(|text| parse_date(field, text)).transpose()
}

fn picture(path: &Path) -> Result<Zeroizing<Vec<u8>>, OrderError> {
    let limit = PictureLimits::default().max_bytes;
    read_limited(path, u64::try_from(limit).unwrap_or(u64::MAX)).map(Zeroizing::new)
}

/// The content of a file that is no longer than `limit` bytes.
pub(super) fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, OrderError> {
    let failed = |source| OrderError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > limit {
        return Err(OrderError::TooLong {
            path: path.to_owned(),
            bytes,
            limit,
        });
    }
    fs::read(path).map_err(failed)
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

impl FingerTable {
    pub(super) const fn finger(&self) -> Finger {
        match self.finger {
            FingerName::RightThumb => Finger::RightThumb,
            FingerName::RightIndex => Finger::RightIndex,
            FingerName::RightMiddle => Finger::RightMiddle,
            FingerName::RightRing => Finger::RightRing,
            FingerName::RightLittle => Finger::RightLittle,
            FingerName::LeftThumb => Finger::LeftThumb,
            FingerName::LeftIndex => Finger::LeftIndex,
            FingerName::LeftMiddle => Finger::LeftMiddle,
            FingerName::LeftRing => Finger::LeftRing,
            FingerName::LeftLittle => Finger::LeftLittle,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.finger {
            FingerName::RightThumb => "right_thumb",
            FingerName::RightIndex => "right_index",
            FingerName::RightMiddle => "right_middle",
            FingerName::RightRing => "right_ring",
            FingerName::RightLittle => "right_little",
            FingerName::LeftThumb => "left_thumb",
            FingerName::LeftIndex => "left_index",
            FingerName::LeftMiddle => "left_middle",
            FingerName::LeftRing => "left_ring",
            FingerName::LeftLittle => "left_little",
        }
    }
}

impl MissingFinger {
    pub(super) const fn hand(&self) -> Hand {
        match self.hand {
            HandName::Right => Hand::Right,
            HandName::Left => Hand::Left,
        }
    }

    pub(super) const fn reason(&self) -> MissingReason {
        match self.reason {
            ReasonName::Temporary => MissingReason::Temporary,
            ReasonName::Permanent => MissingReason::Permanent,
            ReasonName::Exempt => MissingReason::Exempt,
        }
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for OrderFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrderFile")
            .field("issuer_profile", &self.issuer_profile)
            .finish_non_exhaustive()
    }
}
