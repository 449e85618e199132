//! What is signed for a chip, and everything that must be so before.

pub mod chain;
pub mod inspection;
pub mod issues;
pub mod permit;
pub mod profile;
pub mod request;
pub mod signer;
