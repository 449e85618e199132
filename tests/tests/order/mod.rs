//! Orders at the command line: bad ones are refused with their reason and leave nothing behind, odd
//! ones become documents.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

mod changes;
mod made;
mod permits;
mod refused;
mod wrong;
