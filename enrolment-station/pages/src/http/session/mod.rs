//! Sessions: who sits at the page, kept at the server. Idle ones lock and keep their work.

mod memory;
mod record;
mod store;

pub use memory::MemorySessions;
pub use record::{Ceremony, Challenge, HeldForm, How, Record, State, Token, Who};
pub use store::{Change, SessionKey, Sessions, StoreError};

pub(super) use record::Upkeep;
