//! Keys in a real token. One program: a test target each would link the whole crate once more.

mod bench;
mod common;
mod crowd;
mod receiving;
mod softhsm;
mod tls;
mod wrapping;
