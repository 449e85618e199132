//! Inspection systems: certified by request, refused by name, and safe through crashes.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

#[path = "../common/bouncy_castle.rs"]
mod bouncy_castle;
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod crash;
mod health;
mod issue;
mod proof;
mod refusals;
#[path = "../common/renewal.rs"]
mod renewal;
mod terminal;
