//! What keeps a turn from its end: the machine, or a step of an attempt.

use personalisation_core::attempt::IllegalMove;
use personalisation_store::StoreError;

use crate::line::{
    machine::MachineError,
    worker::{WorkerError, failure::StepError},
};

/// Why a turn was not finished.
pub(super) enum Obstacle {
    /// The machine.
    Machine(MachineError),
    /// Whatever a step may fail for.
    Step(StepError),
}

impl From<MachineError> for Obstacle {
    fn from(error: MachineError) -> Self {
        Self::Machine(error)
    }
}

impl From<StepError> for Obstacle {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        Self::Step(error.into())
    }
}

impl From<IllegalMove> for Obstacle {
    fn from(error: IllegalMove) -> Self {
        Self::Step(error.into())
    }
}

impl From<WorkerError> for Obstacle {
    fn from(error: WorkerError) -> Self {
        Self::Step(StepError::Worker(Box::new(error)))
    }
}
