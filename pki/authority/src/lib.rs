//! What we may sign: profiles, permits, ceremonies.

pub mod authority_key;
pub mod ceremony;
pub mod cvc_key;
pub mod inspection;
pub mod operations;
pub mod profile;
pub mod serve;
pub mod signing;
pub mod store;
pub mod surroundings;
pub mod witness;
