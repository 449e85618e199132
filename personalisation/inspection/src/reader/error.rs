//! What can go wrong between this program, the PC/SC daemon, the reader and the card, each told apart.

use std::time::Duration;

/// Why the reader or the card in it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// Several readers fit the name.
    #[error("the name {wanted:?} fits several readers: {}; give one in full", list(.candidates))]
    Ambiguous {
        /// The name asked for.
        wanted: String,
        /// The readers it fits.
        candidates: Vec<String>,
    },
    /// Another program holds the card and did not let go of it in time.
    #[error("the card in {reader:?} is in use by another program; close it and try again")]
    Busy {
        /// The reader's full name.
        reader: String,
    },
    /// The card was taken out during the exchange.
    #[error("the card was taken out of {reader:?}; put it back and start again")]
    CardRemoved {
        /// The reader's full name.
        reader: String,
    },
    /// Another program reset the card, so that keys and selected files are lost.
    #[error("another program reset the card in {reader:?}; close it and start again")]
    CardReset {
        /// The reader's full name.
        reader: String,
    },
    /// The command does not fit what PC/SC carries.
    #[error("a command of {length} bytes is longer than PC/SC carries ({limit})")]
    CommandTooLong {
        /// Bytes of the command.
        length: usize,
        /// The most that fits.
        limit: usize,
    },
    /// The answer was lost between card and reader, the card still being there.
    #[error(
        "the card in {reader:?} gave no usable answer; lay it flat on the reader and start again"
    )]
    Disturbed {
        /// The reader's full name.
        reader: String,
    },
    /// The daemon ended while in use.
    #[error("the PC/SC daemon stopped; start it again (systemctl restart pcscd) and repeat")]
    DaemonStopped,
    /// The card's chip does not come to life.
    #[error("the card in {reader:?} does not answer to power; turn it over or try another reader")]
    Mute {
        /// The reader's full name.
        reader: String,
    },
    /// No card lies on the reader.
    #[error("no card in reader {reader:?}; put the document on it")]
    NoCard {
        /// The reader's full name.
        reader: String,
    },
    /// Nothing listens on the PC/SC socket.
    #[error("the PC/SC daemon does not run; start it (systemctl start pcscd) and try again")]
    NoDaemon,
    /// The daemon knows no reader at all.
    #[error("the PC/SC daemon has no reader; plug one in, or check the daemon's configuration")]
    NoReaders,
    /// Any other PC/SC status.
    #[error("PC/SC, while {doing}: {cause}")]
    Other {
        /// What was being done.
        doing: &'static str,
        /// The PC/SC status.
        cause: pcsc::Error,
    },
    /// Card and reader have no transmission protocol in common.
    #[error("reader {reader:?} and its card share no protocol (T=0 or T=1); try another reader")]
    Protocol {
        /// The reader's full name.
        reader: String,
    },
    /// The reader was unplugged.
    #[error("reader {reader:?} is gone; plug it in again and repeat")]
    ReaderGone {
        /// The reader's full name.
        reader: String,
    },
    /// No answer within the time given.
    #[error("the card in {reader:?} has been silent for {} s; take it out and start again", .waited.as_secs())]
    Silent {
        /// The reader's full name.
        reader: String,
        /// How long was waited.
        waited: Duration,
    },
    /// No reader has that name.
    #[error("no reader named {wanted:?}; the readers here are {}", list(.present))]
    Unknown {
        /// The name asked for.
        wanted: String,
        /// The readers there are.
        present: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

impl ReaderError {
    /// What a PC/SC status means while working with `reader`.
    pub(super) fn from_status(cause: pcsc::Error, reader: &str, doing: &'static str) -> Self {
        use pcsc::Error as Status;
        let reader = reader.to_owned();
        match cause {
            Status::NoService => Self::NoDaemon,
            // What a client sees when the daemon dies: the socket breaks, handles mean nothing.
            Status::ServiceStopped
            | Status::CommError
            | Status::InvalidHandle
            | Status::Shutdown
            | Status::InternalError => Self::DaemonStopped,
            Status::NoSmartcard => Self::NoCard { reader },
            Status::RemovedCard => Self::CardRemoved { reader },
            Status::ResetCard => Self::CardReset { reader },
            Status::SharingViolation | Status::Timeout => Self::Busy { reader },
            Status::NotTransacted | Status::CommDataLost => Self::Disturbed { reader },
            Status::UnresponsiveCard | Status::UnpoweredCard | Status::InvalidAtr => {
                Self::Mute { reader }
            }
            Status::ProtoMismatch | Status::UnsupportedCard | Status::CardUnsupported => {
                Self::Protocol { reader }
            }
            Status::ReaderUnavailable | Status::UnknownReader => Self::ReaderGone { reader },
            Status::NoReadersAvailable => Self::NoReaders,
            cause => Self::Other { doing, cause },
        }
    }

    /// Whether the same card can be tried again without anybody touching the reader.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::CardReset { .. } | Self::Disturbed { .. }
        )
    }
}
