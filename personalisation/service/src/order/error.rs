//! What can be wrong with an order. Messages hold no personal data; paths are the operator's own.

use std::{fmt, io, path::PathBuf};

use biometrics::{
    iso19794::{face::FaceError, finger::FingerError},
    picture::PictureError,
    portrait::PortraitError,
    signature::SignatureError,
    wsq,
};
use icao9303::lds::{Fault, FileError};
use key_custody::CustodyError;
use personalisation_core::{attempt::IllegalMove, fingers::FingersError, ids::OrderId};
use personalisation_store::StoreError;
use thiserror::Error;

use super::identity::IdentityError;
use crate::{config::ConfigError, faces};

/// Which picture of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureOf {
    /// The face.
    Portrait,
    /// A finger, by its name in the order.
    Finger(&'static str),
    /// The signature.
    Signature,
}

/// Why an order is refused. For the operator who gave it.
#[derive(Debug, Error)]
pub enum OrderError {
    /// A file cannot be read.
    #[error("reading {}: {source}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The card cannot be printed.
    #[error(transparent)]
    Card(#[from] faces::FaceError),
    /// A file is longer than any of its kind.
    #[error("reading {}: it has {bytes} bytes, {limit} are allowed; give the right file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        bytes: u64,
        /// Most bytes allowed.
        limit: u64,
    },
    /// The order is not what `docs/orders.md` describes.
    #[error("reading the order {}: {fault} (line {line}); see docs/orders.md", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the text itself.
        fault: String,
        /// Where.
        line: usize,
    },
    /// The order is for another issuer than the configuration.
    #[error("the order is for issuer profile {ordered:?}, which this centre does not make")]
    IssuerProfile {
        /// What stands in the order.
        ordered: String,
    },
    /// Names, dates or numbers.
    #[error("the order's identity: {0}")]
    Identity(#[from] IdentityError),
    /// The name does not fit into DG11.
    #[error("the order's name cannot stand on the chip: {0}; correct the name")]
    FullName(Fault),
    /// Fingers or reasons are missing.
    #[error("the order's fingers: {0}")]
    Fingers(#[from] FingersError),
    /// A residence permit without what it grants.
    #[error(
        "the application for a residence permit does not say what the decision grants; capture it again"
    )]
    NoTitle,
    /// Obligatory from an age on.
    #[error("the order has no signature; holders of {from} years and more sign")]
    NoSignature {
        /// In years.
        from: i32,
    },
    /// A picture cannot be loaded.
    #[error("the order's {of}: {source}")]
    Picture {
        /// Which.
        of: PictureOf,
        /// Why.
        source: PictureError,
    },
    /// The photograph cannot become a portrait.
    #[error("the order's portrait: {0}")]
    Portrait(#[from] PortraitError),
    /// The portrait's record cannot be written.
    #[error("the order's portrait: {0}")]
    Face(#[from] FaceError),
    /// A finger cannot be compressed.
    #[error("the order's {of}: {source}")]
    FingerEncoding {
        /// Which.
        of: PictureOf,
        /// Why.
        source: wsq::EncodeError,
    },
    /// A ready WSQ stream cannot be used.
    #[error("the order's {of}: {source}")]
    FingerStream {
        /// Which.
        of: PictureOf,
        /// Why.
        source: wsq::DecodeError,
    },
    /// A ready WSQ stream is longer than the chip's budget.
    #[error(
        "the order's {of}: the WSQ stream has {bytes} bytes, {} are allowed; give the picture itself",
        wsq::MAX_FINGER_BYTES
    )]
    FingerTooLong {
        /// Which.
        of: PictureOf,
        /// Its length in bytes.
        bytes: usize,
    },
    /// A finger's record cannot be written.
    #[error("the order's {of}: {source}")]
    Finger {
        /// Which.
        of: PictureOf,
        /// Why.
        source: FingerError,
    },
    /// The signature cannot be used.
    #[error("the order's signature: {0}")]
    Signature(#[from] SignatureError),
    /// A data group cannot be written.
    #[error("preparing the order's files: {0}")]
    File(FileError),
    /// The identity cannot be put away.
    #[error("preparing the order's identity for the database: {0}")]
    Encoding(#[from] serde_json::Error),
    /// The ticket cannot be signed.
    #[error("signing the order's ticket: {0}")]
    Custody(#[from] CustodyError),
    /// There is no such order.
    #[error("there is no order {order}; `personalisation order list` lists them")]
    Unknown {
        /// Its id.
        order: OrderId,
    },
    /// The order is not in a state for that.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// The database cannot be opened.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The order cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for PictureOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portrait => f.write_str("portrait"),
            Self::Finger(name) => write!(f, "finger {name}"),
            Self::Signature => f.write_str("signature"),
        }
    }
}
