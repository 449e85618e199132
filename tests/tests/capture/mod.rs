//! The counter in a real Chromium: the station's own program with simulated devices and the simulated register.

#![expect(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod acts;
mod clerk;
mod counter;
mod devices;
mod elsewhere;
mod issues;
mod journeys;
mod keyboard;
mod killed;
mod pages_seen;
mod pages_weighed;
mod recapture;
mod second_person;
mod taking_in;
mod walker;
mod ways;

use crate::review::support;
