//! Signed tickets as pki receives them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::ticket::SignedTicket;

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");
/// Within any ticket's period or not: 2026.
const NOW: i64 = 1_790_000_000;

fuzz::target!(|data| {
    if let Ok(ticket) = SignedTicket::decode(data) {
        assert_eq!(ticket.encode(), data);
        // The generator's private key is 1, and nobody signs with it here.
        assert!(ticket.verify(KEY, NOW).is_err());
    }
});
