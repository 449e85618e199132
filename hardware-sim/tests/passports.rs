//! Chips with the profile of a passport: basic access control and active authentication, and all that they refuse.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

use crate::bench;
use std::time::Duration;

use crate::bench::{
    Bench, MRZ_PASSWORD, Scripted, ask, ecdsa_key_command, enter, enter_with_mrz, file, hex,
    locked_card, passport, rsa_key_command, seeded, signing_key, small_card, vectors,
};
use hardware_sim::card::profile::Profile;
use icao9303::active_authentication::{self, ActiveAuthenticationError};
use icao9303::apdu::Command;
use icao9303::bac::BacError;
use icao9303::lds::{DataGroup, ElementaryFile};
use icao9303::reading::{self, ChunkSize, MAX_FILE};
use icao9303::secure_messaging::SecureTransport;

fn bac_passport(make_key: Option<&Command>) -> (Bench, Option<Vec<u8>>) {
    let profile = Profile::BacPassport;
    passport(profile, &small_card(), &MRZ_PASSWORD, make_key, seeded(21))
}

/// 9303-11 appendix D: authentication, then EF.COM, byte for byte.
#[test]
fn session_of_icao_appendix_d() {
    let vector = &vectors("access_icao.json")["bac"];
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    let draws = [hex(&text("rnd_ic")), hex(&text("k_ic"))];
    let rng = Scripted::draws(&[&draws[0], &draws[1]]);
    let mrz = hex(&text("sha1")).try_into().unwrap();
    let files = [file(true, 0x011E, 0x1E, 0x01, &hex(&text("ef_com")))];
    let (mut bench, _) = passport(Profile::BacPassport, &files, &mrz, None, rng);
    assert_eq!(bench.send("00A4040C07A0000002471001"), "9000");
    assert_eq!(bench.send("0084000008"), text("rnd_ic") + "9000");
    let answer = bench.send(&text("ext_auth_capdu"));
    assert_eq!(answer, text("ext_auth_rdata") + "9000");
    for step in vector["sm"].as_array().unwrap() {
        let answer = bench.send(step["capdu"].as_str().unwrap());
        assert_eq!(answer, step["rapdu"].as_str().unwrap());
    }
}

#[test]
fn the_whole_chip_is_read_through_triple_des() {
    let (mut bench, _) = bac_passport(None);
    for chunk in [
        ChunkSize::SHORT,
        ChunkSize::from_largest_response(4_096, true),
    ] {
        bench.run("reset");
        let mut session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
        let large = ElementaryFile::DataGroup(DataGroup::DG2);
        reading::select_file(&mut session, large).unwrap();
        for (offset, le) in [(0_usize, 0xE7_usize), (0x7F00, 0x20)] {
            let [.., high, low] = offset.to_be_bytes();
            let answer = ask(&mut session, &format!("00B0{high:02X}{low:02X}{le:02X}"));
            let expected = &small_card()[4].content[offset..offset + le];
            assert_eq!(answer, ::hex::encode_upper(expected) + "9000");
        }
        // One more than fits into a short answer.
        assert_eq!(ask(&mut session, "00B00000E8"), "6700");
        let whole = small_card()[4].content.clone();
        let command = Command::new(0, 0xB0, 0x82, 0).with_le(chunk.bytes());
        let bytes = if chunk == ChunkSize::SHORT {
            command.encode().unwrap()
        } else {
            command.encode_extended().unwrap()
        };
        let answer = ask(&mut session, &::hex::encode(bytes));
        assert_eq!(
            answer,
            ::hex::encode_upper(&whole[..chunk.bytes()]) + "9000"
        );
        // A fingerprint file is as closed as behind PACE.
        assert_eq!(ask(&mut session, "00B0830010"), "6982");
        let common = reading::read_file(&mut session, ElementaryFile::Com, chunk, MAX_FILE);
        assert_eq!(common.unwrap(), small_card()[1].content);
    }
}

