//! The stock of blanks: what people do with it, from the command line and at the console, each act with its intent and
//! outcome in the audit.

mod acts;
pub mod command;
mod error;
mod issue;
mod reconcile;
pub mod sample;
mod section;

pub use acts::{Stockroom, digest};
pub use error::StockError;
pub use issue::{IssueDesk, IssueProblem, Waited};
pub(crate) use reconcile::watch as watch_signatures;
pub use reconcile::{Compared, ReconcileProblem, compare};
pub use section::{StockSection, StockToken};
