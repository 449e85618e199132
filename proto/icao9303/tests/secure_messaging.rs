//! Secure messaging against recorded sessions, published edge cases and answers that were tampered with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::{Card, Script, bytes, text, vectors};
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::cipher::AesKey;
use icao9303::exchange::exchange;
use icao9303::secure_messaging::{
    SHORT_LE, SecureMessaging, SecureMessagingError, SecureTransport, SecureTransportError,
    SessionKeys, largest_plain_answer,
};
use icao9303::transport::CardTransport;
use serde_json::Value;

fn keys(encryption: &Value, authentication: &Value) -> SessionKeys {
    SessionKeys {
        encryption: AesKey::from_bytes(&bytes(encryption)).unwrap(),
        authentication: AesKey::from_bytes(&bytes(authentication)).unwrap(),
    }
}

fn pace_keys() -> SessionKeys {
    let session = &vectors("eac_session.json")["session_pace_ca_ta"];
    keys(&session["ks_enc_ca"], &session["ks_mac_ca"])
}

/// An AES-256 session captured by gmrtd.
#[test]
fn capture_with_aes_256() {
    let capture = &vectors("eac_bsi.json")["aes256_sm"];
    let mut session =
        SecureMessaging::with_counter(keys(&capture["ks_enc"], &capture["ks_mac"]), 0x20);
    let mut file = Vec::new();
    for step in capture["exchanges"].as_array().unwrap() {
        let command = Command::parse(&bytes(&step["plain"])).unwrap();
        let protected = session.protect(&command).unwrap();
        assert_eq!(text(&protected), step["capdu"].as_str().unwrap());
        let answer = session.unprotect(&bytes(&step["rapdu"])).unwrap();
        assert_eq!(answer.status, StatusWord::OK);
        file.extend(answer.data);
    }
    assert_eq!(text(&file), capture["plain_ef_com"].as_str().unwrap());
}

/// No data, Le only, odd instruction, protected error, full block.
#[test]
fn edge_cases() {
    let file = vectors("eac_session.json");
    for case in file["sm_aes_edge_cases"].as_array().unwrap() {
        let counter = u128::from_str_radix(case["ssc_before"].as_str().unwrap(), 16).unwrap();
        let mut session = SecureMessaging::with_counter(pace_keys(), counter);
        // The odd instruction is written with "Le 0000"; what is protected is Le 0100.
        let plain = case["plain"].as_str().unwrap();
        let extended = plain.contains("Le");
        let protected = if extended {
            let command = Command::new(0, 0xB1, 0, 0).with_data([0x54, 0x02, 0x80, 0x00]);
            session.protect_extended(&command.with_le(256))
        } else {
            session.protect(&Command::parse(&hex::decode(plain).unwrap()).unwrap())
        };
        assert_eq!(
            text(&protected.unwrap()),
            case["capdu"].as_str().unwrap(),
            "{}",
            case["note"]
        );
        let rapdu = bytes(&case["rapdu"]);
        let answer = session.unprotect(&rapdu).unwrap();
        assert_eq!(answer.status.0.to_be_bytes(), rapdu[rapdu.len() - 2..]);
    }
}

/// The chip's half, as far as a test needs it.
fn protect_answer(keys: &SessionKeys, counter: u128, plain: &Response, odd: bool) -> Vec<u8> {
    use icao9303::crypto::cipher::pad;
    use icao9303::tlv;
    let counter = counter.to_be_bytes();
    let mut body = Vec::new();
    if !plain.data.is_empty() {
        let iv = keys.encryption.encrypt_block(&counter).unwrap();
        let encrypted = keys.encryption.encrypt_cbc(&iv, &pad(&plain.data)).unwrap();
        let (tag, indicator) = if odd { (0x85, vec![]) } else { (0x87, vec![1]) };
        body = tlv::encode(tag, &[indicator, encrypted].concat());
    }
    tlv::push(&mut body, 0x99, &plain.status.0.to_be_bytes());
    let mac = keys
        .authentication
        .cmac8(&[&counter[..], &pad(&body)].concat())
        .unwrap();
    tlv::push(&mut body, 0x8E, &mac);
    body.extend(plain.status.0.to_be_bytes());
    body
}

