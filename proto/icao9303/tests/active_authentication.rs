//! Active authentication against 9303-11 appendix F and published keys, and signatures that are none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::{Card, Published, bytes, text, vectors};
use der::asn1::ObjectIdentifier;
use icao9303::active_authentication::{
    self, ActiveAuthenticationError, ActiveAuthenticationKey, Challenge, RsaKey, RsaKeyError,
    SignatureFault,
};
use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::crypto::public_key::PublicKey;
use icao9303::lds::Dg15;
use icao9303::oid;
use icao9303::security_info::{
    ActiveAuthenticationInfo, SecurityInfo, SecurityInfos, SubjectPublicKey,
};
use icao9303::tlv;
use openssl::bn::BigNum;
use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use serde_json::Value;

const CHALLENGE: Challenge = [1, 2, 3, 4, 5, 6, 7, 8];

fn vector(name: &str) -> Value {
    vectors("eac_session.json")["active_authentication"][name].clone()
}

fn dg15(spki: &[u8]) -> Dg15 {
    let file = tlv::encode(0x6F, spki);
    let parsed = Dg15::parse(&file).unwrap();
    assert_eq!(parsed.encode(), file);
    parsed
}

fn rsa_of(name: &str) -> Rsa<Private> {
    let number = |field: &str| BigNum::from_slice(&bytes(&vector(name)[field])).unwrap();
    openssl::rsa::RsaPrivateKeyBuilder::new(number("n"), number("e"), number("d"))
        .unwrap()
        .build()
}

fn rsa_key(private: &Rsa<Private>) -> ActiveAuthenticationKey {
    let spki = private.public_key_to_der().unwrap();
    ActiveAuthenticationKey::new(&dg15(&spki), None).unwrap()
}

fn fault(key: &ActiveAuthenticationKey, signature: &[u8]) -> SignatureFault {
    match key.verify(&CHALLENGE, signature) {
        Err(ActiveAuthenticationError::WrongSignature { fault }) => fault,
        other => panic!("{other:?}"),
    }
}

/// F^d mod n for any F.
fn signed(private: &Rsa<Private>, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; private.size() as usize];
    private
        .private_encrypt(message, &mut signature, Padding::NONE)
        .unwrap();
    signature
}

#[test]
fn rsa_signatures_of_the_vectors() {
    for (name, described) in [("rsa1024_sha1", "RSA-1024"), ("rsa2048_sha256", "RSA-2048")] {
        let vector = vector(name);
        let private = rsa_of(name);
        let key = rsa_key(&private);
        assert_eq!(key.describe(), described);
        let signature = bytes(&vector["signature"]);
        let challenge: Challenge = bytes(&vector["RND_IFD"]).try_into().unwrap();
        key.verify(&challenge, &signature).unwrap();
        assert_eq!(signed(&private, &bytes(&vector["F"])), signature);
        // 9303-11 appendix B.4 of ISO/IEC 9796-2: n − σ is the same signature.
        let mut other = BigNum::new().unwrap();
        other
            .checked_sub(private.n(), &BigNum::from_slice(&signature).unwrap())
            .unwrap();
        let other = other.to_vec_padded(i32::try_from(signature.len()).unwrap());
        key.verify(&challenge, &other.unwrap()).unwrap();
        let mut late = challenge;
        late[7] ^= 1;
        assert!(key.verify(&late, &signature).is_err());
    }
}

/// Appendix F gives no key: its message under a key of ours.
#[test]
fn the_message_of_icao_appendix_f() {
    let vector = vector("rsa_icao_app_F");
    let challenge: Challenge = bytes(&vector["RND_IFD"]).try_into().unwrap();
    let private = rsa_of("rsa1024_sha1");
    let signature = signed(&private, &bytes(&vector["F"]));
    rsa_key(&private).verify(&challenge, &signature).unwrap();
}

#[test]
fn every_hash_of_the_sheet() {
    let private = rsa_of("rsa2048_sha256");
    let key = rsa_key(&private);
    let cases: [(MessageDigest, &[u8]); 6] = [
        (MessageDigest::sha1(), &[0xBC]),
        (MessageDigest::sha1(), &[0x33, 0xCC]),
        (MessageDigest::sha224(), &[0x38, 0xCC]),
        (MessageDigest::sha256(), &[0x34, 0xCC]),
        (MessageDigest::sha384(), &[0x36, 0xCC]),
        (MessageDigest::sha512(), &[0x35, 0xCC]),
    ];
    for (digest, trailer) in cases {
        let recovered = vec![0x5A; 256 - 1 - digest.size() - trailer.len()];
        let inside = hash(digest, &[&recovered[..], &CHALLENGE].concat()).unwrap();
        let message = [&[0x6A], &recovered[..], &inside, trailer].concat();
        key.verify(&CHALLENGE, &signed(&private, &message)).unwrap();
        let mut wrong = message.clone();
        wrong[0] = 0x4A;
        assert_eq!(
            fault(&key, &signed(&private, &wrong)),
            SignatureFault::Header
        );
        wrong = message.clone();
        wrong[100] ^= 1;
        assert_eq!(fault(&key, &signed(&private, &wrong)), SignatureFault::Hash);
        wrong = message;
        let last = wrong.len() - 1;
        wrong[last] = 0xAC;
        assert_eq!(
            fault(&key, &signed(&private, &wrong)),
            SignatureFault::Trailer
        );
    }
    let unknown = [&[0x6A; 254][..], &[0x31, 0xCC]].concat();
    assert_eq!(
        fault(&key, &signed(&private, &unknown)),
        SignatureFault::Trailer
    );
}

