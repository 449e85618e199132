//! SCP03 against card captures of pySim's test-suite, and our own extras.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::{Card, Published, Script, bytes, text, vectors};
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::CryptoError;
use icao9303::crypto::cipher::{AesKey, AesSize};
use icao9303::exchange::{ExchangeError, exchange};
use icao9303::scp03::derivation::{Derived, SessionKeys, derive_8};
use icao9303::scp03::{
    Groupings, PutKey, Scp03Error, Scp03Session, Scp03Transport, SecurityLevel, StaticKeys,
    check_value, initialize_update, largest_plain_answer, largest_plain_data,
};
use icao9303::transport::CardTransport;
use serde_json::Value;

fn static_keys(vector: &Value) -> StaticKeys {
    let key = |name: &str| bytes(&vector[name]);
    StaticKeys::from_bytes(&key("key_enc"), &key("key_mac"), &key("key_dek")).unwrap()
}

fn level(vector: &Value) -> SecurityLevel {
    SecurityLevel::from_byte(bytes(&vector["security_level"])[0]).unwrap()
}

/// The session of a capture, opened over a script of its first two exchanges.
fn open(vector: &Value) -> (Script, Scp03Session) {
    let initialize = vector["init_update"].as_str().unwrap();
    let answer = format!("{}9000", vector["init_update_rsp"].as_str().unwrap());
    let mut card = Script::new([(initialize, answer.as_str())]);
    let mut rng = Published::new(&[bytes(&vector["host_challenge"])]);
    let key_version = bytes(&vector["init_update"])[2];
    let answer = initialize_update(&mut card, key_version, &mut rng).unwrap();
    assert_eq!(answer.key_version(), key_version);
    assert_eq!(answer.context()[8..], bytes(&vector["card_challenge"]));
    let (pending, command) = answer
        .authenticate(&static_keys(vector), level(vector))
        .unwrap();
    assert_eq!(
        text(&command.encode().unwrap()),
        vector["ext_auth"].as_str().unwrap()
    );
    (card, pending.receive(StatusWord::OK).unwrap())
}

#[test]
fn nine_captures() {
    let file = vectors("scp03.json");
    let captures = file["vectors"].as_array().unwrap();
    assert_eq!(captures.len(), 9);
    for vector in captures {
        let (card, mut session) = open(vector);
        assert_eq!(card.left(), 0);
        for (index, step) in vector["cmds"].as_array().unwrap().iter().enumerate() {
            let plain = Command::parse(&bytes(&step["plain"])).unwrap();
            let wrapped = session.wrap(&plain).unwrap();
            assert_eq!(text(&wrapped), step["wrapped"].as_str().unwrap());
            if index == 0 {
                let mut answer = bytes(&vector["get_eid_rsp_wrapped"]);
                answer.extend([0x90, 0x00]);
                let plain = session.unwrap(&answer).unwrap();
                assert_eq!(
                    text(&plain.data),
                    vector["get_eid_rsp_plain"].as_str().unwrap()
                );
                assert_eq!(plain.status, StatusWord::OK);
            }
        }
    }
}

#[test]
fn session_keys_and_cryptograms() {
    for vector in vectors("scp03.json")["vectors"].as_array().unwrap() {
        let keys = static_keys(vector);
        let context = [
            bytes(&vector["host_challenge"]),
            bytes(&vector["card_challenge"]),
        ]
        .concat();
        let session = SessionKeys::derive(keys.encryption(), keys.mac(), &context).unwrap();
        assert_eq!(
            text(session.encryption.as_bytes()),
            vector["s_enc"].as_str().unwrap()
        );
        assert_eq!(
            text(session.mac.as_bytes()),
            vector["s_mac"].as_str().unwrap()
        );
        assert_eq!(
            text(session.response_mac.as_bytes()),
            vector["s_rmac"].as_str().unwrap()
        );
        for (derived, name) in [
            (Derived::CardCryptogram, "card_cryptogram"),
            (Derived::HostCryptogram, "host_cryptogram"),
        ] {
            let cryptogram = derive_8(&session.mac, derived, &context).unwrap();
            assert_eq!(text(&cryptogram), vector[name].as_str().unwrap());
        }
    }
}

