//! Inspection systems: who may read fingerprints, for how long, and the certificates that say so.
//!
//! ```text
//! role of the caller ─> registration: holder, rights, days
//!   └> request: inner signature; first, or vouched for by the key certified last
//!        └> document verifier in force, its rights, its last day
//!             └> intent, durable ─> signature in the token ─> verified ─> outcome, durable ─> answer
//! ```

pub mod desk;
pub mod refusal;
pub mod registration;
pub mod verifier;