#[test]
fn rsa_signatures_that_are_none() {
    let private = rsa_of("rsa2048_sha256");
    let key = rsa_key(&private);
    for length in [0, 1, 128, 255, 257] {
        let expected = 256;
        assert_eq!(
            fault(&key, &vec![1; length]),
            SignatureFault::Length { length, expected }
        );
    }
    assert_eq!(fault(&key, &[0xFF; 256]), SignatureFault::Range);
    assert_eq!(fault(&key, &private.n().to_vec()), SignatureFault::Range);
    for number in [0, 1] {
        let mut trivial = vec![0; 256];
        trivial[255] = number;
        assert_eq!(fault(&key, &trivial), SignatureFault::Trailer);
    }
    let good = bytes(&vector("rsa2048_sha256")["signature"]);
    for bit in (0..good.len() * 8).step_by(7) {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(key.verify(&CHALLENGE, &bad).is_err(), "bit {bit}");
    }
}

#[test]
fn rsa_keys_that_are_none() {
    let modulus = bytes(&vector("rsa1024_sha1")["n"]);
    assert!(RsaKey::new(&modulus, &[3]).is_ok());
    for exponent in [&[][..], &[1], &[2], &[1; 9]] {
        let error = RsaKey::new(&modulus, exponent).unwrap_err();
        assert!(matches!(error, RsaKeyError::Exponent), "{error}");
    }
    let mut even = modulus.clone();
    *even.last_mut().unwrap() &= 0xFE;
    let mut short = modulus.clone();
    short[0] &= 0x7F;
    for modulus in [&[][..], &[0xFF; 64], &even, &short, &vec![0xFF; 1_025]] {
        let error = RsaKey::new(modulus, &[3]).unwrap_err();
        assert!(matches!(error, RsaKeyError::Modulus { .. }), "{error}");
    }
    for der in [
        "",
        "3000",
        "300302010F",
        "3006020101020103FF",
        "30060201FF020103",
    ] {
        assert!(RsaKey::parse(&hex::decode(der).unwrap()).is_err(), "{der}");
    }
}

fn infos(algorithm: ObjectIdentifier, version: u64) -> SecurityInfos {
    let info = ActiveAuthenticationInfo {
        version,
        signature_algorithm: algorithm,
    };
    SecurityInfos {
        infos: vec![SecurityInfo::ActiveAuthentication(info)],
    }
}

fn plain_ecdsa(last: u32) -> ObjectIdentifier {
    ObjectIdentifier::new(&format!("0.4.0.127.0.7.1.1.4.1.{last}")).unwrap()
}

/// brainpoolP256r1, RFC 6979: with standardised, explicit and named parameters.
#[test]
fn ecdsa_signature_of_the_vectors() {
    let vector = vector("ecdsa_brainpoolP256r1_sha256");
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let point = curve.decode_point(&bytes(&vector["Q"])).unwrap();
    let public = PublicKey {
        curve: CurveId::BrainpoolP256r1,
        point,
    };
    let named = SubjectPublicKey {
        algorithm: ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
        parameters: tlv::encode(0x06, CurveId::BrainpoolP256r1.oid()),
        key: public.point.as_bytes().to_vec(),
    };
    let signature = bytes(&vector["signature_plain"]);
    let dg14 = infos(oid::ECDSA_PLAIN_SHA256, 1);
    for subject in [
        public.to_standardised(),
        public.to_explicit().unwrap(),
        named,
    ] {
        let key = ActiveAuthenticationKey::new(&dg15(&subject.to_der()), Some(&dg14)).unwrap();
        assert_eq!(key.describe(), "ECDSA on brainpoolP256r1 with SHA-256");
        key.verify(&CHALLENGE, &signature).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut bad = signature.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(fault(&key, &bad), SignatureFault::Invalid);
        }
        assert_eq!(fault(&key, &[0; 64]), SignatureFault::Invalid);
        assert_eq!(fault(&key, &[0xFF; 64]), SignatureFault::Invalid);
        let der = [&[0x30, 0x44][..], &signature].concat();
        assert!(matches!(fault(&key, &der), SignatureFault::Length { .. }));
    }
}

