//! The design system in a real Chromium: axe-core, keys alone, small and magnified screens, sign-in, locking.
//! Runs against the gallery (`cargo run -p pages --example gallery`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod accessibility;
mod gallery;
mod keyboard;
mod signing_in;