#[test]
fn extras_keys() {
    let file = vectors("scp03.json");
    let own = &file["extras"]["own_diversification"];
    let master = AesKey::from_bytes(&bytes(&own["master"])).unwrap();
    let data: [u8; 10] = bytes(&own["key_div_data"]).try_into().unwrap();
    for (size, suffix) in [(AesSize::Aes128, ""), (AesSize::Aes256, "_256")] {
        let keys = StaticKeys::diversify(|message| master.cmac(message), &data, size).unwrap();
        for (key, name) in [
            (keys.encryption(), "k_enc"),
            (keys.mac(), "k_mac"),
            (keys.data_encryption(), "k_dek"),
        ] {
            assert_eq!(
                text(key.as_bytes()),
                own[format!("{name}{suffix}")].as_str().unwrap()
            );
        }
    }
    for value in file["extras"]["kcv"].as_array().unwrap() {
        let key = AesKey::from_bytes(&bytes(&value["key"])).unwrap();
        assert_eq!(
            text(&check_value(&key).unwrap()),
            value["kcv"].as_str().unwrap()
        );
    }
}

#[test]
fn put_key() {
    let put = &vectors("scp03.json")["extras"]["put_key"];
    let new: Vec<_> = put["new_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(bytes)
        .collect();
    let new = StaticKeys::from_bytes(&new[0], &new[1], &new[2]).unwrap();
    let dek = AesKey::from_bytes(&bytes(&put["dek"])).unwrap();
    let command = PutKey::new(0x00, 0x30, &new, &dek).unwrap();
    assert_eq!(
        text(&command.command().encode().unwrap()),
        put["plain_capdu"].as_str().unwrap()
    );
    let answer = bytes(&put["expected_response"]);
    command.confirm(&answer).unwrap();
    for index in 0..answer.len() {
        let mut wrong = answer.clone();
        wrong[index] ^= 1;
        command.confirm(&wrong).unwrap_err();
    }
    command.confirm(&answer[1..]).unwrap_err();
}

/// 24-byte keys are filled up to two blocks, and the length of the key itself is stated.
#[test]
fn put_key_of_192_bits() {
    let dek = AesKey::from_bytes(&[1; 24]).unwrap();
    let new = StaticKeys::from_bytes(&[2; 24], &[3; 24], &[4; 24]).unwrap();
    let command = PutKey::new(0x31, 0x31, &new, &dek).unwrap();
    let data = &command.command().data;
    assert_eq!(data.len(), 1 + 3 * (3 + 32 + 4));
    assert_eq!(data[1..4], [0x88, 33, 24]);
    let plain = dek.decrypt_cbc(&[0; 16], &data[4..36]).unwrap();
    assert_eq!(plain[..24], [2; 24]);
}

#[test]
fn store_data() {
    let store = &vectors("scp03.json")["extras"]["store_data_dgi"];
    let stream = bytes(&store["dgi_stream"]);
    let (dg1, dg14) = (&stream[3..3 + 0x5F], &stream[3 + 0x5F + 5..]);
    let mut groupings = Groupings::new();
    groupings.push(0x0101, dg1).unwrap();
    groupings.push(0x010E, dg14).unwrap();
    assert_eq!(text(groupings.as_bytes()), text(&stream));
    let commands = groupings.commands(0xEF).unwrap();
    let capdus: Vec<_> = commands
        .iter()
        .map(|c| text(&c.encode().unwrap()))
        .collect();
    let expected: Vec<_> = store["capdus"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    assert_eq!(capdus, expected);

    let dek = AesKey::from_bytes(&[5; 16]).unwrap();
    let mut secret = Groupings::new();
    secret
        .push_encrypted(0x8010, &[0x82, 0x06, 1, 2, 3, 4, 5, 6], &dek)
        .unwrap();
    let [command] = &secret.commands(255).unwrap()[..] else {
        panic!("one block")
    };
    assert_eq!((command.p1, command.p2), (0xE8, 0));
    let plain = dek.decrypt_cbc(&[0; 16], &command.data[3..]).unwrap();
    assert_eq!(plain[..9], [0x82, 0x06, 1, 2, 3, 4, 5, 6, 0x80]);
    assert_eq!(format!("{secret:?}"), "Groupings(19 bytes, redacted)");
    assert!(secret.commands(0).is_err());
    assert!(groupings.push(1, &vec![0; 65_536]).is_err());
    groupings.push(2, &[0; 600]).unwrap();
    assert!(groupings.commands(4).is_err(), "more than 256 blocks");
}

/// A second implementation of the card's half, only to answer: unwraps with the same derivations.
struct Mirror {
    keys: SessionKeys,
    level: SecurityLevel,
    counter: u128,
    chaining: [u8; 16],
}

impl Mirror {
    fn answer(&mut self, wrapped: &[u8], data: &[u8], status: u16) -> (Command, Vec<u8>) {
        self.counter += 1;
        let mut command = Command::parse(wrapped).unwrap();
        let mac = command.data.split_off(command.data.len() - 8);
        let extended = wrapped.len() > 5 && wrapped[4] == 0;
        let header = if extended { 7 } else { 5 };
        let covered = &wrapped[..header + command.data.len()];
        self.chaining = self
            .keys
            .mac
            .cmac(&[&self.chaining[..], covered].concat())
            .unwrap();
        assert_eq!(self.chaining[..8], mac);
        let mut counter = self.counter.to_be_bytes();
        if self.level.encrypts_commands() && !command.data.is_empty() {
            let icv = self.keys.encryption.encrypt_block(&counter).unwrap();
            let padded = self
                .keys
                .encryption
                .decrypt_cbc(&icv, &command.data)
                .unwrap();
            command.data = icao9303::crypto::cipher::unpad(&padded).unwrap().to_vec();
        }
        let mut out = data.to_vec();
        if self.level.encrypts_answers() && !data.is_empty() {
            counter[0] = 0x80;
            let icv = self.keys.encryption.encrypt_block(&counter).unwrap();
            let padded = icao9303::crypto::cipher::pad(data);
            out = self.keys.encryption.encrypt_cbc(&icv, &padded).unwrap();
        }
        let status = status.to_be_bytes();
        if self.level.authenticates_answers() {
            let message = [&self.chaining[..], &out, &status].concat();
            out.extend(&self.keys.response_mac.cmac(&message).unwrap()[..8]);
        }
        out.extend(status);
        (command, out)
    }
}

fn pair(level: SecurityLevel) -> (Scp03Session, Mirror) {
    let file = vectors("scp03.json");
    let vector = &file["vectors"][2];
    let mut card = Script::new([(
        vector["init_update"].as_str().unwrap(),
        format!("{}9000", vector["init_update_rsp"].as_str().unwrap()).as_str(),
    )]);
    let mut rng = Published::new(&[bytes(&vector["host_challenge"])]);
    let answer = initialize_update(&mut card, 0x30, &mut rng).unwrap();
    let keys = static_keys(vector);
    let (pending, command) = answer.authenticate(&keys, level).unwrap();
    let keys = SessionKeys::derive(keys.encryption(), keys.mac(), answer.context()).unwrap();
    let message = [&[0; 16][..], &command.encode().unwrap()[..13]].concat();
    let chaining = keys.mac.cmac(&message).unwrap();
    let mirror = Mirror {
        keys,
        level,
        counter: 0,
        chaining,
    };
    (pending.receive(StatusWord::OK).unwrap(), mirror)
}

#[test]
fn every_level_and_length() {
    for level in SecurityLevel::ALL {
        let (mut session, mut mirror) = pair(level);
        for length in [0, 1, 15, 16, 239, 240, 247, 248, 255, 256, 4_000] {
            for le in [None, Some(256), Some(4_096)] {
                let data = vec![0x5A; length];
                let plain = Command {
                    le,
                    ..Command::new(0x80, 0xD6, 0, 0).with_data(data.clone())
                };
                let wrapped = session.wrap(&plain).unwrap();
                let (seen, answer) = mirror.answer(&wrapped, &data, 0x9000);
                assert_eq!((seen.data, seen.le, seen.cla), (plain.data, le, 0x84));
                assert_eq!(
                    session.unwrap(&answer).unwrap(),
                    Response::new(data, StatusWord::OK)
                );
            }
        }
        let wrapped = session
            .wrap_extended(&Command::new(0x80, 0xB0, 0, 0).with_le(256))
            .unwrap();
        assert_eq!(wrapped[4..7], [0, 0, 8]);
        let (_, answer) = mirror.answer(&wrapped, &[1; 256], 0x6282);
        assert_eq!(
            session.unwrap(&answer).unwrap().status,
            StatusWord::END_OF_FILE
        );
    }
}

#[test]
fn largest_lengths_fit_exactly() {
    for level in SecurityLevel::ALL {
        let (mut session, mut mirror) = pair(level);
        let mut wrapped = |length: usize| {
            let plain = Command::new(0x80, 0xD7, 0, 0)
                .with_data(vec![0; length])
                .with_le(256);
            session.wrap(&plain).map_or(usize::MAX, |bytes| bytes.len())
        };
        for largest in [100, 255, 261, 300, 1_000, 4_096, 65_544] {
            let data = largest_plain_data(largest, level);
            assert!(wrapped(data) <= largest, "{level:?} {largest}: {data}");
            // Between short and extended length there is a gap that no APDU fills.
            assert!(wrapped(data + 16) > largest, "{level:?} {largest}: {data}");
        }
        assert_eq!(largest_plain_data(14, level), 0);

        let (mut session, _) = pair(level);
        let mut answered = |length: usize| {
            let wrapped = session.wrap(&Command::new(0x80, 0xB0, 0, 0)).unwrap();
            mirror.answer(&wrapped, &vec![0; length], 0x9000).1.len()
        };
        for largest in [258, 266, 1_000, 4_096] {
            let answer = largest_plain_answer(largest, level);
            assert!(answered(answer) <= largest, "{level:?} {largest}: {answer}");
            assert!(
                answered(answer + 1) > largest,
                "{level:?} {largest}: {answer}"
            );
        }
    }
}

#[test]
fn tampered_answers_end_the_session() {
    let answer = |mirror: &mut Mirror, session: &mut Scp03Session| {
        let wrapped = session
            .wrap(&Command::new(0x80, 0xB0, 0, 0).with_le(16))
            .unwrap();
        mirror.answer(&wrapped, b"sixteen bytes...", 0x9000).1
    };
    let (mut session, mut mirror) = pair(SecurityLevel::Full);
    let good = answer(&mut mirror, &mut session);
    for bit in 0..good.len() * 8 {
        let (mut session, mut mirror) = pair(SecurityLevel::Full);
        let mut wrong = answer(&mut mirror, &mut session);
        wrong[bit / 8] ^= 1 << (bit % 8);
        let error = session.unwrap(&wrong).unwrap_err();
        let named = matches!(error, Scp03Error::WrongMac | Scp03Error::Unprotected { .. });
        assert!(named, "bit {bit}: {error}");
        assert!(!session.is_open());
        assert!(matches!(
            session.wrap(&Command::new(0, 0, 0, 0)),
            Err(Scp03Error::Closed)
        ));
    }
    for end in 2..good.len() {
        let (mut session, mut mirror) = pair(SecurityLevel::Full);
        let whole = answer(&mut mirror, &mut session);
        let short = [&whole[..end - 2], &[0x90, 0x00]].concat();
        assert!(
            matches!(session.unwrap(&short), Err(Scp03Error::WrongMac)),
            "{end}"
        );
    }
    let (mut session, _) = pair(SecurityLevel::Full);
    session.wrap(&Command::new(0x80, 0xCA, 0, 0)).unwrap();
    assert_eq!(
        session.unwrap(&[0x6A, 0x82]).unwrap().status,
        StatusWord::FILE_NOT_FOUND
    );
}

#[test]
fn refusals_have_names() {
    let file = vectors("scp03.json");
    let vector = &file["vectors"][2];
    let keys = static_keys(vector);
    let ask = |answer: &[u8]| {
        let mut rng = Published::new(&[bytes(&vector["host_challenge"])]);
        let answer = answer.to_vec();
        initialize_update(&mut Card(move |_: &[u8]| answer.clone()), 0x30, &mut rng)
    };
    assert!(matches!(
        ask(&[0x6A, 0x88]),
        Err(Scp03Error::NoKeySet { key_version: 0x30 })
    ));
    assert!(matches!(
        ask(&[0x69, 0x85]),
        Err(Scp03Error::NoChannel { .. })
    ));
    let good = [bytes(&vector["init_update_rsp"]), vec![0x90, 0x00]].concat();
    for end in 2..good.len() - 1 {
        let short = [&good[..end - 2], &[0x90, 0x00]].concat();
        let outcome = ask(&short);
        // Without its sequence counter the answer is whole.
        let whole = short.len() == good.len() - 3;
        assert!(
            whole || matches!(outcome, Err(Scp03Error::BadAnswer { .. })),
            "{end}"
        );
    }
    let mut other = good.clone();
    other[11] = 0x02;
    assert!(matches!(
        ask(&other),
        Err(Scp03Error::NotSupported { protocol: 2, .. })
    ));
    other[11..13].copy_from_slice(&[0x03, 0x71]);
    assert!(matches!(
        ask(&other),
        Err(Scp03Error::NotSupported {
            parameter: 0x71,
            ..
        })
    ));
    other[12] = 0x10;
    let weak = ask(&other).unwrap();
    let error = weak.authenticate(&keys, SecurityLevel::Full).unwrap_err();
    assert!(matches!(
        error,
        Scp03Error::LevelNotOffered {
            parameter: 0x10,
            level: 0x33
        }
    ));

    let answer = ask(&good).unwrap();
    let wrong = StaticKeys::from_bytes(&[1; 16], &[2; 16], &[3; 16]).unwrap();
    let error = answer
        .authenticate(&wrong, SecurityLevel::Full)
        .unwrap_err();
    assert!(matches!(error, Scp03Error::WrongCardCryptogram));
    let mut card = Card(|_: &[u8]| vec![0x63, 0x00]);
    let error = answer
        .open(&mut card, &keys, SecurityLevel::Full)
        .unwrap_err();
    assert!(matches!(error, Scp03Error::RejectedHost { .. }));
    assert!(StaticKeys::from_bytes(&[1; 16], &[2; 24], &[3; 16]).is_err());
    assert_eq!(format!("{answer:?}"), "CardAnswer(key version 30)");
    assert!(!format!("{keys:?}").contains("00010203"));
}

/// The static keys stay in a token, which only computes CMACs.
#[test]
fn keys_in_a_token() {
    let file = vectors("scp03.json");
    for vector in file["vectors"].as_array().unwrap() {
        let keys = static_keys(vector);
        let context = [
            bytes(&vector["host_challenge"]),
            bytes(&vector["card_challenge"]),
        ]
        .concat();
        let session = SessionKeys::derive_with::<CryptoError>(
            |message| keys.encryption().cmac(message),
            |message| keys.mac().cmac(message),
            keys.size(),
            &context,
        )
        .unwrap();
        assert_eq!(
            text(session.encryption.as_bytes()),
            vector["s_enc"].as_str().unwrap()
        );
    }
}

#[test]
fn transport_wraps_and_closes() {
    let (session, mut mirror) = pair(SecurityLevel::Full);
    let mut count = 0;
    let card = Card(|wrapped: &[u8]| {
        count += 1;
        if count == 2 {
            vec![0x61, 0x00]
        } else {
            mirror.answer(wrapped, b"data", 0x9000).1
        }
    });
    let mut transport = Scp03Transport::new(card, session);
    let read = Command::new(0x80, 0xB0, 0, 0).with_le(4);
    assert_eq!(exchange(&mut transport, &read).unwrap().data, b"data");
    let mut endless = Scp03Transport::new(
        Card(|_: &[u8]| vec![0x61, 0x00]),
        pair(SecurityLevel::Full).0,
    );
    let error = exchange(&mut endless, &read).unwrap_err();
    assert!(
        matches!(error.find::<Scp03Error>(), Some(Scp03Error::Exchange(_))),
        "{error:?}"
    );
    assert!(error.find::<ExchangeError>().is_some());
    assert!(!endless.is_open());
    assert!(endless.transmit(&read.encode().unwrap()).is_err());
}

/// A command too long to be sent does not count: the next one is the first.
#[test]
fn commands_that_do_not_fit_leave_no_trace() {
    let (mut session, mut mirror) = pair(SecurityLevel::Full);
    let long = Command::new(0x80, 0xD6, 0, 0).with_data(vec![0; 65_535]);
    assert!(matches!(session.wrap(&long), Err(Scp03Error::Command(_))));
    let wrapped = session
        .wrap(&Command::new(0x80, 0xD6, 0, 0).with_data([7; 20]))
        .unwrap();
    assert_eq!(mirror.answer(&wrapped, &[], 0x9000).0.data, [7; 20]);
}
