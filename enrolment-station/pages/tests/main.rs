//! Pages and papers. One program: a test target each would link the whole crate once more.

mod messages;
mod paper;
mod safety;
mod sign_in;
mod support;
