//! The stock: every blank accounted for.

mod guarded;
mod handed;
mod issued;
pub mod people;
mod received;
mod reconciled;
mod shifts;
