//! A chip that says anything in basic access control: the session starts only for one that knows the MRZ and our random number.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;

use icao9303::bac::{self, AccessKeys, Authentication, BacError};
use icao9303::transport::CardTransport;

/// `K_seed` of the example in 9303-11 appendix D.
const SEED: [u8; 16] = *b"\x23\x9A\xB9\xCB\x28\x2D\xAF\x66\x23\x1D\xC5\xA4\xDF\x6B\xFB\xAE";
/// Bytes of a cryptogram.
const CRYPTOGRAM: usize = 32;

/// Answers: two bytes of length, then the answer; 6F00 when they end.
struct Answers<'a> {
    left: &'a [u8],
    commands: usize,
    last: &'a [u8],
}

impl CardTransport for Answers<'_> {
    type Error = Infallible;

    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Infallible> {
        self.commands += 1;
        let Some((length, rest)) = self.left.split_first_chunk::<2>() else {
            return Ok(vec![0x6F, 0x00]);
        };
        let (answer, rest) = rest.split_at(rest.len().min(u16::from_be_bytes(*length).into()));
        (self.left, self.last) = (rest, answer);
        Ok(answer.to_vec())
    }
}

fuzz::target!(|data| {
    let Ok(keys) = AccessKeys::from_seed(&SEED) else {
        return;
    };
    // The first byte says whether the rest is answers, or what a chip with the right keys encrypts.
    match data.split_first() {
        Some((0, left)) => answers(&keys, left),
        Some((_, plain)) => cryptogram(&keys, plain),
        None => {}
    }
});

fn answers(keys: &AccessKeys, left: &[u8]) {
    let mut card = Answers {
        left,
        commands: 0,
        last: &[],
    };
    match bac::perform(&mut card, keys, &mut fuzz::host()) {
        Ok(session) => {
            assert!(session.is_open());
            let (encrypted, mac) = card.last[card.last.len() - 42..].split_at(CRYPTOGRAM);
            let expected = keys.keys().authentication.retail_mac(encrypted);
            assert!(expected.is_ok_and(|expected| expected == mac[..8]));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Behind the right MAC: the chip's random number (8 bytes), then what it says in its cryptogram.
fn cryptogram(keys: &AccessKeys, data: &[u8]) {
    let Some((challenge, plain)) = data.split_first_chunk::<8>() else {
        return;
    };
    let Ok((state, command)) = Authentication::start(keys, challenge, &mut fuzz::host()) else {
        panic!("eight bytes are a challenge")
    };
    let ours = keys
        .keys()
        .encryption
        .decrypt_cbc(&command.data[..CRYPTOGRAM]);
    let Ok(ours) = ours else { return };
    let Ok(mut answer) = keys.keys().encryption.encrypt_cbc(plain) else {
        return;
    };
    let Ok(mac) = keys.keys().authentication.retail_mac(&answer) else {
        return;
    };
    answer.extend(mac);
    let expected = [&challenge[..], &ours[..8]].concat();
    match state.finish(&answer) {
        Ok(session) => assert!(session.is_open() && plain[..16] == expected),
        Err(BacError::WrongRandom) => assert_ne!(plain[..16], expected),
        Err(BacError::BadAnswer { length, .. }) => assert_ne!(length, CRYPTOGRAM + 8),
        Err(error) => panic!("{error}"),
    }
}
