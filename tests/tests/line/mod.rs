//! The line in the whole house, while programs are killed, cards are torn out and chips are wrong:
//! real daemon, real token, real programs. Whatever happens, every order gets one good card or none.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

mod chips;
mod inspection_system;
pub mod journey;
mod killed;
pub mod machine;
mod pictures;
mod privacy;
mod torn_out;
