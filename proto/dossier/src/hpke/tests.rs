//! HPKE: the published vectors, a second implementation both ways, and everything that must not open.

use std::convert::Infallible;

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::DhP256HkdfSha256, single_shot_open, single_shot_seal_with_rng,
};
use openssl::{
    derive::Deriver,
    ec::{EcGroup, EcKey, EcPoint},
    nid::Nid,
    pkey::{PKey, Private},
};
use rand::{SeedableRng, rngs::StdRng};

use super::*;

/// A receiver whose key lies in memory.
pub(crate) struct SoftKey {
    key: PKey<Private>,
    spki: Vec<u8>,
}

impl SoftKey {
    pub(crate) fn from_seed(seed: &[u8]) -> Self {
        Self::from(kem::derive_key_pair(seed).unwrap())
    }

    fn from(key: EcKey<Private>) -> Self {
        let key = PKey::from_ec_key(key).unwrap();
        let spki = key.public_key_to_der().unwrap();
        Self { key, spki }
    }
}

impl ReceiverKey for SoftKey {
    type Error = Infallible;

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn dh(&self, point: &[u8; ENC_LENGTH]) -> Result<Zeroizing<[u8; SECRET_LENGTH]>, Infallible> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let point = EcPoint::from_bytes(&group, point, &mut context).unwrap();
        let peer = PKey::from_ec_key(EcKey::from_public_key(&group, &point).unwrap()).unwrap();
        let mut deriver = Deriver::new(&self.key).unwrap();
        deriver.set_peer(&peer).unwrap();
        let shared = deriver.derive_to_vec().unwrap();
        Ok(Zeroizing::new(shared.try_into().unwrap()))
    }
}

#[test]
fn the_published_vectors_come_out() {
    let text = include_str!("../../../../tests/vectors/hpke.json");
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let bytes = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
        let aead = match vector["aead_id"].as_u64().unwrap() {
            1 => Aead::Aes128Gcm,
            2 => Aead::Aes256Gcm,
            other => panic!("AEAD {other}"),
        };
        let receiver = kem::derive_key_pair(&bytes("ikmR")).unwrap();
        assert_eq!(
            receiver.private_key().to_vec_padded(32).unwrap(),
            bytes("skRm")
        );
        let receiver = SoftKey::from(receiver);
        let public = Public::from_spki(&receiver.spki).unwrap();
        assert_eq!(public.point()[..], bytes("pkRm"));

        let seed: [u8; 32] = bytes("ikmE").try_into().unwrap();
        let encapsulated = kem::encapsulate(&public, &seed).unwrap();
        assert_eq!(encapsulated.enc[..], bytes("enc"));
        assert_eq!(*encapsulated.shared, bytes("shared_secret"));
        let keys = key_schedule(aead, &encapsulated.shared, &bytes("info")).unwrap();
        assert_eq!(*keys.key, bytes("key"));
        assert_eq!(*keys.nonce, bytes("base_nonce"));

        let (info, bound, plaintext) = (bytes("info"), bytes("aad"), bytes("pt"));
        let sealed = seal_with(aead, &receiver.spki, &info, &bound, &plaintext, &seed).unwrap();
        assert_eq!(sealed.ciphertext, bytes("ct"));
        let (enc, ciphertext) = (&sealed.enc, &sealed.ciphertext);
        let opened = open_with(aead, &receiver, enc, &info, &bound, ciphertext).unwrap();
        assert_eq!(*opened, plaintext);
    }
}

#[test]
fn another_implementation_opens_ours_and_we_open_its() {
    let mut rng = StdRng::seed_from_u64(9180);
    for round in 0..32_u8 {
        let seed = [round; 32];
        let ours = SoftKey::from_seed(&seed);
        let (their_private, their_public) = DhP256HkdfSha256::derive_keypair(&seed);
        let point = Public::from_spki(&ours.spki).unwrap();
        assert_eq!(their_public.to_bytes()[..], point.point()[..]);

        let plaintext = vec![round; usize::from(round) * 1000];
        let sealed = seal(&ours.spki, b"info", b"aad", &plaintext, &mut rng).unwrap();
        let opened = single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &their_private,
            &<DhP256HkdfSha256 as Kem>::EncappedKey::from_bytes(&sealed.enc).unwrap(),
            b"info",
            &sealed.ciphertext,
            b"aad",
        );
        assert_eq!(opened.unwrap(), plaintext);

        let (enc, ciphertext) =
            single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
                &OpModeS::Base,
                &their_public,
                b"info",
                &plaintext,
                b"aad",
                &mut rng,
            )
            .unwrap();
        let enc = enc.to_bytes().as_slice().try_into().unwrap();
        let opened = open(&ours, &enc, b"info", b"aad", &ciphertext).unwrap();
        assert_eq!(*opened, plaintext);
    }
}

#[test]
fn nothing_else_opens_and_no_cause_is_told() {
    let key = SoftKey::from_seed(&[1; 32]);
    let mut rng = StdRng::seed_from_u64(1);
    let Sealed { enc, ciphertext } = seal(&key.spki, b"info", b"aad", b"text", &mut rng).unwrap();
    let refused = |answer: Result<Zeroizing<Vec<u8>>, HpkeError>| {
        assert!(matches!(answer, Err(HpkeError::Seal)));
    };
    for position in 0..ciphertext.len() {
        let mut changed = ciphertext.clone();
        changed[position] ^= 1;
        refused(open(&key, &enc, b"info", b"aad", &changed));
    }
    for position in 0..ENC_LENGTH {
        let mut changed = enc;
        changed[position] ^= 1;
        refused(open(&key, &changed, b"info", b"aad", &ciphertext));
    }
    refused(open(&key, &enc, b"Info", b"aad", &ciphertext));
    refused(open(&key, &enc, b"info", b"Aad", &ciphertext));
    refused(open(
        &SoftKey::from_seed(&[2; 32]),
        &enc,
        b"info",
        b"aad",
        &ciphertext,
    ));
    for length in 0..ciphertext.len() {
        refused(open(&key, &enc, b"info", b"aad", &ciphertext[..length]));
    }
    refused(open(&key, &[0; ENC_LENGTH], b"info", b"aad", &ciphertext));
}

#[test]
fn only_p256_keys_are_sealed_to() {
    let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P256R1).unwrap();
    let other = SoftKey::from(EcKey::generate(&group).unwrap());
    let mut rng = StdRng::seed_from_u64(1);
    for spki in [&other.spki[..], b"no key", b""] {
        let refused = seal(spki, b"", b"", b"", &mut rng).unwrap_err();
        assert!(matches!(refused, HpkeError::BadKey), "{refused}");
    }
}

#[test]
fn two_seals_of_one_message_have_nothing_in_common() {
    let key = SoftKey::from_seed(&[1; 32]);
    let mut rng = StdRng::seed_from_u64(1);
    let one = seal(&key.spki, b"", b"", &[0; 64], &mut rng).unwrap();
    let two = seal(&key.spki, b"", b"", &[0; 64], &mut rng).unwrap();
    assert_ne!(one.enc, two.enc);
    assert_ne!(one.ciphertext, two.ciphertext);
}
