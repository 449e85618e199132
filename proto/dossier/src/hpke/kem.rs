//! DHKEM(P-256, HKDF-SHA256): RFC 9180 §4.1 and §7.1.

use openssl::{
    bn::{BigNum, BigNumContext},
    derive::Deriver,
    ec::{EcGroup, EcKey, EcPoint, PointConversionForm},
    error::ErrorStack,
    nid::Nid,
    pkey::{self, PKey, Private},
};
use zeroize::Zeroizing;

use super::{ENC_LENGTH, HpkeError, SECRET_LENGTH, kdf};

/// `"KEM"` and the KEM's number.
const SUITE: [u8; 5] = *b"KEM\x00\x10";
const UNCOMPRESSED: u8 = 4;

/// A public key that lies on the curve.
pub(super) struct Public {
    key: EcKey<pkey::Public>,
    point: [u8; ENC_LENGTH],
}

impl Public {
    /// From DER of a P-256 `SubjectPublicKeyInfo`.
    pub(super) fn from_spki(spki: &[u8]) -> Option<Self> {
        let key = PKey::public_key_from_der(spki).ok()?.ec_key().ok()?;
        if key.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
            return None;
        }
        let point = encode(key.group(), key.public_key()).ok()?;
        Self::from_point(&point)
    }

    /// From an uncompressed point (§7.1.4: it is checked to be on the curve, and not infinity).
    pub(super) fn from_point(point: &[u8; ENC_LENGTH]) -> Option<Self> {
        if point[0] != UNCOMPRESSED {
            return None;
        }
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).ok()?;
        let mut context = BigNumContext::new().ok()?;
        let parsed = EcPoint::from_bytes(&group, point, &mut context).ok()?;
        let key = EcKey::from_public_key(&group, &parsed).ok()?;
        key.check_key().ok()?;
        Some(Self { key, point: *point })
    }

    pub(super) fn point(&self) -> &[u8; ENC_LENGTH] {
        &self.point
    }
}

/// What a sender sends, and what it shares with the receiver.
pub(super) struct Encapsulated {
    pub(super) enc: [u8; ENC_LENGTH],
    pub(super) shared: Zeroizing<Vec<u8>>,
}

/// `Encap(pkR)` with the ephemeral key of this seed.
pub(super) fn encapsulate(
    receiver: &Public,
    seed: &[u8; SECRET_LENGTH],
) -> Result<Encapsulated, HpkeError> {
    let ephemeral = derive_key_pair(seed)?;
    let enc = encode(ephemeral.group(), ephemeral.public_key())?;
    let dh = {
        let ours = PKey::from_ec_key(ephemeral)?;
        let theirs = PKey::from_ec_key(receiver.key.clone())?;
        let mut deriver = Deriver::new(&ours)?;
        deriver.set_peer(&theirs)?;
        Zeroizing::new(deriver.derive_to_vec()?)
    };
    let shared = extract_and_expand(&dh, &enc, &receiver.point)?;
    Ok(Encapsulated { enc, shared })
}

/// `ExtractAndExpand(dh, enc ‖ pkRm)`.
pub(super) fn extract_and_expand(
    dh: &[u8],
    enc: &[u8; ENC_LENGTH],
    receiver: &[u8; ENC_LENGTH],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let prk = kdf::labeled_extract(&SUITE, &[], "eae_prk", dh)?;
    let context = [&enc[..], receiver].concat();
    kdf::labeled_expand(&SUITE, &prk, "shared_secret", &context, SECRET_LENGTH)
}

/// `DeriveKeyPair(ikm)` (§7.1.3): candidates until one is a scalar, the first but once in 2^32.
pub(super) fn derive_key_pair(seed: &[u8]) -> Result<EcKey<Private>, HpkeError> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new_secure()?;
    let mut order = BigNum::new()?;
    group.order(&mut order, &mut context)?;
    let prk = kdf::labeled_extract(&SUITE, &[], "dkp_prk", seed)?;
    for counter in 0..=u8::MAX {
        let candidate = kdf::labeled_expand(&SUITE, &prk, "candidate", &[counter], SECRET_LENGTH)?;
        let mut scalar = BigNum::new_secure()?;
        scalar.copy_from_slice(&candidate)?;
        if scalar.num_bits() == 0 || scalar >= order {
            continue;
        }
        let mut public = EcPoint::new(&group)?;
        public.mul_generator2(&group, &scalar, &mut context)?;
        return Ok(EcKey::from_private_components(&group, &scalar, &public)?);
    }
    Err(HpkeError::Seal)
}

fn encode(
    group: &openssl::ec::EcGroupRef,
    point: &openssl::ec::EcPointRef,
) -> Result<[u8; ENC_LENGTH], ErrorStack> {
    let mut context = BigNumContext::new()?;
    let bytes = point.to_bytes(group, PointConversionForm::UNCOMPRESSED, &mut context)?;
    // The point at infinity is one byte: it becomes zeros, which no reader takes for a point.
    Ok(bytes.try_into().unwrap_or([0; ENC_LENGTH]))
}
