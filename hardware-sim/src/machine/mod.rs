//! A personalisation machine: hopper, chip station, printer or laser, exit camera and trays behind
//! one PC/SC reader.
//!
//! ```text
//! serve ── reader's socket, control socket, time
//!   └ controller ── commands in, answers out; faults; power
//!       ├ mechanics ── the state machine: acts and time in, effects out
//!       │   └ memory ── what survives a power loss
//!       ├ plant ── cards as files, from the hopper to the trays
//!       └ paint, camera ── what is printed, and what is seen of it
//! ```
//!
//! What it says to a line is documented in `docs/machine.md`; it calls nothing of a line's side.

pub mod build;
pub mod camera;
pub mod card;
pub mod command;
pub mod controller;
pub mod failure;
pub mod fault;
pub mod job;
pub mod mechanics;
pub mod memory;
pub mod paint;
pub mod place;
pub mod plant;
pub mod protocol;
pub mod serve;
mod wire_form;
