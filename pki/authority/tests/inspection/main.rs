//! Inspection systems: certified by request, refused by name, and safe through crashes.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod crash;
mod issue;
mod refusals;
mod terminal;
