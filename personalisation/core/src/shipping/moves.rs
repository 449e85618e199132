//! The arrows between the states of a shipment. A move consumes the shipment; an illegal one is an error.

use std::fmt;

use dossier::PersonId;
use thiserror::Error;
use time::OffsetDateTime;

use super::{
    Carried, Delivered, Disputed, Reconciled, SealNumber, Sealed, Sealers, Shipment,
    ShipmentState as State,
};
use crate::attempt::Digest;

/// A move that a shipment in that state cannot make, or not by that person. For whoever acts.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IllegalShipmentMove {
    /// It is in another state.
    #[error("moving a shipment: {step} is not possible for one that is {from}; read it again")]
    State {
        /// Where it is.
        from: &'static str,
        /// What was wanted.
        step: ShipmentStep,
    },
    /// Whoever receives it has packed or sealed it.
    #[error("receiving a shipment: you packed, sealed or counted it; a colleague must receive it")]
    ReceiverPacked,
    /// One courier takes over from themselves.
    #[error("taking a shipment over: you have it already")]
    SameCourier,
}

/// What can be done with a shipment, in the order of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShipmentStep {
    /// Close it.
    Seal,
    /// A courier takes it from the centre.
    Collect,
    /// A courier takes it from another one.
    Relay,
    /// The office takes it.
    Deliver,
    /// It was counted and is as it should be.
    Reconcile,
    /// Something is not as it should be.
    Dispute,
}

impl ShipmentStep {
    /// The name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Collect => "collect",
            Self::Relay => "relay",
            Self::Deliver => "deliver",
            Self::Reconcile => "reconcile",
            Self::Dispute => "dispute",
        }
    }
}

impl fmt::Display for ShipmentStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Shipment {
    /// Packing → Sealed.
    pub fn seal(
        self,
        seal: SealNumber,
        (pieces, manifest): (u32, Digest),
        sealers: Sealers,
        at: OffsetDateTime,
    ) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            State::Packing => Ok(self.now(State::Sealed(Sealed {
                seal,
                pieces,
                manifest,
                sealers,
                at,
            }))),
            from => Err(illegal(&from, ShipmentStep::Seal)),
        }
    }

    /// Sealed → `WithCourier`.
    pub fn collect(
        self,
        courier: PersonId,
        at: OffsetDateTime,
    ) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            State::Sealed(sealed) => Ok(self.now(State::WithCourier(Carried {
                sealed,
                courier,
                at,
            }))),
            from => Err(illegal(&from, ShipmentStep::Collect)),
        }
    }

    /// `WithCourier` → `WithCourier`, another one.
    pub fn relay(self, courier: PersonId, at: OffsetDateTime) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            State::WithCourier(carried) if carried.courier == courier => {
                Err(IllegalShipmentMove::SameCourier)
            }
            State::WithCourier(carried) => Ok(self.now(State::WithCourier(Carried {
                sealed: carried.sealed,
                courier,
                at,
            }))),
            from => Err(illegal(&from, ShipmentStep::Relay)),
        }
    }

    /// `WithCourier` → Delivered, by somebody who is none of `packers` and has not sealed it.
    pub fn deliver(
        self,
        receiver: PersonId,
        packers: &[PersonId],
        at: OffsetDateTime,
    ) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            State::WithCourier(carried) => {
                let sealers = &carried.sealed.sealers;
                let sealed = [sealers.by(), sealers.counted_by()].contains(&receiver);
                if sealed || packers.contains(&receiver) {
                    return Err(IllegalShipmentMove::ReceiverPacked);
                }
                Ok(self.now(State::Delivered(Delivered {
                    carried,
                    receiver,
                    at,
                })))
            }
            from => Err(illegal(&from, ShipmentStep::Deliver)),
        }
    }

    /// Delivered → Reconciled.
    pub fn reconcile(self, by: PersonId, at: OffsetDateTime) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            State::Delivered(delivered) => {
                Ok(self.now(State::Reconciled(Reconciled { delivered, by, at })))
            }
            from => Err(illegal(&from, ShipmentStep::Reconcile)),
        }
    }

    /// Sealed, `WithCourier` or Delivered → Discrepancy.
    pub fn dispute(self, at: OffsetDateTime) -> Result<Self, IllegalShipmentMove> {
        match self.state().clone() {
            from @ (State::Sealed(_) | State::WithCourier(_) | State::Delivered(_)) => {
                let from = Box::new(from);
                Ok(self.now(State::Discrepancy(Disputed { from, at })))
            }
            from => Err(illegal(&from, ShipmentStep::Dispute)),
        }
    }
}

const fn illegal(from: &State, step: ShipmentStep) -> IllegalShipmentMove {
    IllegalShipmentMove::State {
        from: from.name(),
        step,
    }
}
