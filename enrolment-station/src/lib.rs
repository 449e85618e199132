//! The counter: what a clerk enrols an applicant with.
//!
//! `devices` speaks to scanners and cameras, `register` to the population register, `web` shows the pages.
//! `store` keeps drafts, outbox and what the centre issued; `outbox` sends through `centre`'s channel;
//! `housekeeping` erases by date.

pub mod capture;
pub mod centre;
pub mod config;
pub mod devices;
pub mod draft;
pub mod edge;
pub mod fleet;
pub mod housekeeping;
pub mod outbox;
pub mod register;
pub mod staff;
pub mod store;
pub mod web;

#[cfg(test)]
#[path = "../../proto/dossier/tests/common/mod.rs"]
mod fixture;
