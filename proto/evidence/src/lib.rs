//! What anyone can verify later: tickets that permit signatures, and audit entries.

pub mod entry;
pub mod ticket;
