//! The operations CA as a service: stations certified, revoked, listed; judged by OpenSSL.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod bench;
mod certify;
mod clock;
mod listed;
mod renewal;
mod revoke;
mod trouble;
