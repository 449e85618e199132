//! What anyone can verify later: tickets and blank issues that permit signatures, manifests of shipments, their handovers and the
//! devices that sign those, the list of documents that must not be accepted, and the audit: its entries, the log that they stand in,
//! and the proofs about it.

pub mod archive;
pub mod device;
mod digits;
pub mod document_list;
pub mod entry;
pub mod erasure;
pub mod handover;
pub mod head;
pub mod issue;
pub mod line;
pub mod manifest;
pub mod merkle;
mod p256;
pub mod proof;
pub mod record;
mod scan;
pub mod ticket;
pub mod verify;
pub mod witness;

pub use p256::{key_from_der, key_from_pem};