#[test]
fn ecdsa_on_every_curve_with_every_hash_that_fits() {
    for curve in CurveId::ALL {
        let group = openssl::ec::EcGroup::from_curve_name(curve.nid()).unwrap();
        let private = EcKey::generate(&group).unwrap();
        let dg15 = dg15(&private.public_key_to_der().unwrap());
        for (last, digest) in [
            (2, MessageDigest::sha224()),
            (3, MessageDigest::sha256()),
            (4, MessageDigest::sha384()),
            (5, MessageDigest::sha512()),
        ] {
            let key = ActiveAuthenticationKey::new(&dg15, Some(&infos(plain_ecdsa(last), 1)));
            if digest.size() > curve.field_bytes() {
                let error = key.unwrap_err().to_string();
                assert!(error.contains("longer than its curve"), "{error}");
                continue;
            }
            let signature = EcdsaSig::sign(&hash(digest, &CHALLENGE).unwrap(), &private).unwrap();
            let half = i32::try_from(curve.field_bytes()).unwrap();
            let mut plain = signature.r().to_vec_padded(half).unwrap();
            plain.extend(signature.s().to_vec_padded(half).unwrap());
            key.unwrap().verify(&CHALLENGE, &plain).unwrap();
        }
    }
}

#[test]
fn keys_that_are_not_spoken() {
    let curve = Curve::new(CurveId::P256).unwrap();
    let point = curve
        .multiply_generator(&curve.decode_scalar(&[5]).unwrap())
        .unwrap();
    let dg15 = dg15(&SubjectPublicKey::standardised(12, point.as_bytes()).to_der());
    let new = |dg14: Option<&SecurityInfos>| ActiveAuthenticationKey::new(&dg15, dg14).unwrap_err();
    assert!(matches!(new(None), ActiveAuthenticationError::NoAlgorithm));
    let empty = SecurityInfos::default();
    assert!(matches!(
        new(Some(&empty)),
        ActiveAuthenticationError::NoAlgorithm
    ));
    for (algorithm, version, why) in [
        (plain_ecdsa(1), 1, "SHA-1"),
        (plain_ecdsa(6), 1, "unknown signature algorithm"),
        (oid::PACE, 1, "unknown signature algorithm"),
        (plain_ecdsa(3), 2, "another version"),
    ] {
        let error = new(Some(&infos(algorithm, version))).to_string();
        assert!(error.contains(why), "{error}");
    }
    let ed25519 = PKey::generate_ed25519()
        .unwrap()
        .public_key_to_der()
        .unwrap();
    let error = ActiveAuthenticationKey::new(&self::dg15(&ed25519), None).unwrap_err();
    assert!(
        error.to_string().contains("neither RSA nor ECDSA"),
        "{error}"
    );
    for bad in ["6F00", "6F023000", "61023000", "6F8201", ""] {
        assert!(Dg15::parse(&hex::decode(bad).unwrap()).is_err(), "{bad}");
    }
}

/// The command on the wire, short and extended, and what a chip may answer.
#[test]
fn over_a_card() {
    for (name, capdu) in [
        ("rsa1024_sha1", "0088000008010203040506070800"),
        ("rsa2048_sha256", "00880000000008 0102030405060708 0100"),
    ] {
        let key = rsa_key(&rsa_of(name));
        let signature = bytes(&vector(name)["signature"]);
        let capdu = capdu.replace(' ', "");
        let mut card = Card(|command: &[u8]| {
            assert_eq!(text(command), capdu);
            [&signature[..], &[0x90, 0x00]].concat()
        });
        let mut rng = Published::new(&[CHALLENGE.to_vec()]);
        active_authentication::perform(&mut card, &key, &mut rng).unwrap();
        let mut card = Card(|_: &[u8]| vec![0x69, 0x85]);
        let mut rng = Published::new(&[CHALLENGE.to_vec()]);
        let error = active_authentication::perform(&mut card, &key, &mut rng).unwrap_err();
        assert!(
            matches!(error, ActiveAuthenticationError::Refused { .. }),
            "{error}"
        );
        // Last time's signature is none for today's challenge.
        let mut replay = Card(|_: &[u8]| [&signature[..], &[0x90, 0x00]].concat());
        let mut rng = Published::new(&[vec![9; 8]]);
        let error = active_authentication::perform(&mut replay, &key, &mut rng).unwrap_err();
        let hash = SignatureFault::Hash;
        let told =
            matches!(error, ActiveAuthenticationError::WrongSignature { fault } if fault == hash);
        assert!(told, "{error}");
    }
}
