//! Any ICAO document through PC/SC: the reader adaptor, the full inspection, the report.

pub mod budget;
pub mod facts;
mod files;
mod flow;
mod protocols;
pub mod reader;
pub mod report;
mod terminal;
mod trust;

pub use files::{ChipFiles, DumpError};
pub use flow::{Inspection, Request, inspect};
pub use terminal::{Terminal, TerminalError};
pub use trust::{TrustError, read_trust};
