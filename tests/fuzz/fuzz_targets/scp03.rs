//! What a card says to SCP03: its answer to INITIALIZE UPDATE, and answers in a session with no right MAC.
#![cfg_attr(fuzzing, no_main)]

use icao9303::apdu::{Command, StatusWord};
use icao9303::crypto::cipher::AesSize;
use icao9303::scp03::derivation::{Derived, SessionKeys, derive_8};
use icao9303::scp03::{InitializeUpdate, Scp03Session, SecurityLevel, StaticKeys};
use rand::SeedableRng;
use rand::rngs::StdRng;

fuzz::target!(|data| {
    let start = InitializeUpdate::new(0x30, &mut StdRng::seed_from_u64(0));
    if let Ok(answer) = start.receive(data) {
        assert!(data.starts_with(answer.diversification_data()));
        for level in SecurityLevel::ALL {
            let Ok(keys) = StaticKeys::from_bytes(&[1; 16], &[2; 16], &[3; 16]) else {
                return;
            };
            assert!(answer.authenticate(&keys, level).is_err());
        }
    }
    for level in SecurityLevel::ALL {
        let Some(mut session) = session(level) else {
            return;
        };
        let answer = session.unwrap(data);
        if level.authenticates_answers() {
            assert!(answer.is_ok_and(|answer| answer.data.is_empty()) || !session.is_open());
        }
    }
});

/// A session with a card that holds the right keys.
fn session(level: SecurityLevel) -> Option<Scp03Session> {
    let mut rng = StdRng::seed_from_u64(0);
    let keys = StaticKeys::from_bytes(&[1; 16], &[2; 16], &[3; 16]).ok()?;
    let start = InitializeUpdate::new(0x30, &mut rng);
    let context = [&start.command().data[..], &[4; 8]].concat();
    let session = SessionKeys::derive(keys.encryption(), keys.mac(), &context).ok()?;
    assert_eq!(session.mac.size(), AesSize::Aes128);
    let cryptogram = derive_8(&session.mac, Derived::CardCryptogram, &context).ok()?;
    let answer = [&[5; 10][..], &[0x30, 0x03, 0x70], &[4; 8], &cryptogram].concat();
    let (pending, _) = start
        .receive(&answer)
        .ok()?
        .authenticate(&keys, level)
        .ok()?;
    let mut session = pending.receive(StatusWord::OK).ok()?;
    session
        .wrap(&Command::new(0x80, 0xB0, 0x00, 0x00).with_le(256))
        .ok()?;
    Some(session)
}
