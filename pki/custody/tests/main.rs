//! Keys in a real token. One program: a test target each would link the whole crate once more.

mod bench;
mod common;
mod receiving;
mod softhsm;
mod tls;
mod wrapping;
