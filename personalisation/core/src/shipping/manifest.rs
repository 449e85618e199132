//! What a container's manifest says; its bytes are [`evidence::manifest`]'s.

use evidence::manifest::{Heading, Manifest, ManifestError, Piece as Entry};
use time::OffsetDateTime;

use super::{SealNumber, Sealers, Shipment};
use crate::{attempt::AttemptId, document_number::DocumentNumber};

/// A card in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is printed on it.
    pub number: DocumentNumber,
    /// The attempt that made it.
    pub attempt: AttemptId,
}

/// What is said of a container at its seal.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The number of the seal.
    pub seal: &'a SealNumber,
    /// Who sealed and counted.
    pub sealers: Sealers,
    /// The cards, in any order.
    pub pieces: &'a [Piece],
    /// When; whole seconds stand in the manifest.
    pub at: OffsetDateTime,
}

/// The manifest of a container.
pub fn manifest(shipment: &Shipment, contents: &Contents<'_>) -> Result<Manifest, ManifestError> {
    let Contents {
        seal,
        sealers,
        pieces,
        at,
    } = contents;
    let heading = Heading {
        shipment: *shipment.id().as_bytes(),
        number: shipment.number(),
        container: shipment.container().into(),
        seal: seal.as_str().to_owned(),
        destination: shipment.destination().as_str().to_owned(),
        sealed_at: at.unix_timestamp(),
        sealers: [*sealers.by().as_bytes(), *sealers.counted_by().as_bytes()],
    };
    let entries = pieces.iter().map(|piece| Entry {
        number: piece.number.as_str().to_owned(),
        order: *piece.attempt.order.as_bytes(),
        attempt: piece.attempt.attempt.get(),
    });
    Manifest::new(heading, entries.collect())
}
