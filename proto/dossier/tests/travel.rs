//! A dossier's way: signed, sealed, opened, verified; and what each thing wrong with it is called.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common::{SoftKey, at, dossier, second_person, spki};
use dossier::{
    ApplicationId, Body, Dossier, FormError, Receipt, SealedDossier, Signed, StationId, Version,
    hpke,
    receipt::{Outcome, Reason, ReceiptError},
    sealed::SealError,
    signed::SignatureError,
};
use rand::{SeedableRng, rngs::StdRng};

const STATION: u32 = 11;
const INTAKE: u32 = 22;
const INFO: &[u8] = b"stempel sealed dossier 1";

fn rng() -> StdRng {
    StdRng::seed_from_u64(4)
}

fn sealed() -> SealedDossier {
    let signed = Signed::sign(&dossier(), &SoftKey::new(STATION)).unwrap();
    SealedDossier::seal(&signed, spki(&SoftKey::new(INTAKE)), &mut rng()).unwrap()
}

/// The whole of intake's opening, and what it would be rejected for.
fn verdict(bytes: Vec<u8>) -> Result<Dossier, Option<Reason>> {
    let open = || {
        let sealed = SealedDossier::decode(bytes)?;
        sealed
            .open(&SoftKey::new(INTAKE))?
            .verify(spki(&SoftKey::new(STATION)))
    };
    open().map_err(|error: SealError| error.reason())
}

#[test]
fn what_the_station_seals_the_centre_reads() {
    let sealed = sealed();
    let arrived = SealedDossier::decode(sealed.as_bytes().to_vec()).unwrap();
    assert_eq!(arrived, sealed);
    assert_eq!(arrived.hash(), sealed.hash());
    assert_eq!(
        SealedDossier::peek(&sealed.as_bytes()[..256]).unwrap(),
        *sealed.header()
    );
    assert_eq!(sealed.header().station, dossier().station);
    assert_eq!(verdict(sealed.as_bytes().to_vec()), Ok(dossier()));
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let bytes = sealed().as_bytes().to_vec();
    // Header and key whole, of the ciphertext every thirteenth byte.
    for position in (0..250).chain((250..bytes.len()).step_by(13)) {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        let reason = verdict(changed).unwrap_err();
        assert!(reason.is_some(), "byte {position}");
    }
    for length in (0..bytes.len()).step_by(7) {
        assert!(matches!(
            verdict(bytes[..length].to_vec()),
            Err(Some(Reason::NotSealed | Reason::Seal))
        ));
    }
}

#[test]
fn each_thing_wrong_has_its_name() {
    assert_eq!(verdict(b"garbage".to_vec()), Err(Some(Reason::NotSealed)));
    assert_eq!(
        verdict(vec![0; (16 << 20) + 1]),
        Err(Some(Reason::NotSealed))
    );
    let mut newer = sealed().as_bytes().to_vec();
    newer[7] = 2;
    assert_eq!(verdict(newer), Err(Some(Reason::Version)));

    let signed = Signed::sign(&dossier(), &SoftKey::new(STATION)).unwrap();
    let retired = SealedDossier::seal(&signed, spki(&SoftKey::new(23)), &mut rng()).unwrap();
    assert_eq!(
        verdict(retired.as_bytes().to_vec()),
        Err(Some(Reason::IntakeKey))
    );

    let other = Signed::sign(&dossier(), &SoftKey::new(12)).unwrap();
    let other = SealedDossier::seal(&other, spki(&SoftKey::new(INTAKE)), &mut rng()).unwrap();
    assert_eq!(
        verdict(other.as_bytes().to_vec()),
        Err(Some(Reason::Signature))
    );
}

/// Seals by hand: the bytes before `enc`, and whatever is inside.
fn by_hand(aad: &[u8], inside: &[u8]) -> Vec<u8> {
    let intake = SoftKey::new(INTAKE);
    let sealed = hpke::seal(spki(&intake), INFO, aad, inside, &mut rng()).unwrap();
    [aad, &sealed.enc, &sealed.ciphertext].concat()
}

#[test]
fn a_header_that_lies_is_found_inside() {
    let honest = sealed();
    let end = honest.as_bytes().len();
    let signed = Signed::sign(&dossier(), &SoftKey::new(STATION)).unwrap();
    let inside = signed.encode().unwrap();
    let aad = &honest.as_bytes()[..end - 65 - inside.len() - 16];
    assert_eq!(verdict(by_hand(aad, &inside)), Ok(dossier()));
    // The application's first byte, and the version.
    let application = aad.windows(16).position(|bytes| bytes == [1; 16]).unwrap();
    let mut lying = aad.to_vec();
    lying[application] ^= 0x80;
    assert_eq!(verdict(by_hand(&lying, &inside)), Err(Some(Reason::Header)));
    assert_eq!(verdict(by_hand(aad, b"garbage")), Err(Some(Reason::Form)));
    let receipt = Signed::sign(&receipt(&honest), &SoftKey::new(STATION)).unwrap();
    let receipt = receipt.encode().unwrap();
    assert_eq!(verdict(by_hand(aad, &receipt)), Err(Some(Reason::Form)));
}

