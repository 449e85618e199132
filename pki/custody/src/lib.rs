//! Keys in PKCS#11 tokens, typed by role.
