//! The counter: what a clerk enrols an applicant with.
//!
//! `devices` speaks to scanners and cameras, `register` to the population register.

pub mod devices;
pub mod register;
