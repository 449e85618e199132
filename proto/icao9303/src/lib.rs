//! What chip and world must agree on, byte for byte (ICAO Doc 9303).
