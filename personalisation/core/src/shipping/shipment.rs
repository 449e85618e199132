//! One container on its way: its states and the facts that each of them carries.

use dossier::PersonId;
use time::OffsetDateTime;

use super::{Container, Destination, SealNumber, Sealers};
use crate::{attempt::Digest, ids::ShipmentId};

/// One bag or box, and where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    id: ShipmentId,
    number: u64,
    container: Container,
    destination: Destination,
    opened: Opened,
    state: ShipmentState,
}

/// The states of a shipment. Each carries what is known from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShipmentState {
    /// Open at the packing table.
    Packing,
    /// Closed; nothing goes in or out any more.
    Sealed(Sealed),
    /// A courier has it.
    WithCourier(Carried),
    /// The office has it, and has not counted it yet.
    Delivered(Delivered),
    /// Counted, and as the manifest says.
    Reconciled(Reconciled),
    /// Something is not as it should be; each discrepancy has an owner ([`discrepancy`](super::discrepancy)).
    Discrepancy(Disputed),
}

/// Known of every container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Who opened it.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// Known from `Sealed` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The number of its seal.
    pub seal: SealNumber,
    /// How many cards are inside.
    pub pieces: u32,
    /// SHA-256 of its manifest: what both sides of each handover sign.
    pub manifest: Digest,
    /// Who sealed and who counted.
    pub sealers: Sealers,
    /// When.
    pub at: OffsetDateTime,
}

/// Known from `WithCourier` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// What was sealed.
    pub sealed: Sealed,
    /// The courier who has it, or had it last.
    pub courier: PersonId,
    /// When that courier took it.
    pub at: OffsetDateTime,
}

/// Known from `Delivered` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who brought it.
    pub carried: Carried,
    /// Who received it.
    pub receiver: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// Known from `Reconciled` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Who received it.
    pub delivered: Delivered,
    /// Who counted.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// The end of a shipment that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The state in which it was found so.
    pub from: Box<ShipmentState>,
    /// When.
    pub at: OffsetDateTime,
}

impl Shipment {
    /// An open container.
    pub fn open(
        id: ShipmentId,
        number: u64,
        (container, destination): (Container, Destination),
        opened: Opened,
    ) -> Self {
        Self::recorded(
            id,
            number,
            (container, destination),
            (opened, ShipmentState::Packing),
        )
    }

    /// What the database says.
    pub fn recorded(
        id: ShipmentId,
        number: u64,
        (container, destination): (Container, Destination),
        (opened, state): (Opened, ShipmentState),
    ) -> Self {
        Self {
            id,
            number,
            container,
            destination,
            opened,
            state,
        }
    }

    /// Which.
    pub const fn id(&self) -> ShipmentId {
        self.id
    }

    /// Its number as people say it, from 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// What it is.
    pub const fn container(&self) -> Container {
        self.container
    }

    /// Where it goes.
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Where it has got to.
    pub const fn state(&self) -> &ShipmentState {
        &self.state
    }

    pub(super) fn now(self, state: ShipmentState) -> Self {
        Self { state, ..self }
    }

    /// Who opened it, and when.
    pub const fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Whether cards go in and out.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, ShipmentState::Packing)
    }
}

impl ShipmentState {
    /// The name in the database, on pages and in the docs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Packing => "packing",
            Self::Sealed(_) => "sealed",
            Self::WithCourier(_) => "with_courier",
            Self::Delivered(_) => "delivered",
            Self::Reconciled(_) => "reconciled",
            Self::Discrepancy(_) => "discrepancy",
        }
    }

    /// What was sealed, from `Sealed` on.
    pub fn sealed(&self) -> Option<&Sealed> {
        match self {
            Self::Packing => None,
            Self::Sealed(sealed) => Some(sealed),
            Self::WithCourier(carried) => Some(&carried.sealed),
            Self::Delivered(delivered) => Some(&delivered.carried.sealed),
            Self::Reconciled(reconciled) => Some(&reconciled.delivered.carried.sealed),
            Self::Discrepancy(disputed) => disputed.from.sealed(),
        }
    }
}
