//! Basic access control and triple-DES secure messaging against 9303-11 appendix D, and chips that answer wrongly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::{Card, Published, Script, bytes, text, vectors};
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::bac::{self, AccessKeys, Authentication, BacError};
use icao9303::crypto::triple_des::{pad, unpad};
use icao9303::exchange::exchange;
use icao9303::mrz::MrzInformation;
use icao9303::pace::Password;
use icao9303::secure_messaging::{
    SecureMessaging, SecureMessagingError, SecureTransport, TripleDesKeys,
};
use icao9303::tlv;
use serde_json::Value;

fn vector() -> Value {
    vectors("access_icao.json")["bac"].clone()
}

fn password(information: &Value) -> Password {
    Password::mrz_information(information.as_str().unwrap()).unwrap()
}

fn access_keys() -> AccessKeys {
    AccessKeys::from_password(&password(&vector()["mrz_information"])).unwrap()
}

/// RND.IFD and K.IFD as published.
fn published() -> Published {
    Published::new(&[bytes(&vector()["rnd_ifd"]), bytes(&vector()["k_ifd"])])
}

#[test]
fn keys_of_icao() {
    for name in ["bac", "bac_long_docnumber"] {
        let vector = &vectors("access_icao.json")[name];
        let keys = AccessKeys::from_password(&password(&vector["mrz_information"])).unwrap();
        assert_eq!(text(keys.keys().encryption.as_bytes()), vector["kenc"]);
        assert_eq!(text(keys.keys().authentication.as_bytes()), vector["kmac"]);
        let seed: [u8; 16] = bytes(&vector["kseed"]).try_into().unwrap();
        let keys = AccessKeys::from_seed(&seed).unwrap();
        assert_eq!(text(keys.keys().encryption.as_bytes()), vector["kenc"]);
    }
}

/// Appendix D.2: what is printed leads to the MRZ information, also where the number is longer than nine.
#[test]
fn a_long_document_number_as_printed() {
    let mrz = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
    let information = MrzInformation::from_text(mrz).unwrap();
    let vector = &vectors("access_icao.json")["bac_long_docnumber"];
    assert_eq!(information.as_str(), vector["mrz_information"]);
    let keys = AccessKeys::from_password(&Password::mrz_hash(&information.password())).unwrap();
    assert_eq!(text(keys.keys().encryption.as_bytes()), vector["kenc"]);
}

/// Appendix D.3 and D.4: authentication, then EF.COM selected and read, APDU by APDU.
#[test]
fn session_of_icao() {
    let vector = vector();
    let challenge = vector["rnd_ic"].as_str().unwrap().to_owned() + "9000";
    let answer = vector["ext_auth_rdata"].as_str().unwrap().to_owned() + "9000";
    let mut steps = vec![
        ("0084000008", &*challenge),
        (vector["ext_auth_capdu"].as_str().unwrap(), &*answer),
    ];
    let protected = vector["sm"].as_array().unwrap();
    let field = |step: &'static str| move |of: &Value| of[step].as_str().map(str::to_owned);
    let pairs: Vec<_> = protected
        .iter()
        .map(|step| (field("capdu")(step).unwrap(), field("rapdu")(step).unwrap()))
        .collect();
    steps.extend(
        pairs
            .iter()
            .map(|(command, answer)| (&**command, &**answer)),
    );
    let mut card = Script::new(steps);
    let session = bac::perform(&mut card, &access_keys(), &mut published()).unwrap();
    let mut card = SecureTransport::new(card, session);
    let mut file = Vec::new();
    for step in protected {
        let command = Command::parse(&bytes(&step["plain"])).unwrap();
        let answer = exchange(&mut card, &command).unwrap();
        assert!(answer.status.is_ok());
        file.extend(answer.data);
    }
    assert_eq!(text(&file), vector["ef_com"]);
    assert_eq!(card.into_card().left(), 0);
}

#[test]
fn a_card_access_number_is_no_mrz() {
    let can = Password::can("123456").unwrap();
    let error = AccessKeys::from_password(&can).unwrap_err();
    assert!(matches!(error, BacError::NeedsMrz), "{error}");
    assert!(error.to_string().contains("machine readable zone"));
    assert_eq!(format!("{:?}", access_keys()), "AccessKeys(redacted)");
    assert_eq!(
        format!("{:?}", access_keys().keys()),
        "TripleDesKeys(redacted)"
    );
}

/// A chip that says these two things.
fn perform(challenge: &[u8], token: &[u8]) -> Result<SecureMessaging, BacError> {
    let mut card = Card(|command: &[u8]| match command[1] {
        0x84 => challenge.to_vec(),
        0x82 => token.to_vec(),
        other => panic!("{other:02X} is no command of basic access control"),
    });
    bac::perform(&mut card, &access_keys(), &mut published())
}

#[test]
fn refusals_are_told_apart() {
    let challenge = [&bytes(&vector()["rnd_ic"])[..], &[0x90, 0x00]].concat();
    for status in [0x6D00, 0x6982, 0x6A81_u16] {
        let error = perform(&status.to_be_bytes(), &[]).unwrap_err();
        assert!(matches!(error, BacError::NoChallenge { .. }), "{error}");
    }
    for status in [0x6300, 0x63C2, 0x6982, 0x6988_u16] {
        let error = perform(&challenge, &status.to_be_bytes()).unwrap_err();
        assert!(matches!(error, BacError::WrongPassword { .. }), "{error}");
    }
    for status in [0x6700, 0x6985, 0x6A80_u16] {
        let error = perform(&challenge, &status.to_be_bytes()).unwrap_err();
        assert!(matches!(error, BacError::Refused { .. }), "{error}");
    }
    for length in [0, 1, 7, 9, 16] {
        let answer = [&vec![1; length][..], &[0x90, 0x00]].concat();
        let error = perform(&answer, &[]).unwrap_err();
        assert!(matches!(error, BacError::BadAnswer { .. }), "{error}");
    }
    for length in [0, 8, 32, 39, 41, 80] {
        let answer = [&vec![1; length][..], &[0x90, 0x00]].concat();
        let error = perform(&challenge, &answer).unwrap_err();
        let told = matches!(error, BacError::BadAnswer { length: said, .. } if said == length);
        assert!(told, "{error}");
    }
    assert!(perform(&[], &[]).is_err());
}

