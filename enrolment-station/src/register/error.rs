//! Why there is no answer from the register.

use thiserror::Error;
use tonic::{Code, Status};

/// Why the client cannot be set up. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RegisterSetupError {
    /// Not a host and a port.
    #[error("the register's address is not HOST:PORT; correct the configuration")]
    Address,
    /// Not a name that a certificate can have.
    #[error("the register's server name is no name of a host; correct the configuration")]
    ServerName,
}

/// Why there is no answer. For the clerk; nothing here is personal.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RegisterError {
    /// The register failed in another way.
    #[error(
        "the population register failed ({0:?}); type the data by hand, the application is marked for review"
    )]
    Failed(Code),
    /// A field of the answer is not as the protocol has it.
    #[error(
        "the population register's answer has a wrong {0}; type the data by hand and report it, the application is marked for review"
    )]
    Malformed(&'static str),
    /// Nobody has the number.
    #[error(
        "nobody in the population register has this national number; compare it with the document and type it again"
    )]
    NotFound,
    /// This station may not ask.
    #[error(
        "the population register refuses this station ({0:?}); type the data by hand and tell the operator, the application is marked for review"
    )]
    Refused(Code),
    /// No answer in time.
    #[error(
        "the population register did not answer within {seconds} seconds; try again, or type the data by hand: the application is marked for review"
    )]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// Too many questions.
    #[error(
        "this station asked the population register too often; wait {seconds} seconds, or type the data by hand: the application is marked for review"
    )]
    TooOften {
        /// How long to wait.
        seconds: u64,
    },
    /// No connection.
    #[error(
        "the population register cannot be reached; type the data by hand, the application is marked for review"
    )]
    Unreachable,
    /// The answer is about another number.
    #[error(
        "the population register answered about somebody else; type the data by hand and report it, the application is marked for review"
    )]
    WrongPerson,
}

impl RegisterError {
    /// Longest wait that is believed, in seconds.
    const LONGEST_WAIT: u64 = 3600;

    pub(super) fn from_status(status: &Status) -> Self {
        match status.code() {
            Code::NotFound => Self::NotFound,
            Code::ResourceExhausted => {
                let wait = status.metadata().get("retry-after");
                let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
                Self::TooOften {
                    seconds: wait.unwrap_or(60).min(Self::LONGEST_WAIT),
                }
            }
            code @ (Code::PermissionDenied | Code::Unauthenticated | Code::InvalidArgument) => {
                Self::Refused(code)
            }
            Code::DeadlineExceeded | Code::Unavailable | Code::Cancelled | Code::Unknown => {
                Self::Unreachable
            }
            // An answer that is too long, or no protocol buffer.
            Code::OutOfRange | Code::Internal | Code::DataLoss => Self::Malformed("form"),
            code => Self::Failed(code),
        }
    }

    /// Whether the clerk goes on by typing: everything but a number that nobody has, which is first to
    /// be corrected.
    pub fn allows_manual_entry(self) -> bool {
        self != Self::NotFound
    }

    /// Name of the message that tells this in the clerk's language.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Failed(_) => "register-failed",
            Self::Malformed(_) => "register-malformed",
            Self::NotFound => "register-not-found",
            Self::Refused(_) => "register-refused",
            Self::TimedOut { .. } => "register-timed-out",
            Self::TooOften { .. } => "register-too-often",
            Self::Unreachable => "register-unreachable",
            Self::WrongPerson => "register-wrong-person",
        }
    }
}
