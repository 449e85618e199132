//! The stock of blanks: accounts and their ledger, shifts with their counts, who signs for what.

pub mod account;
pub mod inspection;
pub mod ledger;
pub mod shift;
mod signatures;

pub use account::{Account, BadAccount, LineName};
pub use signatures::{NotTwo, Signatures};
