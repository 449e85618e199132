//! The outbox against a centre that misbehaves on command, over real TLS with keys in a real token:
//! lines are cut, answers lost, receipts forged, stations killed and restored from copies. Whatever
//! happens: nothing lost, nothing twice, nothing readable.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

mod authority;
mod centre;
mod child;
mod copies;
mod intake;
mod killed;
mod line;
mod misbehaviour;
mod receipts;
mod station;
mod volume;

#[path = "../../../proto/dossier/tests/common/mod.rs"]
mod fixture;
