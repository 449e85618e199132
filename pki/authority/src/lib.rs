//! What we may sign: profiles, permits, ceremonies.
