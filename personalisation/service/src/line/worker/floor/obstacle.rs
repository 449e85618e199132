//! What keeps a turn from its end: the machine, or a step of an attempt.

use personalisation_core::attempt::IllegalMove;
use personalisation_store::StoreError;

use crate::line::{
    content::ContentError,
    machine::MachineError,
    worker::{
        WorkerError,
        failure::{Remedy, StepError},
    },
};

/// Why a turn was not finished.
pub(super) enum Obstacle {
    /// The machine.
    Machine(MachineError),
    /// Whatever a step may fail for.
    Step {
        /// What is to be done about it.
        remedy: Remedy,
        /// What happened.
        why: String,
    },
}

impl From<MachineError> for Obstacle {
    fn from(error: MachineError) -> Self {
        Self::Machine(error)
    }
}

impl From<StepError> for Obstacle {
    fn from(error: StepError) -> Self {
        Self::Step {
            why: error.to_string(),
            remedy: error.remedy(),
        }
    }
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        StepError::from(error).into()
    }
}

impl From<ContentError> for Obstacle {
    fn from(error: ContentError) -> Self {
        StepError::from(error).into()
    }
}

impl From<IllegalMove> for Obstacle {
    fn from(error: IllegalMove) -> Self {
        StepError::from(error).into()
    }
}

impl From<WorkerError> for Obstacle {
    fn from(error: WorkerError) -> Self {
        StepError::Worker(Box::new(error)).into()
    }
}