#[test]
fn what_a_profile_has_not_is_refused() {
    // An identity card: no basic access control, no active authentication.
    let mut card = locked_card();
    card.run(
        "> 00A4040C07A0000002471001
         < 9000
         > 0084000008
         < 6D00
         > 0088000008010203040506070800
         < 6D00",
    );
    let challenge = "0088000008010203040506070800";
    assert_eq!(ask(&mut enter(&mut card), challenge), "6D00");
    // A passport from before PACE.
    let (mut bench, _) = bac_passport(None);
    assert_eq!(bench.card.profile(), Profile::BacPassport);
    bench.run(
        "> 0022C1A40F800A04007F00070202040202830102
         < 6A81
         # Without a session nothing is signed, in one nothing without a key.
         > 0088000008010203040506070800
         < 6982",
    );
    let mut session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
    assert_eq!(ask(&mut session, challenge), "6A88");
    // One of the years between opens to both.
    let files = small_card();
    let (mut bench, _) = passport(Profile::Passport, &files, &MRZ_PASSWORD, None, seeded(5));
    assert_eq!(ask(&mut enter(&mut bench), "00B09C0001"), "319000");
    bench.run("reset");
    assert!(enter_with_mrz(&mut bench, &MRZ_PASSWORD).is_ok());
}

#[test]
fn basic_access_out_of_order() {
    let (mut bench, _) = bac_passport(None);
    let token = "00".repeat(40);
    bench.run(&format!(
        "# Outside the application, without a challenge, with wrong parameters and lengths.
         > 0084000008
         < 6985
         > 00A4040C07A0000002471001
         < 9000
         > 0082000028{token}28
         < 6985
         > 0084010008
         < 6A86
         > 0084000004
         < 6700
         > 0084000008
         < ..9000
         > 0082000027{short}28
         < 6700
         # That was its challenge.
         > 0082000028{token}28
         < 6985
         > 0084000008
         < ..9000
         > 0082000028{token}
         < 6700
         > 0084000008
         < ..9000
         > 0082000028{token}28
         < 6300
         > 0082000028{token}28
         < 6985
         # Files stay closed.
         > 00B0810004
         < 6982
         > 0084000008
         < ..9000
         reset
         > 00A4040C07A0000002471001
         < 9000
         > 0082000028{token}28
         < 6985",
        short = "00".repeat(39),
    ));
}

/// A recorded answer is none for another challenge.
#[test]
fn a_replay_is_refused() {
    let (mut bench, _) = bac_passport(None);
    let mut recorded = Vec::new();
    bench.run("> 00A4040C07A0000002471001\n < 9000");
    let challenge = hex(&bench.send("0084000008"))[..8].to_vec();
    let mrz = icao9303::pace::Password::mrz_hash(&MRZ_PASSWORD);
    let keys = icao9303::bac::AccessKeys::from_password(&mrz).unwrap();
    let (_, command) =
        icao9303::bac::Authentication::start(&keys, &challenge, &mut bench::host()).unwrap();
    recorded.extend(command.encode().unwrap());
    let recorded = ::hex::encode_upper(recorded);
    assert!(bench.send(&recorded).ends_with("9000"));
    bench.run("reset\n > 00A4040C07A0000002471001\n < 9000\n > 0084000008\n < ..9000");
    assert_eq!(bench.send(&recorded), "6300");
}

#[test]
fn wrong_keys_make_the_chip_slow_and_the_right_one_forgives() {
    let (mut bench, _) = bac_passport(None);
    let pause = |bench: &mut Bench| {
        bench.run("reset\n > 00A4040C07A0000002471001\n < 9000");
        bench.card.process(&hex("0084000008")).unwrap().effort.pause
    };
    let mut pauses = vec![pause(&mut bench)];
    for _ in 0..10 {
        let error = enter_with_mrz(&mut bench, &[7; 20]).unwrap_err();
        assert!(matches!(error, BacError::WrongPassword { .. }), "{error}");
        pauses.push(pause(&mut bench));
    }
    let millis: Vec<_> = pauses.iter().map(Duration::as_millis).collect();
    let expected = [
        0, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
    ];
    assert_eq!(millis, expected);
    // Kept through power failures: the chip was off between the tries.
    let mut bench = bench.reload(seeded(6));
    assert_eq!(pause(&mut bench), Duration::from_secs(10));
    assert!(enter_with_mrz(&mut bench, &MRZ_PASSWORD).is_ok());
    assert_eq!(pause(&mut bench), Duration::ZERO);
}

#[test]
fn an_unprotected_command_ends_the_session() {
    let (mut bench, _) = bac_passport(None);
    let session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
    let _ = session.into_card();
    bench.run("> 00B0810004\n < 6982\n > 0CB08100 0D 970104 8E080000000000000000 00\n < 6882");
    let mut session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
    assert_eq!(ask(&mut session, "00B0810004"), "616161619000");
    let _ = session.into_card();
    bench.run("> 0CB08100 0D 970104 8E080000000000000000 00\n < 6988\n > 00B0810004\n < 6982");
}

