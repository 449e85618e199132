//! A terminal that says anything to a chip with basic access control: the application opens to the right keys over the chip's own challenge only.
#![cfg_attr(fuzzing, no_main)]

use fuzz::chip;
use hardware_sim::card::profile::Profile;
use icao9303::apdu::Command;
use icao9303::bac::AccessKeys;

/// SELECT of the application, GET CHALLENGE, READ BINARY of DG1.
const SELECT: &str = "00A4040C07A0000002471001";
const CHALLENGE: &str = "0084000008";
const READ: &str = "00B0810004";
const MOST: usize = 8;

fuzz::target!(|data| {
    let Some((profile, mut rest)) = data.split_first() else {
        return;
    };
    let profile = [Profile::BacPassport, Profile::Passport][usize::from(profile & 1)];
    let mut bench = chip::locked(profile);
    let seed = fuzz::MRZ_PASSWORD.first_chunk();
    let Some(Ok(keys)) = seed.map(AccessKeys::from_seed) else {
        return;
    };
    let mut send = |command: &[u8]| match bench.card.process(command) {
        Ok(outcome) => outcome.response,
        Err(error) => panic!("the chip stopped: {error}"),
    };
    send(&fuzz::hex(SELECT));
    for _ in 0..MOST {
        // One byte says what comes (and whether a fresh challenge comes first), one how long it is.
        let Some((&[kind, length], left)) = rest.split_first_chunk::<2>() else {
            return;
        };
        let (part, left) = left.split_at(left.len().min(length.into()));
        rest = left;
        let challenge = if kind & 1 == 1 {
            send(&fuzz::hex(CHALLENGE))
        } else {
            Vec::new()
        };
        let token = if kind & 2 == 2 {
            token(&keys, &challenge, part, kind & 4 == 4)
        } else {
            Some(part.to_vec())
        };
        let Some(token) = token else { return };
        let command = Command::new(0x00, 0x82, 0x00, 0x00).with_data(token);
        let Ok(command) = command.with_le(40).encode() else {
            return;
        };
        let answer = send(&command);
        let right = kind & 2 == 2
            && part.len() == 32
            && challenge.len() == 10
            && (kind & 4 == 4 || part[8..16] == challenge[..8]);
        match &answer[answer.len() - 2..] {
            [0x90, 0x00] => {
                assert!(right && answer.len() == 42);
                return;
            }
            [0x63, 0x00] | [0x67, 0x00] | [0x69, 0x85] => assert!(!right),
            status => panic!("{status:02X?}"),
        }
        // Nothing opens to who failed.
        assert_eq!(send(&fuzz::hex(READ)), [0x69, 0x82]);
    }
});

/// What a terminal with the right keys sends if its cryptogram holds `plain`; `echo` puts the challenge in its place.
fn token(keys: &AccessKeys, challenge: &[u8], plain: &[u8], echo: bool) -> Option<Vec<u8>> {
    let mut plain = plain.to_vec();
    if let (true, Some(place), Some(challenge)) = (echo, plain.get_mut(8..16), challenge.get(..8)) {
        place.copy_from_slice(challenge);
    }
    let mut token = keys.keys().encryption.encrypt_cbc(&plain).ok()?;
    token.extend(keys.keys().authentication.retail_mac(&token).ok()?);
    Some(token)
}
