//! Shipping: containers, what is put into them, seals with their manifests, what waits to be packed; devices, handovers to couriers one
//! side at a time, discrepancies.
//!
//! A card's attempt and its piece change in one transaction: it is in one container or in the exit tray, never in both.

mod device;
mod discrepancy;
mod handover;
mod manifest;
mod pack;
mod photograph;
mod queue;
mod seal;
mod session;
mod shipment;
mod side;
mod tour;

pub use device::{Device, NewDeviceCode, Registered, Registration};
pub use discrepancy::{Discrepancy, NewDiscrepancy, Settled};
use dossier::staff::Role;
pub use handover::HandedOver;
pub use manifest::KeptManifest;
pub use pack::{Pack, PackedNow, TakeOut};
pub use photograph::NewPhotograph;
pub use queue::{ToPack, WaitingToPack};
pub use seal::Sealing;
pub use shipment::{NewShipment, PieceRow};
pub use side::{Answer, NewSide, SideKept};
pub use tour::Tour;

/// Who packs and seals, makes codes for devices and revokes them.
const DISPATCHERS: &[Role] = &[Role::Dispatcher, Role::Supervisor];
