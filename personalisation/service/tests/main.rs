//! The programs of the centre, from outside. One program: a test target each would link the whole crate once more.

mod audit;
mod chunks;
mod command_line;
mod console;
mod courier;
mod faces;
mod inspect;
mod last_head;
mod line;
mod messages;
mod orders;
mod permits;
mod quality;
mod tokens;

/// Only a part of what the store's own tests need.
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "shared with the store's tests"
)]
#[path = "../../store/tests/conformance/home.rs"]
mod home;
#[path = "../../inspection/tests/support/mod.rs"]
mod support;
