//! The stock: every blank accounted for.

mod guarded;
mod handed;
pub mod people;
mod received;
mod shifts;
