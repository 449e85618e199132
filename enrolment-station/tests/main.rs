//! The station, from outside. One program: a test target each would link the whole crate once more.

mod devices;
mod messages;
mod register;
mod store;
