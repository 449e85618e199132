//! Why a step failed, and why a worker stops.

use personalisation_core::attempt::{AttemptId, IllegalMove, ScrapReason};
use personalisation_store::StoreError;
use thiserror::Error;

use crate::line::{
    card_keys::CardKeysError, chip::ChipError, content::ContentError, files::FilesError,
    fingers::NoTerminal, machine::MachineError, output::OutputError, signing::SigningError,
};

/// How the configuration changed while a card was under way whose signed files say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InspectionChange {
    /// `[inspection]` came after the card was begun.
    #[error(
        "attempt {0} was begun without [inspection], and is signed as a card that no terminal opens; \
         start the line without [inspection] and [tokens.inspection] until it is finished"
    )]
    Added(AttemptId),
    /// `[inspection]` went after the card was begun.
    #[error(
        "attempt {0} was begun with [inspection], and is signed as a card that terminals open; put \
         [inspection] and [tokens.inspection] back until it is finished"
    )]
    Removed(AttemptId),
}

/// Why a worker stops: not one card's trouble, but everybody's. For the operator.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The dump cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The token has no keys for our chips.
    #[error(transparent)]
    Keys(#[from] CardKeysError),
    /// One attempt after the other failed: more blanks would be wasted.
    #[error(
        "given up in a row: {blanks} attempts for their blanks and {orders} for their orders; look at \
         the reader and the batch, or at pki and the line's certificate, and start the line again"
    )]
    InARow {
        /// Attempts given up for their blank's fault.
        blanks: u32,
        /// Attempts given up for their order's fault, or pki's.
        orders: u32,
    },
    /// A step failed that ends no attempt: its card has left the machine, or the database lacks what it was made from.
    #[error(
        "{0}; no card is given up for it: look at the log, mend that, and start the line again"
    )]
    NoCards(String),
    /// A machine and its driver do not understand each other.
    #[error(transparent)]
    Machine(MachineError),
    /// Cards under way were begun under another configuration.
    #[error("{0}")]
    InspectionChanged(InspectionChange),
    /// The certificates or lists we verify with do not suffice.
    #[error(transparent)]
    Trust(SigningError),
}

/// Why a step of an attempt failed.
#[derive(Debug, Error)]
pub(super) enum StepError {
    /// The chip's fault, or its reader's.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// Somebody cancelled the order while its card was being made.
    #[error("the order was cancelled")]
    Cancelled,
    /// The card is no longer there.
    #[error("the card was taken away, or its reader is gone")]
    Lost,
    /// The inspection of the finished card failed.
    #[error("inspecting the finished card: {0}")]
    ReadBack(String),
    /// The line cannot read fingers back at present.
    #[error(transparent)]
    NoTerminal(#[from] NoTerminal),
    /// The attempt was begun with `[inspection]` and goes on without, or the other way round.
    #[error("{0}")]
    InspectionChanged(InspectionChange),
    /// The chip's keys are not to be had.
    #[error(transparent)]
    Keys(#[from] CardKeysError),
    /// pki did not sign, or wrongly.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The order's fault.
    #[error(transparent)]
    Order(#[from] FilesError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The dump's.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The whole worker's.
    #[error(transparent)]
    Worker(Box<WorkerError>),
}

impl From<ContentError> for StepError {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::Store(error) => Self::Store(error),
            ContentError::Files(error) => Self::Order(error),
        }
    }
}

impl From<IllegalMove> for StepError {
    fn from(error: IllegalMove) -> Self {
        Self::Store(error.into())
    }
}

/// What is to be done about a failed step.
pub(super) enum Remedy {
    /// Try again with the same chip; after too many tries give it up for this.
    Again(ScrapReason),
    /// Give the attempt up.
    Scrap(ScrapReason),
    /// Give the lease back and come again later: what is missing is not the card's fault.
    Later(String),
    /// End the attempt, whose order nobody wants any more.
    Cancel,
    /// Somebody else has the attempt now.
    Leave,
    /// Stop the worker.
    Stop(Box<WorkerError>),
}

impl Remedy {
    fn stop(error: WorkerError) -> Self {
        Self::Stop(Box::new(error))
    }
}

impl StepError {
    pub(super) fn remedy(self) -> Remedy {
        match self {
            Self::Chip(error) => Remedy::Again(error.scrap_reason()),
            Self::Cancelled => Remedy::Cancel,
            Self::Lost => Remedy::Again(ScrapReason::ChipSilent),
            Self::NoTerminal(error) => Remedy::Later(error.to_string()),
            Self::InspectionChanged(change) => Remedy::stop(WorkerError::InspectionChanged(change)),
            Self::ReadBack(_) => Remedy::Again(ScrapReason::ReadBackFailed),
            Self::Keys(CardKeysError::Custody(error)) => Remedy::Later(error.to_string()),
            Self::Keys(CardKeysError::CheckValues) => Remedy::Scrap(ScrapReason::ChipKeysUnknown),
            Self::Keys(error) => Remedy::stop(error.into()),
            Self::Signing(error) => match error {
                SigningError::Unavailable(_) | SigningError::NotReady(_) => {
                    Remedy::Later(error.to_string())
                }
                SigningError::Refused { .. } => Remedy::Scrap(ScrapReason::SigningRefused),
                SigningError::Invalid(_) => Remedy::Scrap(ScrapReason::SignatureInvalid),
                SigningError::Trust(_) => Remedy::stop(WorkerError::Trust(error)),
            },
            Self::Order(_) => Remedy::Scrap(ScrapReason::OrderInvalid),
            Self::Store(StoreError::Stale { .. }) => Remedy::Leave,
            Self::Store(error) => Remedy::stop(error.into()),
            Self::Output(error) if error.is_one_cards() => Remedy::Scrap(ScrapReason::OrderInvalid),
            Self::Output(error) => Remedy::stop(error.into()),
            Self::Worker(error) => Remedy::Stop(error),
        }
    }
}
