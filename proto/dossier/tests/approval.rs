//! Requests for second persons elsewhere: opened by their key and for their station alone, one encoding.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common::SoftKey;
use dossier::{
    ApplicationId, ApprovalRequest, Blob, Body, FormError, KeyId, Language, PersonId, SigningKey,
    StationId, Text, Timestamp, Version,
    approval::{RequestError, SealedRequest},
    configuration::Occasion,
};
use rand::{SeedableRng, rngs::StdRng};

const STATION: StationId = StationId::from_bytes([2; 16]);

fn request() -> ApprovalRequest {
    ApprovalRequest {
        version: Version,
        application: ApplicationId::from_bytes([1; 16]),
        station: STATION,
        office: "L-0304".parse().unwrap(),
        clerk: PersonId::from_bytes([3; 16]),
        captured_by: vec![PersonId::from_bytes([3; 16]), PersonId::from_bytes([4; 16])],
        language: Language::Fr,
        summary: Blob::new("Nom: Müller-Weiß\n".into()).unwrap(),
        occasions: vec![Occasion::ForcedCapture, Occasion::LossOrTheft],
        reasons: vec![Text::new("Eyes half shut").unwrap()],
        portrait: Blob::new(vec![0xFF; 900]).unwrap(),
        asked_at: Timestamp::from_seconds(1_790_000_000).unwrap(),
    }
}

fn sealed(key: &SoftKey) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(1);
    request().seal(key.spki(), &mut rng).unwrap()
}

#[test]
fn it_opens_with_its_key_for_its_station() {
    let key = SoftKey::new(5);
    let bytes = sealed(&key);
    let read = SealedRequest::decode(&bytes).unwrap();
    assert_eq!(read.intake_key(), KeyId::of(key.spki()));
    assert_eq!(read.open(&key, STATION).unwrap(), request());
    assert_eq!(request().summary_text(), "Nom: Müller-Weiß\n");
    let elsewhere = StationId::from_bytes([9; 16]);
    assert!(matches!(
        read.open(&key, elsewhere),
        Err(RequestError::Hpke(_))
    ));
    assert!(read.open(&SoftKey::new(6), STATION).is_err());
    assert!(!bytes.windows(3).any(|part| part == b"Nom"));
}

#[test]
fn no_flipped_bit_and_no_cut_goes_unseen() {
    let key = SoftKey::new(5);
    let bytes = sealed(&key);
    let opens = |bytes: &[u8]| {
        let read = SealedRequest::decode(bytes);
        read.is_ok_and(|read| {
            read.intake_key() == KeyId::of(key.spki()) && read.open(&key, STATION).is_ok()
        })
    };
    assert!(opens(&bytes));
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!opens(&changed), "byte {at}");
        assert!(!opens(&bytes[..at]), "length {at}");
    }
}

#[test]
fn what_breaks_its_rules_is_none() {
    let refused = |change: fn(&mut ApprovalRequest)| {
        let mut request = request();
        change(&mut request);
        matches!(request.encode(), Err(FormError::Rule { .. }))
    };
    assert!(refused(|one| one.occasions.clear()));
    assert!(refused(|one| one.occasions.reverse()));
    assert!(refused(
        |one| one.summary = Blob::new(vec![0xFF, 0xFE]).unwrap()
    ));
    assert!(refused(
        |one| one.reasons = vec![Text::new("x").unwrap(); 17]
    ));
    let shown = format!("{:?}", request());
    assert!(!shown.contains("Nom") && !shown.contains("Eyes"), "{shown}");
}