#[test]
fn both_kinds_of_keys_sign() {
    for (command, described) in [
        (ecdsa_key_command(), "ECDSA on brainpoolP256r1 with SHA-256"),
        (rsa_key_command(), "RSA-2048"),
    ] {
        let (bench, public_key) = bac_passport(Some(&command));
        let key = signing_key(&public_key.unwrap());
        assert_eq!(key.describe(), described);
        let mut bench = bench.reload(seeded(8));
        let mut session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
        for _ in 0..3 {
            active_authentication::perform(&mut session, &key, &mut bench::host()).unwrap();
        }
        for (wrong, status) in [
            ("008800000701020304050607 00", "6700"),
            ("00880000090102030405060708 09 00", "6700"),
            ("0088010008010203040506070800", "6A86"),
            ("00880000080102030405060708", "6700"),
        ] {
            assert_eq!(ask(&mut session, wrong), status);
        }
        // An RSA signature does not fit into a short answer.
        let short = ask(&mut session, "0088000008010203040506070800");
        assert_eq!(short == "6700", described == "RSA-2048", "{short}");
    }
}

/// The key of one chip is not that of another.
#[test]
fn a_copy_cannot_sign() {
    let (_, public_key) = bac_passport(Some(&ecdsa_key_command()));
    let key = signing_key(&public_key.unwrap());
    let (files, command) = (small_card(), ecdsa_key_command());
    let profile = Profile::BacPassport;
    let (mut copy, _) = passport(profile, &files, &MRZ_PASSWORD, Some(&command), seeded(99));
    let mut session = enter_with_mrz(&mut copy, &MRZ_PASSWORD).unwrap();
    let error = active_authentication::perform(&mut session, &key, &mut bench::host()).unwrap_err();
    let wrong = matches!(error, ActiveAuthenticationError::WrongSignature { .. });
    assert!(wrong, "{error}");
}

#[test]
fn keys_are_made_as_the_profile_and_the_curve_allow() {
    let blank = |profile| {
        let mut blank =
            hardware_sim::card::maker::Blank::new(bench::SERIAL, bench::transport_keys());
        blank.profile = profile;
        let mut bench = Bench::with(&blank, seeded(31));
        bench::replace_keys(&mut bench);
        bench
    };
    let make = |bench: &mut Bench, data: &str, le: usize| {
        let mut channel = bench.channel(0x31, &bench::centre_keys()).unwrap();
        let command = Command::new(0x80, 0x47, 0x80, 0)
            .with_data(hex(data))
            .with_le(le);
        bench::answer(&mut channel, &command).status.to_string()
    };
    let mut card = blank(Profile::IdentityCard);
    assert_eq!(make(&mut card, "A4 03 80010D", 256), "6A81");
    assert_eq!(make(&mut card, "B6 06 84010D 80010D", 256), "9000");
    let mut passport = blank(Profile::Passport);
    for (data, le, status) in [
        ("A4 03 80010C", 256, "6A88"),
        ("A4 04 81020400", 1_024, "6A88"),
        ("A4 04 81020800", 256, "6700"),
        ("A4 00", 256, "6A80"),
        ("A4 07 80010D 81020800", 256, "6A80"),
        ("A5 03 80010D", 256, "6A80"),
        ("A4 03 80010D 00", 256, "6A80"),
        ("A4 03 80010D", 256, "9000"),
        ("A4 04 81020800", 1_024, "9000"),
    ] {
        assert_eq!(make(&mut passport, data, le), status, "{data}");
    }
    // Basic access control has no use for a CAN: such a chip could never be opened.
    let mut bac = blank(Profile::BacPassport);
    let keys = bench::centre_keys();
    let mut channel = bac.channel(0x31, &keys).unwrap();
    let mut groupings = icao9303::scp03::Groupings::new();
    let can = icao9303::tlv::encode(0x82, b"123456");
    groupings
        .push_encrypted(0x8010, &can, keys.data_encryption())
        .unwrap();
    bench::order(&mut channel, &groupings.commands(1_000).unwrap().remove(0));
    let lock = bench::answer(&mut channel, &bench::status_command(0x05));
    assert_eq!(lock.status.to_string(), "6985");
    let secrets = bench::secrets_command("123456", &MRZ_PASSWORD, keys.data_encryption());
    bench::order(&mut channel, &secrets);
    bench::order(&mut channel, &bench::status_command(0x05));
}

