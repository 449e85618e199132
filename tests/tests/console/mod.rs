//! The console in a real Chromium against the real `personalisation console`: signing in, deciding, four eyes, forced
//! captures, breaking the glass, axe-core on every page in every language.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod accessibility;
pub mod centre;
mod deciding;
mod floor;
mod glass;
mod notices;
mod second_person;
pub mod seed;
