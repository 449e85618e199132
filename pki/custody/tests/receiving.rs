//! The key that opens dossiers, on the real SoftHSM: it agrees as OpenSSL does, and does nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common::Bench;
use key_custody::{
    Curve, CustodyError,
    role::{IntakeOpening, StationSigning},
};
use openssl::{
    bn::BigNumContext,
    derive::Deriver,
    ec::{EcGroup, EcKey, PointConversionForm},
    nid::Nid,
    pkey::{PKey, Private},
};

fn point(key: &EcKey<Private>) -> Vec<u8> {
    let mut context = BigNumContext::new().unwrap();
    let form = PointConversionForm::UNCOMPRESSED;
    key.public_key()
        .to_bytes(key.group(), form, &mut context)
        .unwrap()
}

fn openssl_agrees(ours: &EcKey<Private>, spki: &[u8]) -> Vec<u8> {
    let ours = PKey::from_ec_key(ours.clone()).unwrap();
    let theirs = PKey::public_key_from_der(spki).unwrap();
    let mut deriver = Deriver::new(&ours).unwrap();
    deriver.set_peer(&theirs).unwrap();
    deriver.derive_to_vec().unwrap()
}

#[test]
fn both_sides_agree_whatever_the_point() {
    let bench = Bench::new();
    let token = bench.token("intake");
    let key = token
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let (mut looks_like_der, mut leading_zero) = (0, 0);
    // Until a point's bytes look like DER (one in 256) and a secret begins with zero (the same).
    for _ in 0..20_000 {
        let sender = EcKey::generate(&group).unwrap();
        let sent = point(&sender);
        let expected = openssl_agrees(&sender, key.public_key_spki());
        looks_like_der += u32::from(sent[1] == 0x3F);
        leading_zero += u32::from(expected[0] == 0);
        if sent[1] == 0x3F || expected[0] == 0 || sent[64].trailing_zeros() >= 6 {
            assert_eq!(
                *token.agree(&key, &sent).unwrap(),
                expected[..],
                "{sent:02X?}"
            );
        }
        if looks_like_der > 2 && leading_zero > 2 {
            return;
        }
    }
    panic!("{looks_like_der} points that look like DER, {leading_zero} secrets with a zero");
}

#[test]
fn it_agrees_and_nothing_else() {
    let bench = Bench::new();
    let token = bench.token("intake");
    let key = token
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap();
    token.check_ec(&key).unwrap();
    assert!(token.holds_role::<IntakeOpening>().unwrap());
    assert!(format!("{key:?}").contains("intake-1"));
    let again = token
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap_err();
    assert!(matches!(again, CustodyError::Exists { .. }), "{again}");
    let signing = token.find_ec::<StationSigning>("intake-1").unwrap_err();
    assert!(
        matches!(signing, CustodyError::NotOneKey { found: 0, .. }),
        "{signing}"
    );
    for wrong in [&[4; 64][..], &[2; 65], &[]] {
        let refused = token.agree(&key, wrong).unwrap_err();
        assert!(
            matches!(refused, CustodyError::InputLength { .. }),
            "{refused}"
        );
    }
    // A signing key under its name is no receiving key.
    token
        .generate_ec::<StationSigning>("other", Curve::P256)
        .unwrap();
    let missing = token.find_ec::<IntakeOpening>("other").unwrap_err();
    assert!(
        matches!(missing, CustodyError::NotOneKey { found: 0, .. }),
        "{missing}"
    );
}

#[test]
fn a_destroyed_key_opens_nothing_any_more() {
    let bench = Bench::new();
    let token = bench.token("intake");
    let kept = token
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let sent = point(&EcKey::generate(&group).unwrap());
    token.agree(&kept, &sent).unwrap();
    token.destroy_ec::<IntakeOpening>("intake-1").unwrap();
    assert!(token.agree(&kept, &sent).is_err());
    assert!(!token.holds_role::<IntakeOpening>().unwrap());
    let other = token
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap();
    assert_ne!(other.public_key_spki(), kept.public_key_spki());
    let replaced = token.agree(&kept, &sent).unwrap_err();
    assert!(
        matches!(replaced, CustodyError::KeyUnfit { .. }),
        "{replaced}"
    );
}
