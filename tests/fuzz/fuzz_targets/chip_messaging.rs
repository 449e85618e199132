//! Protected commands as the chip gets them, with AES and with triple DES: nobody guesses a MAC, and behind a right one there is less than it carries.
#![cfg_attr(fuzzing, no_main)]

use hardware_sim::card::secure_messaging::Session;
use icao9303::apdu::{Command, StatusWord};
use icao9303::crypto::cipher::{AesKey, pad};
use icao9303::crypto::triple_des::{self, TripleDesKey};
use icao9303::tlv;

fuzz::target!(|data| {
    let Some((&aes, bytes)) = data.split_first() else {
        return;
    };
    let aes = aes & 1 == 1;
    let Ok(command) = Command::parse(bytes) else {
        return;
    };
    let Some(mut session) = session(aes) else {
        return;
    };
    assert_refused(session.unwrap(&command));
    let Some(mut session) = self::session(aes) else {
        return;
    };
    let Some(mac) = mac(aes, &command) else {
        return;
    };
    let mut protected = command.clone();
    tlv::push(&mut protected.data, 0x8E, &mac);
    match session.unwrap(&protected) {
        Ok(plain) => {
            assert!(plain.data.len() < command.data.len().max(1));
            assert_eq!(plain.cla & 0x0C, 0);
        }
        refused => assert_refused(refused),
    }
});

fn assert_refused(result: Result<Command, StatusWord>) {
    let wrong = [StatusWord::MISSING_SM_OBJECTS, StatusWord::WRONG_SM_OBJECTS];
    assert!(result.is_err_and(|status| wrong.contains(&status)));
}

fn session(aes: bool) -> Option<Session> {
    Some(if aes {
        let [enc, mac] = [[1; 16], [2; 16]].map(|key| AesKey::from_bytes(&key));
        Session::new(enc.ok()?, mac.ok()?)
    } else {
        let [enc, mac] = [[1; 16], [2; 16]].map(|key| TripleDesKey::from_bytes(&key));
        Session::triple_des(enc, mac, 0)
    })
}

/// The MAC over counter, header and objects (9303-11 §9.8.6.2, §9.8.7.2).
fn mac(aes: bool, command: &Command) -> Option<[u8; 8]> {
    let header = command.header();
    let with = |counter: &[u8], padded: Vec<u8>| {
        let header = if command.data.is_empty() {
            header.to_vec()
        } else {
            padded
        };
        [counter, &header, &command.data].concat()
    };
    if aes {
        let message = with(&1_u128.to_be_bytes(), pad(&header));
        AesKey::from_bytes(&[2; 16])
            .ok()?
            .cmac8(&pad(&message))
            .ok()
    } else {
        let message = with(&1_u64.to_be_bytes(), triple_des::pad(&header));
        TripleDesKey::from_bytes(&[2; 16]).retail_mac(&message).ok()
    }
}
