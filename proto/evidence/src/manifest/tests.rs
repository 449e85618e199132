//! Manifests: good, forged, of the future, and every malformed form.

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
        shipment: [7; 16],
        number: 12,
        container: Container::Bag,
        seal: "CTIE-004711".into(),
        destination: "L-0304".into(),
        sealed_at: NOW,
        sealers: [[1; 16], [2; 16]],
    }
}

fn piece(number: &str) -> Piece {
    Piece {
        number: number.into(),
        order: [9; 16],
        attempt: 1,
    }
}

fn good() -> Manifest {
    let pieces = vec![piece("C3F7K9T22"), piece("C3F7K9T21")];
    Manifest::new(heading(), pieces).unwrap()
}

fn key() -> (EcKey<Private>, Vec<u8>) {
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let spki = PKey::from_ec_key(key.clone()).unwrap();
    (key, spki.public_key_to_der().unwrap())
}

fn sealed(manifest: Manifest, key: &EcKey<Private>) -> SignedManifest {
    let signature = EcdsaSig::sign(&manifest.digest(), key).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    manifest.seal(raw)
}

#[test]
fn the_bytes_are_those_of_the_page() {
    // Written by hand from docs/shipping.md: what others have to hash.
    let mut bytes = vec![0x8A, 0x72];
    bytes.extend(b"stempel manifest 1");
    bytes.push(0x50);
    bytes.extend([7; 16]);
    bytes.extend([12, 0, 0x6B]);
    bytes.extend(b"CTIE-004711");
    bytes.push(0x66);
    bytes.extend(b"L-0304");
    bytes.push(0x1A);
    bytes.extend(1_700_000_000_u32.to_be_bytes());
    bytes.extend([0x82, 0x50]);
    bytes.extend([1; 16]);
    bytes.push(0x50);
    bytes.extend([2; 16]);
    bytes.extend([2, 0x82]);
    for number in [b"C3F7K9T21", b"C3F7K9T22"] {
        bytes.extend([0x83, 0x69]);
        bytes.extend(number);
        bytes.push(0x50);
        bytes.extend([9; 16]);
        bytes.push(1);
    }
    assert_eq!(good().to_be_signed(), bytes);
    assert_eq!(good().digest(), sha256(&bytes));
    assert_eq!(Manifest::parse(&bytes), Ok(good()));
}

#[test]
fn a_manifest_survives_the_wire_with_its_pieces_in_order() {
    let (key, spki) = key();
    let bytes = sealed(good(), &key).encode();
    let signed = SignedManifest::decode(&bytes).unwrap();
    let verified = signed.verify(&spki, NOW).unwrap();
    assert_eq!(verified, &good());
    let numbers: Vec<_> = verified.pieces().iter().map(|one| &*one.number).collect();
    assert_eq!(numbers, ["C3F7K9T21", "C3F7K9T22"]);
    assert_eq!(signed.encode(), bytes);
}

#[test]
fn the_fullest_box_fits_and_no_more() {
    let (key, _) = key();
    let full = |count: usize| {
        let piece = |number: usize| Piece {
            attempt: u32::MAX,
            ..piece(&format!("C{number:08}"))
        };
        let longest = Heading {
            number: u64::MAX,
            container: Container::Box,
            seal: "s".repeat(MAX_NAME_LENGTH),
            destination: "d".repeat(MAX_NAME_LENGTH),
            sealed_at: i64::MAX,
            ..heading()
        };
        Manifest::new(longest, (0..count).map(piece).collect())
    };
    let bytes = sealed(full(MAX_PIECES).unwrap(), &key).encode();
    assert!(SignedManifest::decode(&bytes).is_ok(), "{}", bytes.len());
    for count in [0, MAX_PIECES + 1] {
        assert_eq!(full(count), Err(ManifestError::Malformed("count")));
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let (key, spki) = key();
    let bytes = sealed(good(), &key).encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let verdict = SignedManifest::decode(&changed)
                .and_then(|signed| signed.verify(&spki, NOW).map(|_| ()));
            assert!(verdict.is_err(), "byte {position} bit {bit}");
        }
    }
}

#[test]
fn another_key_and_the_future_are_refused() {
    let (mine, spki) = key();
    let (_, other) = key();
    let signed = sealed(good(), &mine);
    assert_eq!(signed.verify(&other, NOW), Err(ManifestError::BadSignature));
    assert_eq!(signed.verify(b"key", NOW), Err(ManifestError::BadKey));
    assert!(signed.verify(&spki, NOW - CLOCK_DIFFERENCE).is_ok());
    let early = signed.verify(&spki, NOW - CLOCK_DIFFERENCE - 1);
    assert_eq!(early, Err(ManifestError::NotYet { sealed_at: NOW }));
}

#[test]
fn what_cannot_be_true_is_refused() {
    let of = |heading, pieces| Manifest::new(heading, pieces).unwrap_err();
    let one = || vec![piece("C3F7K9T21")];
    let twice = vec![piece("C3F7K9T21"), piece("C3F7K9T21")];
    assert_eq!(
        of(heading(), twice),
        ManifestError::Malformed("order of pieces")
    );
    for (heading, name) in [
        (
            Heading {
                number: 0,
                ..heading()
            },
            "number",
        ),
        (
            Heading {
                seal: String::new(),
                ..heading()
            },
            "seal",
        ),
        (
            Heading {
                seal: "A B".into(),
                ..heading()
            },
            "seal",
        ),
        (
            Heading {
                destination: "d".repeat(33),
                ..heading()
            },
            "destination",
        ),
        (
            Heading {
                sealers: [[1; 16]; 2],
                ..heading()
            },
            "sealers",
        ),
    ] {
        assert_eq!(of(heading, one()), ManifestError::Malformed(name));
    }
    for (wrong, name) in [
        (piece("C3F7K9T2"), "document number"),
        (piece("C3F7K9T2<"), "document number"),
        (
            Piece {
                attempt: 0,
                ..piece("C3F7K9T21")
            },
            "attempt",
        ),
    ] {
        assert_eq!(of(heading(), vec![wrong]), ManifestError::Malformed(name));
    }
}

#[test]
fn other_forms_are_refused() {
    let long = vec![0; MAX_ENCODED_LENGTH + 1];
    for bytes in [&b""[..], b"\x80", b"\x82\x40\x40", &long] {
        assert!(SignedManifest::decode(bytes).is_err());
        assert!(Manifest::parse(bytes).is_err());
    }
    // One field more than there are, with everything else right.
    let Value::Array(mut fields) = serde_cbor::from_slice(&good().to_be_signed()).unwrap() else {
        panic!("an array")
    };
    fields.push(Value::Null);
    let longer = encode(&Value::Array(fields));
    assert_eq!(
        Manifest::parse(&longer),
        Err(ManifestError::Malformed("count"))
    );
}
