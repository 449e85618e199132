//! What we may sign: profiles, permits, ceremonies.

fn main() {}