#[test]
fn a_chip_that_does_not_know_the_mrz() {
    let good = bytes(&vector()["ext_auth_rdata"]);
    let start = || {
        Authentication::start(
            &access_keys(),
            &bytes(&vector()["rnd_ic"]),
            &mut published(),
        )
        .unwrap()
        .0
    };
    assert!(start().finish(&good).is_ok());
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let error = start().finish(&bad).unwrap_err();
        assert!(matches!(error, BacError::WrongMac), "bit {bit}: {error}");
    }
    // One that knows it but answers another exchange, such as our own cryptogram sent back.
    let capdu = bytes(&vector()["ext_auth_capdu"]);
    let error = start().finish(&capdu[5..45]).unwrap_err();
    assert!(matches!(error, BacError::WrongRandom), "{error}");
}

fn session_keys() -> TripleDesKeys {
    TripleDesKeys::derive(&bytes(&vector()["session_seed"])).unwrap()
}

/// The chip's half, as far as a test needs it.
fn protect_answer(counter: u64, plain: &Response, odd: bool) -> Vec<u8> {
    let keys = session_keys();
    let mut body = Vec::new();
    if !plain.data.is_empty() {
        let encrypted = keys.encryption.encrypt_cbc(&pad(&plain.data)).unwrap();
        let (tag, indicator) = if odd { (0x85, vec![]) } else { (0x87, vec![1]) };
        body = tlv::encode(tag, &[indicator, encrypted].concat());
    }
    tlv::push(&mut body, 0x99, &plain.status.0.to_be_bytes());
    let message = [&counter.to_be_bytes()[..], &body].concat();
    let mac = keys.authentication.retail_mac(&message).unwrap();
    tlv::push(&mut body, 0x8E, &mac);
    body.extend(plain.status.0.to_be_bytes());
    body
}

#[test]
fn secure_messaging_of_every_length() {
    let keys = session_keys();
    assert_eq!(text(keys.encryption.as_bytes()), vector()["ks_enc"]);
    assert_eq!(text(keys.authentication.as_bytes()), vector()["ks_mac"]);
    let start = u64::MAX - 6;
    let mut session = SecureMessaging::with_triple_des(keys.clone(), start);
    let mut counter = start;
    for length in [0, 1, 7, 8, 9, 223, 231, 232, 255, 256, 4_000, 60_000] {
        for odd in [false, true] {
            let ins = if odd { 0xD7 } else { 0xD6 };
            let data = vec![3; length];
            let command = Command::new(0, ins, 0, 0).with_data(&data[..]).with_le(256);
            let protected = Command::parse(&session.protect(&command).unwrap()).unwrap();
            // What is encrypted comes back, and the MAC is over counter, header and objects.
            let mut reader = tlv::Reader::new(&protected.data);
            let element = reader.next_element().unwrap().unwrap();
            if length > 0 {
                let encrypted = if odd {
                    element.value
                } else {
                    &element.value[1..]
                };
                let plain = keys.encryption.decrypt_cbc(encrypted).unwrap();
                assert_eq!(unpad(&plain).unwrap(), data);
            }
            // The counter is eight bytes and starts again after the last.
            counter = counter.wrapping_add(1);
            let objects = &protected.data[..protected.data.len() - 10];
            let message = [
                &counter.to_be_bytes(),
                &pad(&protected.header())[..],
                objects,
            ]
            .concat();
            let mac = keys.authentication.retail_mac(&message).unwrap();
            assert_eq!(protected.data[protected.data.len() - 8..], mac);
            counter = counter.wrapping_add(1);
            let plain = Response::new(data, StatusWord::OK);
            let answer = protect_answer(counter, &plain, odd);
            assert_eq!(session.unprotect(&answer).unwrap(), plain);
        }
    }
}

#[test]
fn tampered_answers_end_the_session() {
    let plain = Response::new(b"0123456789".as_slice(), StatusWord::OK);
    let answer = protect_answer(2, &plain, false);
    let command = Command::new(0, 0xB0, 0, 0).with_le(10);
    let fresh = || {
        let mut session = SecureMessaging::with_triple_des(session_keys(), 0);
        session.protect(&command).unwrap();
        session
    };
    assert_eq!(fresh().unprotect(&answer).unwrap(), plain);
    for bit in 0..(answer.len() - 2) * 8 {
        let mut bad = answer.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let mut session = fresh();
        assert!(session.unprotect(&bad).is_err(), "bit {bit}");
        assert!(!session.is_open());
    }
    // An answer of before, and one that is not whole blocks.
    let mut session = fresh();
    session.unprotect(&answer).unwrap();
    session.protect(&command).unwrap();
    let error = session.unprotect(&answer).unwrap_err();
    assert!(matches!(error, SecureMessagingError::WrongMac), "{error}");
    let odd_block =
        hex::decode("8705010102030499029000 8E080000000000000000 9000".replace(' ', ""));
    let error = fresh().unprotect(&odd_block.unwrap()).unwrap_err();
    assert!(
        matches!(error, SecureMessagingError::BadObject { tag: 0x87, .. }),
        "{error}"
    );
}
