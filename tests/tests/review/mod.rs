//! From accepted dossiers to orders: the real `personalisation intake` checks them, and people decide
//! through the same code that the console calls. Whole data, real tokens, one process each test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

mod approved;
mod decided;
mod notices;
mod permits;
mod persons;
mod second_person;
pub mod support;
