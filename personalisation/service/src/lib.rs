//! The centre: intake, review, orders, blanks, the line, inspection. The binary `personalisation` calls these roles.

pub mod audit;
pub mod blanks;
pub mod channel;
pub mod config;
pub mod console;
pub mod courier;
pub mod edge;
pub mod faces;
pub mod fleet;
pub mod inspect;
pub mod inspection_system;
pub mod intake;
mod interrupted;
pub mod keys;
pub mod line;
pub mod order;
mod own_certificate;
pub mod person;
pub mod quality;
pub mod review;
pub mod secret_file;
pub mod shipping;
pub mod staff;
pub mod stock;
mod stopwatch;
pub mod template;
pub mod whole_file;
