//! What goes wrong with a chip, and what it says about the blank.

use icao9303::{
    apdu::StatusWord,
    crypto::CryptoError,
    cvc::CvcError,
    exchange::ExchangeError,
    lds::ElementaryFile,
    pace::PaceError,
    scp03::{Scp03Error, StoreDataError},
};
use personalisation_core::attempt::ScrapReason;
use thiserror::Error;

/// Why a step on the chip failed. For the operator; shows no data of files or keys.
#[derive(Debug, Error)]
pub enum ChipError {
    /// The secure channel did not open, or broke.
    #[error("{doing}: {source}")]
    Channel {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: Scp03Error,
    },
    /// OpenSSL refused.
    #[error("computing for the chip: {0}")]
    Crypto(#[from] CryptoError),
    /// The day of personalisation cannot be written.
    #[error("dating the chip: {0}; check the line's clock")]
    Date(#[from] CvcError),
    /// The chip is in a life-cycle state in which the attempt cannot go on.
    #[error(
        "the chip is {found:?} where the attempt needs it {expected}; take it to the supervisor"
    )]
    LifeCycle {
        /// Where it stands.
        found: super::LifeCycle,
        /// Where it should stand.
        expected: &'static str,
    },
    /// An answer that cannot be understood.
    #[error("{doing}: the chip's answer cannot be understood")]
    Malformed {
        /// What was being done.
        doing: &'static str,
    },
    /// A file does not read back as it was written.
    #[error("comparing {file}: the chip does not hold what was written")]
    Mismatch {
        /// Which file.
        file: ElementaryFile,
    },
    /// No answer came.
    #[error("{doing}: {source}")]
    NoAnswer {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: ExchangeError,
    },
    /// The chip does not open to its card access number.
    #[error("opening the locked chip: {0}")]
    Pace(PaceError),
    /// A status other than 9000.
    #[error("{doing}: the chip refuses with status {status}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The status.
        status: StatusWord,
    },
    /// The secrets do not fit into a command.
    #[error("storing the chip's secrets: {0}")]
    StoreData(#[from] StoreDataError),
}

impl ChipError {
    /// The word under which a blank is given up for this.
    pub fn scrap_reason(&self) -> ScrapReason {
        match self {
            Self::Channel { source, .. } => match source {
                Scp03Error::NoKeySet { .. }
                | Scp03Error::WrongCardCryptogram
                | Scp03Error::RejectedHost { .. } => ScrapReason::ChipKeysUnknown,
                Scp03Error::NoChannel { .. } => ScrapReason::ChipLifeCycle,
                _ => ScrapReason::ChipSilent,
            },
            Self::LifeCycle { .. } => ScrapReason::ChipLifeCycle,
            Self::Malformed { .. } | Self::NoAnswer { .. } | Self::Crypto(_) | Self::Date(_) => {
                ScrapReason::ChipSilent
            }
            Self::Mismatch { .. } => ScrapReason::MemoryMismatch,
            Self::Pace(_) => ScrapReason::ReadBackFailed,
            Self::Refused { .. } | Self::StoreData(_) => ScrapReason::ChipRefused,
        }
    }
}
