//! A chip that says anything in PACE: the reader ends after five commands at most, apart from chained answers.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;

use icao9303::pace::{self, PaceParameters, Password};
use icao9303::security_info::SecurityInfos;
use icao9303::transport::CardTransport;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Answers: two bytes of length, then the answer; 6F00 when they end.
struct Answers<'a> {
    left: &'a [u8],
    general_authenticates: usize,
}

impl CardTransport for Answers<'_> {
    type Error = Infallible;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
        self.general_authenticates += usize::from(command[1] == 0x86);
        let Some((length, rest)) = self.left.split_first_chunk::<2>() else {
            return Ok(vec![0x6F, 0x00]);
        };
        let (answer, rest) = rest.split_at(rest.len().min(u16::from_be_bytes(*length).into()));
        self.left = rest;
        Ok(answer.to_vec())
    }
}

/// Generic mapping on P-256 with AES-128, and chip-authentication mapping on brainpoolP256r1 with AES-256.
const OFFERS: [&[u8]; 2] = [
    b"\x31\x14\x30\x12\x06\x0A\x04\x00\x7F\x00\x07\x02\x02\x04\x02\x02\x02\x01\x02\x02\x01\x0C",
    b"\x31\x14\x30\x12\x06\x0A\x04\x00\x7F\x00\x07\x02\x02\x04\x06\x04\x02\x01\x02\x02\x01\x0D",
];

fuzz::target!(|data| {
    let Some((choice, left)) = data.split_first() else {
        return;
    };
    let offer = SecurityInfos::parse(OFFERS[usize::from(choice & 1)]);
    let Ok(parameters) = PaceParameters::best(&offer.unwrap_or_default()) else {
        panic!("the offers are spoken")
    };
    let Ok(password) = Password::can("123456") else {
        return;
    };
    let mut card = Answers {
        left,
        general_authenticates: 0,
    };
    let mut rng = StdRng::seed_from_u64(0);
    if let Ok(established) = pace::perform(&mut card, &parameters, &password, &mut rng) {
        // Only a chip that knows the password comes here.
        assert_eq!(card.general_authenticates, 4);
        assert_eq!(established.proof().is_some(), choice & 1 == 1);
    }
    // Le may be corrected once in each of the four.
    assert!(card.general_authenticates <= 8);
});
