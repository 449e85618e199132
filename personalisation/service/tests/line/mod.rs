//! The line against simulated chips in this process: orders become documents, whatever fails.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
mod cancelled;
mod crashes;
mod failures;
mod fingers;
mod hall;
mod happy;
mod invariants;
mod machine;
mod people;
mod pki;
mod sampled;
mod share;
mod tray;
