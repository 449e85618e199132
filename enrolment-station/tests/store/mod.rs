//! The station's store with its key in a real token: what opens, what does not, and what is left when
//! power fails.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod bench;
mod drafts;
mod housekeeping;
mod power;
mod queue;
mod sealed;

#[path = "../../../proto/dossier/tests/common/mod.rs"]
mod fixture;
