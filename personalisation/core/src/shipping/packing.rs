//! What may go into a container, what comes out again, and what is counted at the seal.

use thiserror::Error;

use super::{Destination, NotFourEyes, SealNumber, Shipment};
use crate::{ids::ShipmentId, quality::Known};

/// The most cards of one container: its manifest is read through by a person.
pub const MAX_PIECES: u32 = 200;

/// A card that somebody wants to put into a container.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Everything that was said of it.
    pub quality: &'a Known,
    /// Where it is handed over.
    pub destination: &'a Destination,
    /// The container in which it lies.
    pub packed_in: Option<ShipmentId>,
}

/// What becomes of a card that somebody wants to put into a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutIn {
    /// It goes in.
    Now,
    /// It is in there already: the scan came twice, or its answer was lost.
    Already,
}

/// Why a card comes out of an open container again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOut {
    /// Damaged at the packing table: it is scrapped with the same act, and made again.
    Damaged,
    /// Another one was meant.
    Mistaken,
    /// The container is given up or filled otherwise.
    Repacked,
}

impl TakenOut {
    /// All.
    pub const ALL: [Self; 3] = [Self::Damaged, Self::Mistaken, Self::Repacked];

    /// The name in the database, in forms and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Mistaken => "mistaken",
            Self::Repacked => "repacked",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Why something is not packed, taken out or sealed. For the dispatcher.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PackingError {
    /// No card has that number.
    #[error("packing: no card of that number was made here; read it again")]
    NoSuchCard,
    /// It did not pass quality, or somebody has yet to look at it.
    #[error(
        "packing: this card has not passed quality, or waits for somebody to look at it; bring it to the inspectors"
    )]
    NotReady,
    /// It goes elsewhere.
    #[error(
        "packing: this card goes to {card}, the container to {container}; take that one's container"
    )]
    OtherDestination {
        /// The card's.
        card: Destination,
        /// The container's.
        container: Destination,
    },
    /// It is in another container.
    #[error("packing: this card is in shipment {0} already; look there, and call a supervisor")]
    Elsewhere(ShipmentId),
    /// The container is sealed.
    #[error("packing: shipment {0} is not open any more; take another container")]
    Closed(u64),
    /// No more go in.
    #[error(
        "packing: {MAX_PIECES} cards are in this container, no more go in; seal it and open another one"
    )]
    Full,
    /// The card is not in there.
    #[error("taking a card out: it is not in this container")]
    NotInside,
    /// There is nothing to seal.
    #[error("sealing: nothing is in this container")]
    Empty,
    /// The count is not what was packed. How many were packed is not said: the count is blind.
    #[error(
        "sealing: {counted} were counted, and that is not what was packed; take the cards out and count again"
    )]
    Count {
        /// As many.
        counted: u32,
    },
    /// A seal of that number closed something before.
    #[error("sealing: seal {0} was used before; take another one, and put this one aside")]
    SealUsed(SealNumber),
    /// One person, or a packer who counts.
    #[error(transparent)]
    FourEyes(#[from] NotFourEyes),
}

/// Whether that card goes into that container, in which `pieces` are.
pub fn put_in(
    shipment: &Shipment,
    pieces: u32,
    card: &Candidate<'_>,
) -> Result<PutIn, PackingError> {
    if card.packed_in == Some(shipment.id()) {
        return Ok(PutIn::Already);
    }
    if !shipment.is_open() {
        return Err(PackingError::Closed(shipment.number()));
    }
    if let Some(other) = card.packed_in {
        return Err(PackingError::Elsewhere(other));
    }
    if !card.quality.may_be_packed() {
        return Err(PackingError::NotReady);
    }
    if card.destination != shipment.destination() {
        return Err(PackingError::OtherDestination {
            card: card.destination.clone(),
            container: shipment.destination().clone(),
        });
    }
    if pieces >= MAX_PIECES {
        return Err(PackingError::Full);
    }
    Ok(PutIn::Now)
}

/// Whether what was counted at the seal is what was packed.
pub const fn counted(packed: u32, counted: u32) -> Result<(), PackingError> {
    if packed == 0 {
        return Err(PackingError::Empty);
    }
    if packed != counted {
        return Err(PackingError::Count { counted });
    }
    Ok(())
}
