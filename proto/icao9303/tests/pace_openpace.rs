//! Every curve and key length of generic mapping against an independent program: runs recorded from OpenPACE.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::{Card, Published, bytes, text, vectors};
use icao9303::apdu::Command;
use icao9303::pace::{self, PaceParameters, Password};
use icao9303::security_info::PaceInfo;
use icao9303::tlv;
use serde_json::Value;

#[test]
fn recorded_runs() {
    let file = vectors("openpace_pace.json");
    let runs = file["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 27);
    for run in runs {
        replay(run);
    }
}

/// The chip's answers are OpenPACE's; what we send must be OpenPACE's terminal byte for byte.
fn replay(run: &Value) {
    let cipher = run["aes_bits"].as_u64().unwrap() / 64;
    let info = PaceInfo {
        protocol: format!("0.4.0.127.0.7.2.2.4.2.{cipher}").parse().unwrap(),
        version: 2,
        parameter_id: run["parameter_id"].as_u64(),
    };
    let parameters = PaceParameters::from_info(&info).unwrap();
    let exchanges = [
        ("nonce_encrypted", 0x80, None),
        ("map_chip", 0x82, Some(("map_terminal", 0x81))),
        ("chip", 0x84, Some(("terminal", 0x83))),
        ("token_chip", 0x86, Some(("token_terminal", 0x85))),
    ];
    let mut step = 0;
    let mut card = Card(|command: &[u8]| {
        let command = Command::parse(command).unwrap();
        step += 1;
        if step == 1 {
            return vec![0x90, 0x00];
        }
        let (answer, tag, sent) = exchanges[step - 2];
        if let Some((sent, tag)) = sent {
            let data = tlv::encode(0x7C, &tlv::encode(tag, &bytes(&run[sent])));
            assert_eq!(text(&command.data), text(&data), "{sent}");
        }
        let data = tlv::encode(0x7C, &tlv::encode(tag, &bytes(&run[answer])));
        [data, vec![0x90, 0x00]].concat()
    });
    let private = ["map_terminal_private", "terminal_private"].map(|name| bytes(&run[name]));
    let password = Password::can("271828").unwrap();
    let mut rng = Published::new(&private);
    let established = pace::perform(&mut card, &parameters, &password, &mut rng).unwrap();
    let keys = established.keys();
    assert_eq!(
        text(keys.encryption.as_bytes()),
        run["ks_enc"].as_str().unwrap()
    );
    assert_eq!(
        text(keys.authentication.as_bytes()),
        run["ks_mac"].as_str().unwrap()
    );

    let command = Command::new(0x00, 0xD6, 0x00, 0x00).with_data(bytes(&run["sm_data"]));
    let protected = established.secure_messaging().protect(&command).unwrap();
    let expected = format!(
        "0CD600002D872101{}8E08{}00",
        run["sm_encrypted"].as_str().unwrap(),
        run["sm_mac"].as_str().unwrap()
    );
    assert_eq!(text(&protected), expected);
}
