//! Orders: what is accepted, and the name of every refusal.
