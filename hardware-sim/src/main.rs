//! Simulated chips, devices and people, behind the real interfaces.

fn main() {}
