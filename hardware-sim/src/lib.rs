//! Simulated chips, devices and people, behind the real interfaces.

pub mod biometric;
pub mod card;
pub mod machine;
pub mod pcscd;
pub mod people;
pub mod register;

// The reader driver's own file: what both ends of its socket say stands in one place, without an
// edge from the simulator to a library that pcscd loads.
#[path = "../reader-driver/src/wire.rs"]
pub mod reader_wire;
