//! The life of a document, from the day on which it was made to its end.
//!
//! ```text
//!        ┌─ void ─> Void              ┌─ lift ─┐
//! Produced ─ activate ─> Active ─ suspend ─> Suspended
//!                          └── revoke, expire ──┴─> Revoked | Expired ─ destroy ─> Destroyed
//! ```
//! The arrows are in [`moves`]. A number whose card was never finished is [`Void`](DocumentState::Void) from the start. Only what is
//! Active is valid; per person and type at most one document is. [`lookup`] says what an official is told, [`Standing`] what an
//! inspection system is.

mod change;
mod listed;
pub mod lookup;
mod moves;
mod reason;
mod state;

#[cfg(test)]
mod tests;

pub use change::{Change, Rule};
pub use listed::entry;
pub use moves::{DocumentStep, IllegalDocumentMove, WORKING_DAYS};
pub use reason::{Loss, Reporter, RevocationReason, VoidReason};
pub use state::{
    Active, Destroyed, Document, DocumentState, Expired, Made, Report, Revoked, Standing,
    Suspended, Voided,
};
