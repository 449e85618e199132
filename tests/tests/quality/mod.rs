//! Quality with everything real: cards from a machine, the console in Chromium, an inspector with a scanner and a keyboard.

#![expect(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod journey;
pub mod place;
