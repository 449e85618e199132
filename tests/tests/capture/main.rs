//! The counter in a real Chromium: the station's own program with simulated devices and the simulated register.

#![expect(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod authority;
mod clerk;
mod counter;
mod issues;
mod journeys;
mod pages_seen;
mod second_person;
mod taking_in;
