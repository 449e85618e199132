//! Inspection of cards, genuine and not. One program: a test target each would link the whole crate once more.

mod genuine;
mod hostile;
mod passports;
mod pcscd;
mod report;
mod support;
mod terminal;
