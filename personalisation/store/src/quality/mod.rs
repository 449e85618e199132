//! Quality: inspections by machines and people, first articles, pictures of cards to look at, who worked where, trends.

mod inspection;
mod operator;
mod picture;
mod sampling;
mod set_up;
mod trend;

pub(crate) use inspection::seen_by_machine;
pub use inspection::{ByMachine, ByPerson, Card, Recorded};
pub use operator::{AtMachine, SHIFT, SignOn, Worked};
pub use picture::{Kept, Picture};
pub use set_up::Ask;
pub use trend::{Counted, Period};
