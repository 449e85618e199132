//! Answers under secure messaging: a wrong one ends the session; one with a right MAC yields less than it carries.
#![cfg_attr(fuzzing, no_main)]

use icao9303::apdu::{Command, Response};
use icao9303::crypto::cipher::{AesKey, pad};
use icao9303::secure_messaging::{SecureMessaging, SessionKeys};
use icao9303::tlv;

fuzz::target!(|data| {
    let (Some(mut session), Some(keys)) = (session(), keys()) else {
        return;
    };
    // As it is: nobody guesses a MAC.
    assert!(session.unprotect(data).is_err());
    assert!(!session.is_open() && session.unprotect(data).is_err());

    // With the MAC that belongs to it, so that what stands behind the MAC is reached too.
    let Ok(Response {
        data: mut body,
        status,
    }) = Response::parse(data)
    else {
        return;
    };
    let message = [&2_u128.to_be_bytes()[..], &pad(&body)].concat();
    let Ok(mac) = keys.authentication.cmac8(&message) else {
        return;
    };
    let carried = body.len();
    tlv::push(&mut body, 0x8E, &mac);
    let Some(mut session) = self::session() else {
        return;
    };
    match session.unprotect(&Response::new(body, status).encode()) {
        Ok(answer) => assert!(answer.data.len() < carried.max(1) && session.is_open()),
        Err(_) => assert!(!session.is_open()),
    }
});

fn keys() -> Option<SessionKeys> {
    SessionKeys::derive(b"fuzz", AesKey::from_bytes(&[0; 16]).ok()?.size()).ok()
}

fn session() -> Option<SecureMessaging> {
    let mut session = SecureMessaging::new(keys()?);
    session
        .protect(&Command::new(0x00, 0xB0, 0x00, 0x00).with_le(256))
        .ok()?;
    Some(session)
}
