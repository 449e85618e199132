//! The project's own commands: test, demo, bench, fuzz.

fn main() {}
