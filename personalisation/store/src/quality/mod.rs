//! Quality: inspections by machines and people, first articles, who worked where, trends.

mod inspection;
mod operator;
mod set_up;
mod trend;

pub use inspection::{ByMachine, ByPerson, Recorded};
pub use set_up::Change;
pub use trend::{Counted, Period};
