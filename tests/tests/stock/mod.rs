//! Every blank accounted for: a delivery is inspected, handed out, counted, found and destroyed, by the command line and
//! at the console in a real Chromium, with two persons where two are needed.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod day;
mod issued;
mod keyboard;
pub mod room;
