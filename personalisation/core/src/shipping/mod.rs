//! Shipping: cards that passed quality, in sealed bags and boxes, from the centre to the office that hands them over.
//!
//! ```text
//! Packing ─ seal ─> Sealed ─ collect ─> WithCourier ─ deliver ─> Delivered ─ reconcile ─> Reconciled
//!                     │                    │ ↺ relay                │
//!                     └────────────────────┴──────── dispute ───────┴──────────────────> Discrepancy
//! ```
//! A card is put in only with its cover, both read ([`Matched`]), into a container of its own destination ([`put_in`]). Nobody
//! counts at the seal what they packed ([`Sealers`]), and nobody receives it either. From the seal on, what is inside is what
//! the manifest says ([`manifest`]).

mod condition;
mod container;
mod cover;
mod destination;
pub mod discrepancy;
mod four_eyes;
mod handover;
mod manifest;
mod moves;
mod packing;
mod shipment;

#[cfg(test)]
mod tests;

pub use condition::{Condition, Seen};
pub use container::{BadSeal, Container, SealNumber};
pub use cover::{BadCover, CoverCode, Matched, NotMatched};
pub use destination::{BadDestination, CENTRE, Destination};
pub use four_eyes::{NotFourEyes, Sealers};
pub use handover::{NotHandedOver, Party, take_over};
pub use manifest::{Contents, Piece, manifest};
pub use moves::{IllegalShipmentMove, ShipmentStep};
pub use packing::{Candidate, MAX_PIECES, PackingError, PutIn, TakenOut, counted, put_in};
pub use shipment::{
    Carried, Delivered, Disputed, Opened, Reconciled, Sealed, Shipment, ShipmentState,
};
