//! What anyone can verify later: tickets and blank issues that permit signatures, manifests of shipments and their handovers, and audit entries.

pub mod entry;
pub mod handover;
pub mod issue;
pub mod manifest;
mod p256;
pub mod ticket;
