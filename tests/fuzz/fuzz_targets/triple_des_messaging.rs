//! Answers under secure messaging with triple DES: a wrong one ends the session; one with a right MAC yields less than it carries.
#![cfg_attr(fuzzing, no_main)]

use icao9303::apdu::{Command, Response};
use icao9303::secure_messaging::{SecureMessaging, TripleDesKeys};
use icao9303::tlv;

/// The counter before the command.
const COUNTER: u64 = 0x887022120C06C226;

fuzz::target!(|data| {
    // The first byte: an odd instruction, whose answers come in another object.
    let Some((&odd, data)) = data.split_first() else {
        return;
    };
    let ins = 0xB0 | odd & 1;
    let (Some(mut session), Some(keys)) = (session(ins), keys()) else {
        return;
    };
    // As it is: nobody guesses a MAC.
    assert!(session.unprotect(data).is_err());
    assert!(!session.is_open() && session.unprotect(data).is_err());

    // With the MAC that belongs to it, so that what stands behind the MAC is reached too.
    let Ok(Response { mut data, status }) = Response::parse(data) else {
        return;
    };
    let message = [&(COUNTER + 2).to_be_bytes()[..], &data].concat();
    let Ok(mac) = keys.authentication.retail_mac(&message) else {
        return;
    };
    let carried = data.len();
    tlv::push(&mut data, 0x8E, &mac);
    let Some(mut session) = self::session(ins) else {
        return;
    };
    match session.unprotect(&Response::new(data, status).encode()) {
        Ok(answer) => assert!(answer.data.len() < carried.max(1) && session.is_open()),
        Err(_) => assert!(!session.is_open()),
    }
});

fn keys() -> Option<TripleDesKeys> {
    TripleDesKeys::derive(b"fuzz").ok()
}

fn session(ins: u8) -> Option<SecureMessaging> {
    let mut session = SecureMessaging::with_triple_des(keys()?, COUNTER);
    session
        .protect(&Command::new(0x00, ins, 0x00, 0x00).with_le(256))
        .ok()?;
    Some(session)
}
