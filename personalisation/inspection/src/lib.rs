//! Any ICAO document through PC/SC: the reader adaptor, the full inspection, the report.

pub mod reader;
