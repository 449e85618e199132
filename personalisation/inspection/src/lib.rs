//! Any ICAO document through PC/SC: the reader adaptor, the full inspection, the report.

pub mod budget;
mod protocols;
pub mod reader;
pub mod report;
