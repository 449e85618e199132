//! Lists: good, forged, older, outdated, and every malformed form.

use super::*;
use crate::p256::soft;

const NOW: i64 = 1_700_000_000;
const DAY: i64 = 86_400;

fn heading(number: u64) -> Heading {
    Heading {
        issuer: "LUX".into(),
        number,
        this_update: NOW,
        next_update: NOW + DAY,
    }
}

fn entry(number: &str, class: Class) -> Entry {
    Entry {
        number: number.into(),
        kind: Kind::IdentityCard,
        class,
        since: 20_000,
    }
}

fn list(number: u64) -> DocumentList {
    let permit = Entry {
        kind: Kind::ResidencePermit,
        ..entry("C3F7K9T21", Class::Stolen)
    };
    let entries = vec![entry("C3F7K9T22", Class::Void), permit];
    DocumentList::new(heading(number), entries).unwrap()
}

fn signed(list: DocumentList) -> SignedDocumentList {
    let signature = soft::sign(&soft::key(7), &list.digest());
    list.seal(signature.to_vec())
}

fn spki() -> Vec<u8> {
    soft::spki(&soft::key(7))
}

#[test]
fn the_bytes_are_those_of_the_page() {
    // Written by hand from docs/document.md: what others have to hash.
    let mut bytes = vec![0x87, 0x73];
    bytes.extend(b"stempel documents 1");
    bytes.push(0x63);
    bytes.extend(b"LUX");
    bytes.push(12);
    for update in [1_700_000_000_u32, 1_700_086_400] {
        bytes.push(0x1A);
        bytes.extend(update.to_be_bytes());
    }
    bytes.extend([2, 0x82]);
    for (number, kind, class) in [(b"C3F7K9T21", 1, 2), (b"C3F7K9T22", 0, 0)] {
        bytes.extend([0x84, 0x69]);
        bytes.extend(number);
        bytes.extend([kind, class, 0x19]);
        bytes.extend(20_000_u16.to_be_bytes());
    }
    assert_eq!(list(12).to_be_signed(), bytes);
    assert_eq!(list(12).digest(), sha256(&bytes));
    assert_eq!(DocumentList::parse(&bytes), Ok(list(12)));
}

#[test]
fn a_list_survives_the_wire_and_finds_its_documents() {
    let bytes = signed(list(12)).encode();
    let read = SignedDocumentList::decode(&bytes).unwrap();
    assert_eq!(read.encode(), bytes);
    let verified = read.verify(&spki(), None, NOW).unwrap();
    assert_eq!(verified, &list(12));
    let found = verified.find("C3F7K9T22").unwrap();
    assert_eq!((found.class, found.kind), (Class::Void, Kind::IdentityCard));
    assert_eq!(verified.find("C3F7K9T23"), None);
}

#[test]
fn an_older_list_than_the_one_that_is_known_is_refused() {
    let known = list(12).known();
    assert!(signed(list(12)).verify(&spki(), Some(&known), NOW).is_ok());
    assert!(signed(list(13)).verify(&spki(), Some(&known), NOW).is_ok());
    let older = signed(list(11))
        .verify(&spki(), Some(&known), NOW)
        .map(drop);
    let refused = ListError::Older {
        known: 12,
        found: 11,
    };
    assert_eq!(older, Err(refused));
    // Another list under the same number, by the right key even.
    let other = DocumentList::new(heading(12), vec![]).unwrap();
    let forked = signed(other).verify(&spki(), Some(&known), NOW).map(drop);
    assert_eq!(forked, Err(ListError::Forked(12)));
}

#[test]
fn a_list_is_good_from_this_update_to_the_next() {
    let at = |now| signed(list(1)).verify(&spki(), None, now).map(drop);
    assert_eq!(at(NOW - CLOCK_DIFFERENCE), Ok(()));
    assert_eq!(at(NOW - CLOCK_DIFFERENCE - 1), Err(ListError::NotYet(NOW)));
    let end = NOW + DAY;
    assert_eq!(at(end + CLOCK_DIFFERENCE), Ok(()));
    assert_eq!(
        at(end + CLOCK_DIFFERENCE + 1),
        Err(ListError::Outdated(end))
    );
}

