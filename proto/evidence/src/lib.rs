//! What anyone can verify later: tickets and blank issues that permit signatures, and audit entries.

pub mod entry;
pub mod issue;
mod p256;
pub mod ticket;
