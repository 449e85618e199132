//! The stock of blanks: what people do with it, from the command line and at the console, each act with its intent and
//! outcome in the audit.

mod acts;
pub mod command;
mod error;
pub mod sample;

pub use acts::{Stockroom, digest};
pub use error::StockError;
