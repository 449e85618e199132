//! A DG15, a DG14 and a signature of anybody: what verifies has the length that the key gives it and is no signature over another challenge.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;

use icao9303::active_authentication::{self, ActiveAuthenticationError, ActiveAuthenticationKey};
use icao9303::lds::{Dg14, Dg15};
use icao9303::transport::CardTransport;

/// A chip with one answer for everything.
struct Parrot<'a>(&'a [u8], usize);

impl CardTransport for Parrot<'_> {
    type Error = Infallible;

    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Infallible> {
        self.1 += 1;
        Ok(self.0.to_vec())
    }
}

fuzz::target!(|data| {
    // Each behind two bytes of length: DG15, DG14 (may be empty); then the challenge and the signature.
    let Some((dg15, rest)) = part(data) else {
        return;
    };
    let Some((dg14, rest)) = part(rest) else {
        return;
    };
    let (Ok(dg15), dg14) = (Dg15::parse(dg15), Dg14::parse(dg14).ok()) else {
        return;
    };
    let infos = dg14.as_ref().map(|dg14| &dg14.security_infos);
    let key = match ActiveAuthenticationKey::new(&dg15, infos) {
        Ok(key) => key,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(!key.describe().is_empty() && key.signature_length() <= 1024);
    let Some((challenge, signature)) = rest.split_first_chunk::<8>() else {
        return;
    };
    if key.verify(challenge, signature).is_ok() {
        assert_eq!(signature.len(), key.signature_length());
        let other = challenge.map(|byte| !byte);
        assert!(key.verify(&other, signature).is_err());
    }
    let mut card = Parrot(signature, 0);
    let result = active_authentication::perform(&mut card, &key, &mut fuzz::host());
    if let Err(ActiveAuthenticationError::NotSupported { .. }) = result {
        panic!("the key was taken");
    }
    assert!(card.1 <= 70_000, "the reader does not stop");
});

fn part(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}
