//! Shipping: containers, what is put into them, seals with their manifests, what waits to be packed, handovers to couriers.
//!
//! A card's attempt and its piece change in one transaction: it is in one container or in the exit tray, never in both.

mod handover;
mod manifest;
mod pack;
mod queue;
mod seal;
mod shipment;

use dossier::staff::Role;
pub use handover::{BothSides, Device};
pub use manifest::KeptManifest;
pub use pack::{Pack, PackedNow, TakeOut};
pub use queue::{ToPack, WaitingToPack};
pub use seal::Sealing;
pub use shipment::{NewShipment, PieceRow};

/// Who packs and seals.
const DISPATCHERS: &[Role] = &[Role::Dispatcher, Role::Supervisor];