#[test]
fn every_length_and_key_size() {
    for size in [16, 24, 32] {
        let keys = SessionKeys {
            encryption: AesKey::from_bytes(&vec![1; size]).unwrap(),
            authentication: AesKey::from_bytes(&vec![2; size]).unwrap(),
        };
        let mut session = SecureMessaging::new(keys.clone());
        let mut counter = 0;
        for length in [0, 1, 15, 16, 17, 223, 224, 255, 256, 4_000, 65_000] {
            for odd in [false, true] {
                let ins = if odd { 0xD7 } else { 0xD6 };
                let command = Command::new(0, ins, 0, 0)
                    .with_data(vec![3; length])
                    .with_le(256);
                let protected = Command::parse(&session.protect(&command).unwrap()).unwrap();
                assert_eq!((protected.cla, protected.ins), (0x0C, ins));
                assert_eq!(
                    protected.le,
                    Some(if protected.data.len() > 255 {
                        65_536
                    } else {
                        256
                    })
                );
                counter += 2;
                let plain = Response::new(vec![4; length], StatusWord::OK);
                let answer = protect_answer(&keys, counter, &plain, odd);
                assert_eq!(session.unprotect(&answer).unwrap(), plain);
            }
        }
    }
}

#[test]
fn largest_answers_fit_exactly() {
    assert_eq!(largest_plain_answer(256), SHORT_LE);
    assert_eq!(largest_plain_answer(0), 0);
    assert_eq!(largest_plain_answer(20), 0);
    for largest in [40, 127, 128, 200, 256, 300, 1_000, 4_094, 65_534, 65_536] {
        let plain = largest_plain_answer(largest);
        let length = |plain| {
            let response = Response::new(vec![0; plain], StatusWord::OK);
            protect_answer(&pace_keys(), 1, &response, false).len() - 2
        };
        assert!(length(plain) <= largest, "{largest}: {plain}");
        assert!(length(plain + 1) > largest, "{largest}: {plain}");
    }
}

fn opened() -> SecureMessaging {
    let mut session = SecureMessaging::new(pace_keys());
    session
        .protect(&Command::new(0, 0xB0, 0x9C, 0).with_le(0x24))
        .unwrap();
    session
}

fn good_answer() -> Vec<u8> {
    let file = vectors("eac_session.json");
    bytes(&file["session_pace_ca_ta"]["steps"][9]["rapdu"])
}

#[test]
fn any_bit_changed_ends_the_session() {
    let good = good_answer();
    assert_eq!(opened().unprotect(&good).unwrap().data.len(), 0x24);
    // The status word outside is not protected and not used.
    for bit in 0..(good.len() - 2) * 8 {
        let mut wrong = good.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        let mut session = opened();
        session.unprotect(&wrong).unwrap_err();
        assert!(!session.is_open(), "bit {bit}");
        let error = session.protect(&Command::new(0, 0xB0, 0, 0)).unwrap_err();
        assert!(matches!(error, SecureMessagingError::Closed));
        assert!(matches!(
            session.unprotect(&good),
            Err(SecureMessagingError::Closed)
        ));
    }
    for end in 0..good.len() - 2 {
        let short = [&good[..end], &[0x90, 0x00]].concat();
        opened().unprotect(&short).unwrap_err();
    }
    // An answer replayed under the next counter.
    let mut session = opened();
    session.unprotect(&good).unwrap();
    session
        .protect(&Command::new(0, 0xB0, 0x9C, 0).with_le(0x24))
        .unwrap();
    assert!(matches!(
        session.unprotect(&good),
        Err(SecureMessagingError::WrongMac)
    ));
}

