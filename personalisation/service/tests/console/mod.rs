//! The console without a browser: every route against every role, sign-in over the database, sessions, audit.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod alarms;
mod couriers;
mod enrolment;
mod fingers;
mod floor;
mod interrupted;
mod office;
mod permissions;
mod place;
mod programs;
mod quality;
mod quarantine;
mod shipping;
mod stock;
mod templates;
