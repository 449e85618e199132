//! The fleet, end to end: real pki-authority, real `personalisation intake`, real tokens.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod alone;
mod house;
mod keeping;
mod onboarding;
mod pages;
mod proxy;
mod seen;
