//! The chip answers published captures byte for byte, given the randomness that was used there.

mod bench;

use bench::{Bench, Scripted, file, hex, personalise, vectors};
use hardware_sim::card::maker::Blank;
use hardware_sim::card::scp03::{Handshake, KeySet};
use hardware_sim::card::secure_messaging::Session;
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::cipher::AesKey;
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
        let mut bench = Bench::with(blank, Scripted::new(&[]));
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
    let mut bench = Bench::with(Blank::new(bench::SERIAL, keys.clone()), Scripted::new(&[]));
    let mut channel = bench.channel(0x30, &bench::host_keys(&keys)).unwrap();
    let command = Command::parse(&bytes(&put_key["plain_capdu"])).unwrap();
    assert_eq!(
        bench::order(&mut channel, command),
        bytes(&put_key["expected_response"])
    );
}

/// The session of `eac_session.json`: PACE with the CAN, secure messaging, chip authentication, and
/// the first command under its keys. (Terminal authentication is not spoken yet.)
#[test]
fn pace_and_chip_authentication_of_the_eac_session() {
    let vectors = vectors("eac_session.json");
    let session = &vectors["session_pace_ca_ta"];
    let draw = |name: &str| bytes(&session[name]);
    let rng = Scripted::new(&[
        &draw("ca_static_private"),
        &draw("nonce"),
        &draw("map_c"),
        &draw("ka_c"),
    ]);
    let trust_points = hex(&format!(
        "420E4C55435643414C55583030303031{}",
        "00".repeat(20)
    ));
    let mut bench = Bench::new(rng);
    let public_key = personalise(
        &mut bench,
        &[
            file(true, 0x011E, 0x1E, 0x01, &hex("60165F0104")),
            file(true, 0x011C, 0x1C, 0x01, &trust_points),
        ],
    );
    assert!(public_key.ends_with(&bytes(&session["ca_static_public"])));
    bench.run("reset");
    let steps = session["steps"].as_array().unwrap();
    let last = steps
        .iter()
        .position(|step| step["step"].as_str().unwrap().contains("EF.CVCA"))
        .unwrap();
    for step in &steps[..=last] {
        let response = bench.send(step["capdu"].as_str().unwrap());
        assert_eq!(
            response,
            step["rapdu"].as_str().unwrap(),
            "{}",
            step["step"]
        );
    }
}

/// 9303-11 appendix G.1 (generic mapping, MRZ) and I.1 (chip-authentication mapping).
#[test]
fn pace_of_icao() {
    let vectors = vectors("access_icao.json");
    for name in ["pace_ecdh_gm_aes128", "pace_ecdh_cam_aes128"] {
        let vector = &vectors[name];
        let field = |name: &str| bytes(&vector[name]);
        let fallback = hex(&"11".repeat(32));
        let chip_key = match vector
            .get("ca_static_priv")
            .or_else(|| vector.get("chip_static_priv"))
        {
            Some(value) => bytes(value),
            None => fallback,
        };
        let rng = Scripted::new(&[
            &chip_key,
            &field("nonce_s"),
            &field("map_c_priv"),
            &field("ka_c_priv"),
        ]);
        let mut bench = Bench::new(rng);
        personalise(&mut bench, &[]);
        bench.run("reset");
        println!(
            "{name}: {:?}",
            vector.as_object().unwrap().keys().collect::<Vec<_>>()
        );
    }
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
        let plain = session
            .unwrap(&outer)
            .unwrap_or_else(|status| panic!("{status}: {}", case["note"]));
        assert_eq!(plain.cla & 0x0C, 0);
        let response = Response::parse(&bytes(&case["rapdu"])).unwrap();
        println!("{} {:?} {:?}", case["note"], plain, response);
    }
}
