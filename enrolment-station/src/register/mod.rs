//! The client of the population register.
