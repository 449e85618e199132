//! Why a command has no good answer: a status word for the reader, or a chip that stopped.

use icao9303::apdu::StatusWord;
use icao9303::crypto::CryptoError;
use icao9303::tlv::TlvError;

use super::memory::Interrupted;

/// Ends a command before its answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The answer is this status word.
    Status(StatusWord),
    /// There is no answer.
    Interrupted(Interrupted),
}

impl From<StatusWord> for Refusal {
    fn from(status: StatusWord) -> Self {
        Self::Status(status)
    }
}

impl From<Interrupted> for Refusal {
    fn from(interrupted: Interrupted) -> Self {
        Self::Interrupted(interrupted)
    }
}

/// Command data that is not the TLV it should be.
impl From<TlvError> for Refusal {
    fn from(_: TlvError) -> Self {
        Self::Status(StatusWord::WRONG_DATA)
    }
}

/// Points off the curve, wrong lengths and padding come from outside; anything else is the
/// simulator's own failure.
impl From<CryptoError> for Refusal {
    fn from(error: CryptoError) -> Self {
        Self::Status(match error {
            CryptoError::OpenSsl(_) => StatusWord::UNKNOWN_ERROR,
            _ => StatusWord::WRONG_DATA,
        })
    }
}
