//! Inspection systems: certified by request, refused by name, and safe through crashes.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod clock;
mod crash;
mod health;
mod issue;
mod proof;
mod refusals;
mod terminal;
