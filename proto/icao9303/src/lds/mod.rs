//! Logical data structure (ICAO 9303-10): one file of the chip a module.