#[test]
fn a_signature_of_one_thing_is_none_of_another() {
    let key = SoftKey::new(STATION);
    let bytes = Signed::sign(&second_person(), &key)
        .unwrap()
        .encode()
        .unwrap();
    let wrong = Signed::<Receipt>::decode(&bytes).unwrap_err();
    assert!(
        matches!(wrong, SignatureError::Form(FormError::Malformed { .. })),
        "{wrong}"
    );
    // Under another domain the signature no longer fits, even when the envelope says so.
    let mut renamed: serde_cbor::Value = serde_cbor::from_slice(&bytes).unwrap();
    let serde_cbor::Value::Array(parts) = &mut renamed else {
        panic!("not an array");
    };
    parts[0] = serde_cbor::Value::Text(Receipt::DOMAIN.into());
    let renamed = serde_cbor::to_vec(&renamed).unwrap();
    let renamed = Signed::<Receipt>::decode(&renamed).unwrap();
    let wrong = renamed.verify(spki(&key)).unwrap_err();
    assert!(
        matches!(wrong, SignatureError::BadSignature { .. }),
        "{wrong}"
    );
}

#[test]
fn signatures_tell_other_keys_from_forgeries() {
    let signed = Signed::sign(&second_person(), &SoftKey::new(STATION)).unwrap();
    assert_eq!(
        signed.verify(spki(&SoftKey::new(STATION))).unwrap(),
        second_person()
    );
    let other = signed.verify(spki(&SoftKey::new(12))).unwrap_err();
    assert!(matches!(other, SignatureError::OtherKey { .. }), "{other}");
    let bad = signed.verify(b"no key").unwrap_err();
    assert!(matches!(bad, SignatureError::BadKey { .. }), "{bad}");
    let bytes = signed.encode().unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[position] ^= 1;
        let verified =
            Signed::decode(&changed).and_then(|signed: Signed<dossier::dossier::SecondPerson>| {
                signed.verify(spki(&SoftKey::new(STATION)))
            });
        assert!(verified.is_err(), "byte {position}");
    }
}

#[test]
fn the_largest_dossier_travels_and_a_larger_one_does_not() {
    let mut large = dossier();
    let picture = |length| {
        let mut bytes = vec![0xA5; length];
        bytes[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
        dossier::Blob::new(bytes)
    };
    assert!(picture((4 << 20) + 1).is_err());
    large.portrait.picture = picture(4 << 20).unwrap();
    let signed = Signed::sign(&large, &SoftKey::new(STATION)).unwrap();
    let sealed = SealedDossier::seal(&signed, spki(&SoftKey::new(INTAKE)), &mut rng()).unwrap();
    assert!(sealed.as_bytes().len() > 4 << 20);
    assert_eq!(verdict(sealed.as_bytes().to_vec()), Ok(large));
}

fn receipt(sealed: &SealedDossier) -> Receipt {
    Receipt {
        version: Version,
        sealed: sealed.hash(),
        station: sealed.header().station,
        application: sealed.header().application,
        at: at(60),
        outcome: Outcome::Accepted,
    }
}

#[test]
fn a_receipt_is_about_one_dossier_of_one_station() {
    let sealed = sealed();
    let (hash, header) = (sealed.hash(), sealed.header());
    let centre = SoftKey::new(33);
    for outcome in [
        Outcome::Held,
        Outcome::Accepted,
        Outcome::Rejected(Reason::Configuration),
    ] {
        let mut receipt = receipt(&sealed);
        receipt.outcome = outcome;
        let bytes = Signed::sign(&receipt, &centre).unwrap().encode().unwrap();
        assert!(bytes.len() < 300, "{}", bytes.len());
        let signed = Signed::<Receipt>::decode(&bytes).unwrap();
        let read = signed.verify_for(spki(&centre), hash, header.station, header.application);
        assert_eq!(read.unwrap().outcome, outcome);
        let other = StationId::from_bytes([0; 16]);
        let wrong = signed.verify_for(spki(&centre), hash, other, header.application);
        assert!(matches!(wrong, Err(ReceiptError::Other)));
        let other = ApplicationId::from_bytes([0; 16]);
        let wrong = signed.verify_for(spki(&centre), hash, header.station, other);
        assert!(matches!(wrong, Err(ReceiptError::Other)));
        let other = dossier::Hash::of(b"another");
        let wrong = signed.verify_for(spki(&centre), other, header.station, header.application);
        assert!(matches!(wrong, Err(ReceiptError::Other)));
        let station = SoftKey::new(STATION);
        let wrong = signed.verify_for(spki(&station), hash, header.station, header.application);
        assert!(matches!(wrong, Err(ReceiptError::Signature(_))));
    }
}
