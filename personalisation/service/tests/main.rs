//! The programs of the centre, from outside. One program: a test target each would link the whole crate once more.

mod chunks;
mod command_line;
mod console;
mod faces;
mod inspect;
mod line;
mod messages;
mod orders;
mod tokens;

#[path = "../../inspection/tests/support/mod.rs"]
mod support;
