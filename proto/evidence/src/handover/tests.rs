//! Statements of a handover: good, forged, and every malformed form.

use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};

use super::*;

fn statement() -> Statement {
    Statement {
        event: [1; 16],
        manifest: [2; 32],
        side: Side::Takes,
        person: [3; 16],
        device: [4; 16],
        at: 1_700_000_000,
    }
}

fn key() -> (EcKey<Private>, Vec<u8>) {
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let spki = PKey::from_ec_key(key.clone()).unwrap();
    (key, spki.public_key_to_der().unwrap())
}

fn sealed(statement: Statement, key: &EcKey<Private>) -> SignedStatement {
    let signature = EcdsaSig::sign(&statement.digest(), key).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    statement.seal(raw)
}

#[test]
fn a_statement_survives_the_wire() {
    let (key, spki) = key();
    for (side, at) in [(Side::Gives, 0), (Side::Takes, i64::MAX)] {
        let said = Statement {
            side,
            at,
            ..statement()
        };
        let bytes = sealed(said.clone(), &key).encode();
        let signed = SignedStatement::decode(&bytes).unwrap();
        assert_eq!(signed.verify(&spki), Ok(&said));
        assert_eq!((signed.device(), signed.encode()), (&[4; 16], bytes));
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let (key, spki) = key();
    let bytes = sealed(statement(), &key).encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let verdict =
                SignedStatement::decode(&changed).and_then(|one| one.verify(&spki).map(|_| ()));
            assert!(verdict.is_err(), "byte {position} bit {bit}");
        }
    }
}

#[test]
fn another_key_and_other_forms_are_refused() {
    let (mine, _) = key();
    let (_, other) = key();
    let signed = sealed(statement(), &mine);
    assert_eq!(signed.verify(&other), Err(HandoverError::BadSignature));
    assert_eq!(signed.verify(b"key"), Err(HandoverError::BadKey));
    for bytes in [
        &b""[..],
        b"\x80",
        b"\x82\x40\x40",
        &[0; MAX_ENCODED_LENGTH + 1],
    ] {
        assert!(SignedStatement::decode(bytes).is_err());
    }
}
