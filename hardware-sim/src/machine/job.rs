//! Pictures to be printed on one card: how far each has come, and whether it is what it should be.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, RgbImage};
use openssl::sha::sha256;
use serde::{Deserialize, Serialize};

/// Sixteen bytes that name a print job or a command; chosen by the caller. In files as hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(pub [u8; 16]);

impl TryFrom<String> for Id {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        hex::encode(id.0)
    }
}

/// Largest picture, in bytes.
pub const MAX_PICTURE: u32 = 8 << 20;

/// The faces of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    /// The portrait's side.
    Front,
    /// The machine-readable zone's side.
    Back,
}

impl Face {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];

    /// File name without its ending.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Front => Self::Back,
            Self::Back => Self::Front,
        }
    }
}

/// A job and how far its pictures have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: Id,
    /// The front, once its first part came.
    pub front: Option<Upload>,
    /// The back, once its first part came.
    pub back: Option<Upload>,
}

/// One picture on its way into the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Bytes of the whole picture.
    pub total: u32,
    /// SHA-256 of the whole picture.
    pub sha256: [u8; 32],
    /// Bytes that are there.
    pub received: u32,
    /// Whole, right, and of the machine's size.
    pub complete: bool,
}

impl Job {
    /// A job without pictures.
    pub const fn new(id: Id) -> Self {
        Self {
            id,
            front: None,
            back: None,
        }
    }

    /// One of its pictures.
    pub const fn face(&self, face: Face) -> Option<&Upload> {
        match face {
            Face::Front => self.front.as_ref(),
            Face::Back => self.back.as_ref(),
        }
    }

    /// The place of one of its pictures.
    pub const fn face_mut(&mut self, face: Face) -> &mut Option<Upload> {
        match face {
            Face::Front => &mut self.front,
            Face::Back => &mut self.back,
        }
    }

    /// Whether it can be printed: the front is whole, and the back too where it was begun.
    pub fn is_complete(&self) -> bool {
        let whole = |upload: &Upload| upload.complete;
        self.front.as_ref().is_some_and(whole) && self.back.as_ref().is_none_or(whole)
    }
}

/// What is wrong with a picture that came whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is not what its hash says.
    Damaged,
    /// No PNG of the right size.
    Format,
}

/// Decodes a picture that came whole.
pub fn check(bytes: &[u8], hash: &[u8; 32], size: (u32, u32)) -> Result<RgbImage, Unfit> {
    if sha256(bytes) != *hash {
        return Err(Unfit::Damaged);
    }
    decode(bytes, size).ok_or(Unfit::Format)
}

/// Decodes a PNG of this size. Nothing is allocated for one of another size.
pub fn decode(bytes: &[u8], size: (u32, u32)) -> Option<RgbImage> {
    let reader = || ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    if reader().into_dimensions().ok()? != size {
        return None;
    }
    Some(reader().decode().ok()?.into_rgb8())
}
