//! Quality: inspections by machines and people, first articles, pictures of cards to look at, who worked where, trends.

mod inspection;
mod operator;
mod picture;
mod sampling;
mod set_up;
mod trend;

pub use inspection::{ByMachine, ByPerson, Card, Recorded};
pub(crate) use inspection::{known, seen_by_machine};
pub use operator::{AtMachine, SHIFT, SignOn, Worked};
pub use picture::{Kept, Picture};
pub use set_up::Ask;
pub use trend::{Counted, Period};