#[test]
fn another_key_is_refused_and_no_flipped_bit_goes_unseen() {
    let other = soft::spki(&soft::key(8));
    let good = signed(list(1));
    let refused = good.verify(&other, None, NOW).map(drop);
    assert_eq!(refused, Err(ListError::BadSignature));
    assert_eq!(
        good.verify(b"key", None, NOW).map(drop),
        Err(ListError::BadKey)
    );
    let bytes = good.encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            let verdict = SignedDocumentList::decode(&changed)
                .and_then(|signed| signed.verify(&spki(), None, NOW).map(drop));
            assert!(verdict.is_err(), "byte {position} bit {bit}");
        }
    }
}

#[test]
fn what_cannot_be_true_is_refused() {
    let of = |heading, entries| DocumentList::new(heading, entries).unwrap_err();
    let twice = vec![
        entry("C3F7K9T21", Class::Lost),
        entry("C3F7K9T21", Class::Void),
    ];
    assert_eq!(
        of(heading(1), twice),
        ListError::Malformed("order of entries")
    );
    let short = vec![entry("C3F7K9T2", Class::Lost)];
    assert_eq!(
        of(heading(1), short),
        ListError::Malformed("document number")
    );
    let wrong = [
        (heading(0), "number"),
        (
            Heading {
                issuer: "lux".into(),
                ..heading(1)
            },
            "issuer",
        ),
        (
            Heading {
                next_update: NOW,
                ..heading(1)
            },
            "next update",
        ),
    ];
    for (heading, name) in wrong {
        assert_eq!(of(heading, vec![]), ListError::Malformed(name));
    }
}

#[test]
fn the_longest_list_fits_and_no_more() {
    let full = |count: usize| {
        let one = |number: usize| Entry {
            since: i32::MIN,
            ..entry(&format!("C{number:08}"), Class::Revoked)
        };
        let latest = Heading {
            number: u64::MAX,
            this_update: i64::MIN,
            next_update: i64::MAX,
            ..heading(1)
        };
        DocumentList::new(latest, (0..count).map(one).collect())
    };
    let bytes = full(MAX_ENTRIES).unwrap().seal(vec![0; 64]).encode();
    assert!(
        SignedDocumentList::decode(&bytes).is_ok(),
        "{}",
        bytes.len()
    );
    let over = full(MAX_ENTRIES + 1);
    assert_eq!(over, Err(ListError::Malformed("count")));
}

#[test]
fn other_forms_are_refused() {
    for bytes in [&b""[..], b"\x80", b"\x82\x40\x40", b"\x87"] {
        assert!(SignedDocumentList::decode(bytes).is_err());
        assert!(DocumentList::parse(bytes).is_err());
    }
    // One field more than there are, with everything else right; then a type and a class that nobody knows.
    let good: Value = serde_cbor::from_slice(&list(1).to_be_signed()).unwrap();
    let Value::Array(fields) = good else {
        panic!("an array")
    };
    let longer = [fields.clone(), vec![Value::Null]].concat();
    let longer = serde_cbor::to_vec(&Value::Array(longer)).unwrap();
    assert!(DocumentList::parse(&longer).is_err());
    for (place, name) in [(1, "type"), (2, "class")] {
        let mut fields = fields.clone();
        let Some(Value::Array(entries)) = fields.last_mut() else {
            panic!("entries")
        };
        let Some(Value::Array(row)) = entries.first_mut() else {
            panic!("a row")
        };
        row[place] = Value::Integer(9);
        let bytes = serde_cbor::to_vec(&Value::Array(fields)).unwrap();
        assert_eq!(DocumentList::parse(&bytes), Err(ListError::Malformed(name)));
    }
}
