//! Blank issues: good, forged, of the future, and every malformed form.

use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};

use super::*;

const NOW: i64 = 1_700_000_000;

fn heading() -> Heading {
    Heading {
        line: "line-1".into(),
        number: 7,
        entry: "0123/2".into(),
        shift: Some([5; 16]),
        issued_at: NOW,
    }
}

fn key() -> (EcKey<Private>, Vec<u8>) {
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let spki = PKey::from_ec_key(key.clone()).unwrap();
    (key, spki.public_key_to_der().unwrap())
}

fn sealed(issue: Issue, key: &EcKey<Private>) -> SignedIssue {
    let signature = EcdsaSig::sign(&issue.digest(), key).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    issue.seal(raw)
}

#[test]
fn an_issue_survives_the_wire_and_knows_its_chips() {
    let (key, spki) = key();
    let issue = Issue::new(heading(), &[[3; 10], [1; 10], [2; 10]]).unwrap();
    let bytes = sealed(issue.clone(), &key).encode();
    let signed = SignedIssue::decode(&bytes).unwrap();
    let verified = signed.verify(&spki, NOW).unwrap();
    assert_eq!((verified, verified.blanks()), (&issue, 3));
    for chip in [[1; 10], [2; 10], [3; 10]] {
        assert!(verified.contains(&chip));
    }
    // Neither beside a serial nor across two of them.
    assert!(!verified.contains(&[4; 10]));
    assert!(!verified.contains(&[1, 1, 1, 1, 1, 2, 2, 2, 2, 2]));
    assert_eq!(signed.encode(), bytes);
}

#[test]
fn a_thousand_blanks_fit_and_no_more() {
    let (key, _) = key();
    let serial = |number: usize| {
        let mut serial = [0; SERIAL_LENGTH];
        serial[2..].copy_from_slice(&(number as u64).to_be_bytes());
        serial
    };
    let chips: Vec<_> = (0..=MAX_CHIPS).map(serial).collect();
    let longest = Heading {
        line: "l".repeat(MAX_NAME_LENGTH),
        number: u64::MAX,
        entry: "e".repeat(MAX_NAME_LENGTH),
        ..heading()
    };
    let most = Issue::new(longest, &chips[1..]).unwrap();
    let bytes = sealed(most, &key).encode();
    assert!(SignedIssue::decode(&bytes).is_ok(), "{} bytes", bytes.len());
    let malformed = Err(IssueError::Malformed("chips"));
    assert_eq!(Issue::new(heading(), &chips), malformed);
    assert_eq!(Issue::new(heading(), &[]), malformed);
    assert_eq!(Issue::new(heading(), &[[1; 10]; 2]), malformed);
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let (key, spki) = key();
    let issue = Issue::new(heading(), &[[1; 10], [2; 10]]).unwrap();
    let bytes = sealed(issue, &key).encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let verdict = SignedIssue::decode(&changed)
                .and_then(|signed| signed.verify(&spki, NOW).map(|_| ()));
            assert!(verdict.is_err(), "byte {position} bit {bit}");
        }
    }
}

#[test]
fn another_key_and_the_future_are_refused() {
    let (mine, spki) = key();
    let (_, other) = key();
    let signed = sealed(Issue::new(heading(), &[[1; 10]]).unwrap(), &mine);
    assert_eq!(signed.verify(&other, NOW), Err(IssueError::BadSignature));
    assert_eq!(signed.verify(b"key", NOW), Err(IssueError::BadKey));
    assert!(signed.verify(&spki, NOW - CLOCK_DIFFERENCE).is_ok());
    let early = signed.verify(&spki, NOW - CLOCK_DIFFERENCE - 1);
    assert_eq!(early, Err(IssueError::NotYet { issued_at: NOW }));
}

#[test]
fn other_encodings_and_orders_are_refused() {
    let (key, _) = key();
    let good = Issue::new(heading(), &[[1; 10], [2; 10]]).unwrap();
    let mut fields = array(&good.to_be_signed(), "fields", 7).unwrap();
    fields[6] = Value::Bytes([[2; 10], [1; 10]].concat());
    let body = encode(&Value::Array(fields));
    let signature = sealed(good, &key).signature;
    let signed = encode(&Value::Array(vec![
        Value::Bytes(body),
        Value::Bytes(signature),
    ]));
    let refused = SignedIssue::decode(&signed).unwrap_err();
    assert_eq!(refused, IssueError::Malformed("chips"));
    for bytes in [
        &b""[..],
        b"\x80",
        b"\x82\x40\x40",
        &[0; MAX_ENCODED_LENGTH + 1],
    ] {
        assert!(SignedIssue::decode(bytes).is_err());
    }
}
