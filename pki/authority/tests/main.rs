//! The PKI, from outside. One program: a test target each would link the whole crate once more.

mod callers;
mod ceremony;
mod common;
mod destroying;
mod independent_verifiers;
mod inspection;
mod interruptions;
mod issues;
mod operations;
mod profile;
mod rate;
mod signing;
mod trouble;
mod verifying_ceremony;
mod witness;