/// Chip authentication with AES after basic access control: the keys change, the card goes on.
#[test]
fn chip_authentication_follows_basic_access() {
    use icao9303::chip_authentication::{self, ChipAuthenticationParameters};
    use icao9303::security_info::{
        ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfo, SecurityInfos,
        SubjectPublicKey,
    };
    let command = bench::key_pair_command();
    let (mut bench, public_key) = bac_passport(Some(&command));
    let public_key = public_key.unwrap();
    let mut reader =
        icao9303::tlv::Reader::new(icao9303::tlv::parse_exact(&public_key, 0x7F49).unwrap());
    reader.expect(0x06).unwrap();
    let point = reader.expect(0x86).unwrap();
    let infos = SecurityInfos {
        infos: vec![
            SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
                protocol: icao9303::oid::CA_ECDH_AES_256,
                version: 1,
                key_id: Some(13),
            }),
            SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                protocol: icao9303::oid::CHIP_AUTHENTICATION_KEY_ECDH,
                public_key: SubjectPublicKey::standardised(13, point),
                key_id: Some(13),
            }),
        ],
    };
    let parameters = ChipAuthenticationParameters::select(&infos).unwrap();
    let mut session: SecureTransport<_> = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
    chip_authentication::perform(&mut session, &parameters, &mut bench::host()).unwrap();
    assert_eq!(ask(&mut session, "00B0810004"), "616161619000");
}

/// Power pulled before every page that the making of a key writes: no key, or the whole one.
#[test]
fn keys_are_whole_wherever_power_fails() {
    for (command, least) in [(ecdsa_key_command(), 3), (rsa_key_command(), 11)] {
        let mut points = 0;
        for page in 0.. {
            let blank = hardware_sim::card::maker::Blank {
                profile: Profile::Passport,
                ..hardware_sim::card::maker::Blank::new(bench::SERIAL, bench::transport_keys())
            };
            let mut bench = Bench::with(&blank, seeded(41));
            bench::replace_keys(&mut bench);
            let keys = bench::centre_keys();
            let mut channel = bench.channel(0x31, &keys).unwrap();
            // The first key is there before power fails.
            let first = bench::order(&mut channel, &ecdsa_key_command());
            let card = channel.into_card();
            card.set_power_fuse(Some(page));
            drop(bench.channel(0x31, &keys).map(|mut channel| {
                bench::try_answer(&mut channel, &command).map(|answer| answer.data)
            }));
            let torn = bench.card.process(&hex("80CA005A01")).is_err();
            let mut bench = bench.reload(seeded(42));
            let mut channel = bench.channel(0x31, &keys).unwrap();
            for file in small_card() {
                bench::order(&mut channel, &bench::create_command(&file));
            }
            let secrets = bench::secrets_command("123456", &MRZ_PASSWORD, keys.data_encryption());
            bench::order(&mut channel, &secrets);
            bench::order(&mut channel, &bench::status_command(0x05));
            bench.run("reset");
            let mut session = enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap();
            let old = signing_key(&first);
            let mut rng = bench::host();
            let result = active_authentication::perform(&mut session, &old, &mut rng);
            // Either the first key still signs, or a whole other one does.
            if result.is_err() {
                let extended = "00880000000008 0102030405060708 0100";
                let answer = ask(&mut session, extended);
                assert!(answer.ends_with("9000"), "page {page}: {answer}");
                assert!(answer.len() == 132 || answer.len() == 516, "page {page}");
            }
            if !torn {
                assert!(result.is_err(), "the second key was answered");
                break;
            }
            points += 1;
        }
        assert!(points >= least, "{points} tear points");
    }
}

/// Pulling the card tells nothing: a try is counted before it is checked.
#[test]
fn a_try_is_counted_wherever_power_fails() {
    let (mut bench, _) = bac_passport(None);
    for page in 0..3 {
        bench.run("reset\n > 00A4040C07A0000002471001\n < 9000");
        let before = bench.card.process(&hex("0084000008")).unwrap().effort.pause;
        bench.card.set_power_fuse(Some(page));
        let answered = bench
            .card
            .process(&hex(&format!("0082000028{}28", "55".repeat(40))));
        bench.card.set_power_fuse(None);
        bench = bench.reload(seeded(9));
        bench.run("> 00A4040C07A0000002471001\n < 9000");
        let after = bench.card.process(&hex("0084000008")).unwrap().effort.pause;
        // Whoever heard an answer has been counted.
        assert_eq!(after > before, page > 0, "page {page}");
        assert_eq!(answered.is_ok(), page > 0, "page {page}");
    }
}
