//! Records of ISO/IEC 19794:2005 around one picture: face (part 5) and finger (part 4).
//!
//! Fixed headers, big-endian. One picture a record, as ICAO Doc 9303-10 has it.

pub mod face;
mod fields;
pub mod finger;
