//! The counter: what a clerk enrols an applicant with.
//!
//! `devices` speaks to scanners and cameras, `register` to the population register, `web` shows the pages.

pub mod config;
pub mod devices;
pub mod edge;
pub mod register;
pub mod web;
