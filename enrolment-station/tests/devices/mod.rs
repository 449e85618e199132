//! The client of biometric devices against simulated ones, over real HTTP: what works, each misbehaviour
//! told apart, and independent programs on both sides.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

mod bench;
mod independent;
mod misbehaviour;
mod preview;
mod work;
