//! Tickets: good, forged, expired, and every malformed form.

use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};

use super::*;

const NOW: i64 = 1_700_000_000;

fn ticket() -> Ticket {
    Ticket {
        order: [7; 16],
        signing_profile: "identity-card".into(),
        content: BTreeMap::from([(2, [2; 32]), (3, [3; 32]), (7, [7; 32]), (11, [11; 32])]),
        issued_at: NOW - 10,
        expires_at: NOW + 10,
    }
}

fn key(curve: Nid) -> (EcKey<Private>, Vec<u8>) {
    let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
    let spki = PKey::from_ec_key(key.clone())
        .unwrap()
        .public_key_to_der()
        .unwrap();
    (key, spki)
}

fn sealed(key: &EcKey<Private>) -> SignedTicket {
    let ticket = ticket();
    let signature = EcdsaSig::sign(&ticket.digest(), key).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    ticket.seal(raw)
}

#[test]
fn a_ticket_survives_the_wire_and_verifies() {
    let (key, spki) = key(Nid::X9_62_PRIME256V1);
    let bytes = sealed(&key).encode();
    let signed = SignedTicket::decode(&bytes).unwrap();
    assert_eq!(signed.verify(&spki, NOW), Ok(&ticket()));
    assert_eq!(signed.encode(), bytes);
}

#[test]
fn the_period_is_half_open() {
    let (key, spki) = key(Nid::X9_62_PRIME256V1);
    let signed = sealed(&key);
    assert!(signed.verify(&spki, NOW - 10).is_ok());
    assert!(signed.verify(&spki, NOW + 9).is_ok());
    let early = TicketError::NotYet {
        issued_at: NOW - 10,
    };
    assert_eq!(signed.verify(&spki, NOW - 11), Err(early));
    let late = TicketError::Expired {
        expires_at: NOW + 10,
    };
    assert_eq!(signed.verify(&spki, NOW + 10), Err(late));
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let (key, spki) = key(Nid::X9_62_PRIME256V1);
    let bytes = sealed(&key).encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let verdict = SignedTicket::decode(&changed)
                .and_then(|signed| signed.verify(&spki, NOW).map(|_| ()));
            assert!(verdict.is_err(), "byte {position} bit {bit}");
        }
    }
}

#[test]
fn another_key_or_curve_is_refused() {
    let (key_a, _) = key(Nid::X9_62_PRIME256V1);
    let (_, other) = key(Nid::X9_62_PRIME256V1);
    assert_eq!(
        sealed(&key_a).verify(&other, NOW),
        Err(TicketError::BadSignature)
    );
    let (_, brainpool) = key(Nid::BRAINPOOL_P256R1);
    assert_eq!(
        sealed(&key_a).verify(&brainpool, NOW),
        Err(TicketError::BadKey)
    );
    assert_eq!(
        sealed(&key_a).verify(b"no key", NOW),
        Err(TicketError::BadKey)
    );
    let short = ticket().seal(vec![0; 63]);
    let (_, spki) = key(Nid::X9_62_PRIME256V1);
    assert_eq!(short.verify(&spki, NOW), Err(TicketError::BadSignature));
}

#[test]
fn malformed_tickets_are_named_errors() {
    assert_eq!(
        SignedTicket::decode(&[0; MAX_ENCODED_LENGTH + 1]),
        Err(TicketError::TooLong {
            length: MAX_ENCODED_LENGTH + 1
        })
    );
    assert_eq!(
        SignedTicket::decode(&[]),
        Err(TicketError::Malformed("signed ticket"))
    );
    // An array that promises 2^63 elements.
    let hostile = [0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(
        SignedTicket::decode(&hostile),
        Err(TicketError::Malformed("signed ticket"))
    );
    // Deep nesting.
    assert_eq!(
        SignedTicket::decode(&[0x81; 4096]),
        Err(TicketError::Malformed("signed ticket"))
    );
}

#[test]
fn only_the_canonical_form_is_read() {
    let (key, _) = key(Nid::X9_62_PRIME256V1);
    let bytes = sealed(&key).encode();
    // The outer array with a longer length form: the same value, other bytes.
    let mut long_form = vec![0x98, 0x02];
    long_form.extend_from_slice(&bytes[1..]);
    assert_eq!(
        SignedTicket::decode(&long_form),
        Err(TicketError::NotCanonical)
    );
    let mut group = ticket();
    group.content.insert(17, [0; 32]);
    let out_of_range = group.seal(vec![0; 64]).encode();
    assert_eq!(
        SignedTicket::decode(&out_of_range),
        Err(TicketError::Malformed("data group number"))
    );
}

#[test]
fn debug_shows_no_hash() {
    let shown = format!("{:?}", ticket().seal(vec![9; 64]));
    assert!(!shown.contains("[2, 2"), "{shown}");
    assert!(shown.contains("identity-card"), "{shown}");
}
