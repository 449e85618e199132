//! The chip answers published captures byte for byte, given the randomness that was used there.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::terminals::{day, personalise_trusting};
use crate::bench::{Bench, Scripted, file, hex, vectors};
use hardware_sim::card::Randomness;
use hardware_sim::card::maker::Blank;
use hardware_sim::card::scp03::{Handshake, KeySet};
use hardware_sim::card::secure_messaging::Session;
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::cipher::{AesKey, unpad};
use icao9303::cvc::Certificate;
use icao9303::tlv;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::EcGroup;
use openssl::nid::Nid;
use serde_json::Value;

fn bytes(value: &Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

fn aes(value: &Value) -> AesKey {
    AesKey::from_bytes(&bytes(value)).unwrap()
}

/// The security domain whose card challenges the captures show (the eUICC's ISD-R).
const CAPTURED_DOMAIN: &str = "A0000005591010FFFFFFFF8900000100";

#[test]
fn scp03_captures_of_real_cards() {
    let captures = vectors("scp03.json");
    for capture in captures["vectors"].as_array().unwrap() {
        let initialize_update = bytes(&capture["init_update"]);
        let expected = bytes(&capture["init_update_rsp"]);
        let keys = KeySet {
            version: initialize_update[2],
            enc: aes(&capture["key_enc"]),
            mac: aes(&capture["key_mac"]),
            dek: aes(&capture["key_dek"]),
        };
        let sequence = expected[29..32].try_into().unwrap();
        // The whole exchange with a chip that has seen as many sessions as the captured card …
        let blank = Blank {
            security_domain: hex(CAPTURED_DOMAIN),
            sequence_counter: u16::from(expected[31]) - 1,
            ..Blank::new([0; 10], keys.clone())
        };
        let mut bench = Bench::with(&blank, Scripted::draws(&[]));
        let answered = bench.card.process(&initialize_update).unwrap().response;
        assert_eq!(answered, [&expected[..], &[0x90, 0x00]].concat());
        let external = bytes(&capture["ext_auth"]);
        assert_eq!(
            bench.card.process(&external).unwrap().response,
            [0x90, 0x00]
        );
        // … and the channel by itself, since the captured commands are another application's.
        let challenge = bytes(&capture["host_challenge"]).try_into().unwrap();
        let handshake =
            Handshake::begin(&keys, sequence, &hex(CAPTURED_DOMAIN), &challenge).unwrap();
        let mut channel = handshake
            .finish(&Command::parse(&external).unwrap())
            .unwrap();
        for (number, command) in capture["cmds"].as_array().unwrap().iter().enumerate() {
            let wrapped = Command::parse(&bytes(&command["wrapped"])).unwrap();
            let plain = Command::parse(&bytes(&command["plain"])).unwrap();
            let unwrapped = channel.unwrap(&wrapped, false).unwrap();
            assert_eq!(
                (unwrapped.header(), unwrapped.data),
                (plain.header(), plain.data)
            );
            if number == 0 {
                let answer = Response::new(bytes(&capture["get_eid_rsp_plain"]), StatusWord::OK);
                let wrapped = channel.wrap(answer).unwrap();
                assert_eq!(wrapped.data, bytes(&capture["get_eid_rsp_wrapped"]));
            }
        }
    }
}

#[test]
fn put_key_with_the_published_check_values() {
    let put_key = &vectors("scp03.json")["extras"]["put_key"];
    let dek = AesKey::from_bytes(&bytes(&put_key["dek"])).unwrap();
    let keys = KeySet {
        version: 0x30,
        enc: dek.clone(),
        mac: dek.clone(),
        dek,
    };
    let mut bench = Bench::with(
        &Blank::new(bench::SERIAL, keys.clone()),
        Scripted::draws(&[]),
    );
    let mut channel = bench.channel(0x30, &bench::host_keys(&keys)).unwrap();
    let command = Command::parse(&bytes(&put_key["plain_capdu"])).unwrap();
    assert_eq!(
        bench::order(&mut channel, &command),
        bytes(&put_key["expected_response"])
    );
}

/// The session of `eac_session.json`, all 18 commands: PACE with the CAN, secure messaging, chip
/// authentication, terminal authentication, and the fingers.
#[test]
fn pace_chip_and_terminal_authentication_of_the_eac_session() {
    let vectors = vectors("eac_session.json");
    let session = &vectors["session_pace_ca_ta"];
    let draw = |name: &str| bytes(&session[name]);
    let rng = Scripted::draws(&[
        &draw("ca_static_private"),
        &draw("nonce"),
        &draw("map_c"),
        &draw("ka_c"),
        &draw("ta_r_ic"),
    ]);
    let mut bench = Bench::new(rng);
    let authority = bytes(&vectors["cvc_chain"]["cvca_self_signed"]["certificate"]);
    let authority = Certificate::parse(&authority).unwrap();
    let public_key = personalise_trusting(
        &mut bench,
        &[
            file(true, 0x011E, 0x1E, 0x01, &hex("60165F0104")),
            file(true, 0x0103, 0x03, 0x02, &hex("63038201A17F61")),
        ],
        &[&authority],
        day(2026, 9, 20),
    );
    assert_eq!(public_key, bytes(&session["ca_static_public"]));
    bench.run("reset");
    let steps = session["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 18);
    for step in steps {
        let response = bench.send(step["capdu"].as_str().unwrap());
        let mut expected = step["rapdu"].as_str().unwrap().to_owned();
        if step["step"]
            .as_str()
            .unwrap()
            .contains("mutual authentication")
        {
            // Our chip names its trust point here as well as in EF.CVCA.
            let name = tlv::encode(0x87, b"LUCVCALUX00001");
            let token = tlv::encode(0x86, &draw("t_ic"));
            let answer = tlv::encode_constructed(0x7C, &[&token, &name]);
            expected = format!("{}9000", ::hex::encode_upper(answer));
        }
        assert_eq!(response, expected, "{}", step["step"]);
    }
    assert_eq!(bench.card.card_date(), Some(day(2026, 9, 20)));
}

/// 9303-11 appendix G.1: generic mapping with the MRZ, the five commands as they are printed.
#[test]
fn pace_of_icao_with_generic_mapping() {
    let vectors = vectors("access_icao.json");
    let vector = &vectors["pace_ecdh_gm_aes128"];
    let mut bench = chip_of_icao(vector, &[0x11; 32]);
    let commands = vector["apdus"].as_array().unwrap();
    let responses = vector["responses"].as_array().unwrap();
    assert_eq!(commands.len(), 5);
    for (command, response) in commands.iter().zip(responses) {
        assert_eq!(
            bench.send(command.as_str().unwrap()),
            response.as_str().unwrap()
        );
    }
}

/// 9303-11 appendix I.1: chip-authentication mapping, up to the chip's proof of its key.
#[test]
fn pace_of_icao_with_chip_authentication_mapping() {
    let vectors = vectors("access_icao.json");
    let vector = &vectors["pace_ecdh_cam_aes128"];
    let field = |name: &str| vector[name].as_str().unwrap();
    let mut bench = chip_of_icao(vector, &bytes(&vector["derived_sk_ic"]));
    bench.run(&format!(
        "> 0022C1A4 0F 800A {oid} 830101
         < 9000
         > 10860000 02 7C00 00
         < 7C12 8010 {z} 9000
         > 10860000 45 7C43 8141 {map_t} 00
         < 7C43 8241 {map_c} 9000
         > 10860000 45 7C43 8341 {ka_t} 00
         < 7C43 8441 {ka_c} 9000
         > 00860000 0C 7C0A 8508 {t_ifd} 00
         < 7C3C 8608 {t_ic} 8A30 {proof} 9000",
        oid = field("oid"),
        z = field("nonce_z"),
        map_t = field("map_t_pub"),
        map_c = field("map_c_pub"),
        ka_t = field("ka_t_pub"),
        ka_c = field("ka_c_pub"),
        t_ifd = field("t_ifd"),
        t_ic = field("t_ic"),
        proof = field("encrypted_ca_data"),
    ));
}

/// Runs recorded from OpenPACE, an independent program: the chip's half with AES-128, -192 and -256.
#[test]
fn pace_of_openpace() {
    let vectors = vectors("openpace_pace.json");
    let number = |run: &Value, name: &str| run[name].as_u64().unwrap();
    let runs = vectors["runs"].as_array().unwrap().iter();
    let ours: Vec<_> = runs
        .filter(|run| number(run, "parameter_id") == 13)
        .collect();
    assert_eq!(ours.len(), 3);
    for run in ours {
        let field = |name: &str| run[name].as_str().unwrap();
        let draw = |name: &str| bytes(&run[name]);
        let rng = Scripted::draws(&[
            &[0x11; 32],
            &draw("nonce"),
            &draw("map_chip_private"),
            &draw("chip_private"),
        ]);
        let mut bench = locked(rng, "271828", &[0; 20]);
        bench.run(&format!(
            "> 0022C1A4 0F 800A04007F000702020402{:02X} 830102
             < 9000
             > 10860000 02 7C00 00
             < 7C12 8010 {} 9000
             > 10860000 45 7C43 8141 {} 00
             < 7C43 8241 {} 9000
             > 10860000 45 7C43 8341 {} 00
             < 7C43 8441 {} 9000
             > 00860000 0C 7C0A 8508 {} 00
             < 7C0A 8608 {} 9000",
            number(run, "aes_bits") / 64,
            field("nonce_encrypted"),
            field("map_terminal"),
            field("map_chip"),
            field("terminal"),
            field("chip"),
            field("token_terminal"),
            field("token_chip"),
        ));
    }
}

/// A locked chip with the MRZ password and the draws of one of ICAO's examples.
fn chip_of_icao(vector: &Value, chip_key: &[u8]) -> Bench {
    let draw = |name: &str| bytes(&vector[name]);
    let rng = Scripted::draws(&[
        chip_key,
        &draw("nonce_s"),
        &reduced(&draw("map_c_priv")),
        &reduced(&draw("ka_c_priv")),
    ]);
    locked(rng, bench::CAN, &draw("K").try_into().unwrap())
}

/// A locked chip with a key of its own and these passwords, and no files.
fn locked(rng: Randomness, can: &str, mrz: &[u8; 20]) -> Bench {
    let mut bench = Bench::new(rng);
    bench::replace_keys(&mut bench);
    let keys = bench::centre_keys();
    let mut channel = bench.channel(0x31, &keys).unwrap();
    let secrets = bench::secrets_command(can, mrz, keys.data_encryption());
    for command in [
        bench::key_pair_command(),
        secrets,
        bench::status_command(0x05),
    ] {
        bench::order(&mut channel, &command);
    }
    bench.run("reset");
    bench
}

/// ICAO prints an ephemeral key above the order of the curve; the chip draws between 1 and the order.
fn reduced(scalar: &[u8]) -> Vec<u8> {
    let mut context = BigNumContext::new().unwrap();
    let mut order = BigNum::new().unwrap();
    let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P256R1).unwrap();
    group.order(&mut order, &mut context).unwrap();
    let mut reduced = BigNum::new().unwrap();
    reduced
        .nnmod(&BigNum::from_slice(scalar).unwrap(), &order, &mut context)
        .unwrap();
    reduced.to_vec_padded(32).unwrap()
}

/// Secure messaging at its edges, both directions, with the published keys.
#[test]
fn secure_messaging_edge_cases() {
    let vectors = vectors("eac_session.json");
    let keys = &vectors["session_pace_ca_ta"];
    for case in vectors["sm_aes_edge_cases"].as_array().unwrap() {
        let before = u128::from_be_bytes(bytes(&case["ssc_before"]).try_into().unwrap());
        let mut session = Session::resume(aes(&keys["ks_enc_ca"]), aes(&keys["ks_mac_ca"]), before);
        let outer = Command::parse(&bytes(&case["capdu"])).unwrap();
        let plain = session.unwrap(&outer).unwrap();
        let expected = case["plain"].as_str().unwrap();
        let header = ::hex::encode_upper(plain.header());
        assert!(expected.starts_with(&header), "{}", case["note"]);
        // The published response, taken apart, and put together again by the chip.
        let response = Response::parse(&bytes(&case["rapdu"])).unwrap();
        let status = object(&response.data, 0x99).try_into().unwrap();
        let encrypted = match plain.ins & 1 {
            1 => object(&response.data, 0x85),
            _ => object(&response.data, 0x87).into_iter().skip(1).collect(),
        };
        let enc = aes(&keys["ks_enc_ca"]);
        let iv = enc.encrypt_block(&(before + 2).to_be_bytes()).unwrap();
        let padded = enc.decrypt_cbc(&iv, &encrypted).unwrap();
        let data = if padded.is_empty() {
            &[]
        } else {
            unpad(&padded).unwrap()
        };
        let plain_answer = Response::new(data, StatusWord(u16::from_be_bytes(status)));
        let answer = session.wrap(plain.ins, &plain_answer).unwrap();
        assert_eq!(answer.data, response.data, "{}", case["note"]);
    }
}

/// The value of an object, or nothing.
fn object(data: &[u8], tag: u16) -> Vec<u8> {
    let mut reader = tlv::Reader::new(data);
    while let Some(element) = reader.next_element().unwrap() {
        if element.tag == tag {
            return element.value.to_vec();
        }
    }
    Vec::new()
}
