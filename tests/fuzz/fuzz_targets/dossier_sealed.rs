//! Sealed dossiers as they arrive: what is taken is kept byte for byte, and does not open by guessing.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;

use dossier::{SealedDossier, hpke::ReceiverKey, sealed::MAX_LENGTH};
use zeroize::Zeroizing;

const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

/// A receiver whose secret nobody shares.
struct Nobody;

impl ReceiverKey for Nobody {
    type Error = Infallible;

    fn spki(&self) -> &[u8] {
        KEY
    }

    fn dh(&self, _: &[u8; 65]) -> Result<Zeroizing<[u8; 32]>, Infallible> {
        Ok(Zeroizing::new([7; 32]))
    }
}

fuzz::target!(|data| {
    let peeked = SealedDossier::peek(data);
    if let Ok(sealed) = SealedDossier::decode(data.to_vec()) {
        assert!(data.len() <= MAX_LENGTH);
        assert_eq!(sealed.as_bytes(), data);
        assert_eq!(peeked.ok().as_ref(), Some(sealed.header()));
        let error = sealed.open(&Nobody).expect_err("opens by guessing");
        assert!(error.reason().is_some());
    }
});
