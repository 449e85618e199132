//! Shipping with everything real: cards from a machine, the console in Chromium, dispatchers with a scanner, a token that signs,
//! and other programs that read and verify the manifest.

#![expect(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod journey;
mod manifest;
mod table;
