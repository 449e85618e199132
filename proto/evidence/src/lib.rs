//! What anyone can verify: tickets and audit entries.
