//! The courier's page without a browser: every route against every role, devices, sides, files.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod devices;
mod permissions;
mod phone;
mod place;
mod shell;
