//! The centre: orders, the line, inspection.

fn main() {}