#[test]
fn unprotected_answers_have_names() {
    let error = |bytes: &[u8]| opened().unprotect(bytes).unwrap_err();
    for status in [StatusWord::MISSING_SM_OBJECTS, StatusWord::WRONG_SM_OBJECTS] {
        let found = error(&status.0.to_be_bytes());
        assert!(matches!(found, SecureMessagingError::EndedByChip { status: s } if s == status));
    }
    for status in [0x9000_u16, 0x6982, 0x6D00] {
        let found = error(&status.to_be_bytes());
        assert!(
            matches!(found, SecureMessagingError::Unprotected { .. }),
            "{found}"
        );
    }
    let tail = "990290008E0800000000000000009000";
    let bad = |head: &str| error(&hex::decode(format!("{head}{tail}")).unwrap());
    assert!(matches!(
        bad("8700"),
        SecureMessagingError::BadObject { tag: 0x87, .. }
    ));
    assert!(matches!(
        bad("870101"),
        SecureMessagingError::BadObject { tag: 0x87, .. }
    ));
    assert!(matches!(
        bad("87020200"),
        SecureMessagingError::BadObject { tag: 0x87, .. }
    ));
    assert!(matches!(
        bad("8503000000"),
        SecureMessagingError::BadObject { .. }
    ));
    assert!(matches!(bad("8100"), SecureMessagingError::Malformed(_)));
    assert!(matches!(bad(""), SecureMessagingError::WrongMac));
    let found = error(&hex::decode("9901908E0800000000000000009000").unwrap());
    assert!(matches!(
        found,
        SecureMessagingError::BadObject {
            tag: 0x99,
            length: 1
        }
    ));
    let found = error(&hex::decode("990290008E0400000000009000").unwrap());
    assert!(matches!(
        found,
        SecureMessagingError::BadObject { .. } | SecureMessagingError::Malformed(_)
    ));
    assert!(matches!(error(&[0x90]), SecureMessagingError::Command(_)));
}

#[test]
fn transport_reports_and_closes() {
    let command = Command::new(0, 0xB0, 0x9C, 0).with_le(0x24);
    let good = good_answer();
    // In two pieces, as a card on T=0 gives it.
    let (head, rest) = good.split_at(30);
    let first = [head, &[0x61, 0x00]].concat();
    let mut card = Script::new([
        (
            "0CB09C000D9701248E08BEE2266A4A671EBA00",
            text(&first).as_str(),
        ),
        ("00C0000000", text(rest).as_str()),
    ]);
    let mut transport = SecureTransport::new(&mut card, SecureMessaging::new(pace_keys()));
    assert_eq!(exchange(&mut transport, &command).unwrap().data.len(), 0x24);
    assert!(transport.is_open());

    let mut endless = SecureTransport::new(
        Card(|_: &[u8]| vec![0x61, 0x00]),
        SecureMessaging::new(pace_keys()),
    );
    let error = exchange(&mut endless, &command).unwrap_err();
    assert!(
        matches!(error.find(), Some(SecureTransportError::Exchange(_))),
        "{error:?}"
    );
    assert!(!endless.is_open());

    let mut ended = SecureTransport::new(
        Card(|_: &[u8]| vec![0x69, 0x88]),
        SecureMessaging::new(pace_keys()),
    );
    let error = exchange(&mut ended, &command).unwrap_err();
    assert!(
        matches!(error.find(), Some(SecureMessagingError::EndedByChip { .. })),
        "{error:?}"
    );
    assert!(matches!(
        ended.transmit(&[0]),
        Err(SecureTransportError::Command(_))
    ));
}

#[test]
fn keys_are_not_printed() {
    let shown = format!("{:?}", SecureMessaging::new(pace_keys()));
    assert!(
        shown.contains("redacted") && !shown.contains("154"),
        "{shown}"
    );
}

/// A command too long to be sent does not count: the next one is as recorded.
#[test]
fn commands_that_do_not_fit_leave_no_trace() {
    let mut session = SecureMessaging::new(pace_keys());
    let long = Command::new(0, 0xD6, 0, 0).with_data(vec![0; 65_535]);
    assert!(matches!(
        session.protect(&long),
        Err(SecureMessagingError::Command(_))
    ));
    let read = Command::new(0, 0xB0, 0x9C, 0).with_le(0x24);
    let protected = session.protect(&read).unwrap();
    assert_eq!(text(&protected), "0CB09C000D9701248E08BEE2266A4A671EBA00");
}
