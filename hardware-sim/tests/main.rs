//! The simulated hardware, from outside. One program: a test target each would link the whole crate once more.

mod access_states;
mod bac_oracle;
mod bench;
mod deliveries;
mod devices;
mod hostile_commands;
mod life_cycle;
mod machines;
mod openpace;
mod passports;
mod people;
mod published_sessions;
mod readers;
mod reading;
mod refusals;
mod slots;
mod terminal_authentication;
mod terminal_states;
mod torn;
mod torn_trust;
