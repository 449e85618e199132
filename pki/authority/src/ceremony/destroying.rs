//! The end of superseded keys: of document signers and document verifiers.
//!
//! ```text
//! the successor is certified, in force, and signs ─> intent, durable ─> key destroyed at the bench
//!    ─> commit ─> outcome, durable
//! ```
//! A ceremony killed anywhere continues: with the intent recorded, a key that is not there any more is
//! what was wanted.

use icao9303::{cvc, x509::Certificate};
use key_custody::{
    EcKey, Token,
    role::{DocumentSigning, DocumentVerifying, EcRole},
};
use openssl::{bn::BigNum, ecdsa::EcdsaSig, pkey::PKey, sha::sha256};
use rand::CryptoRng;
use time::format_description::well_known::Rfc3339;

use super::{
    Ceremony, CeremonyError,
    later_plan::{DestroyPlan, Doomed},
    place::TokenPlace,
};

/// What the successor signs to show that it can.
const PROBE: &[u8] = b"a key is destroyed only when its successor signs";

/// Destroys what the plan names and is not destroyed yet.
pub(super) fn destroy<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    plan: &[DestroyPlan],
) -> Result<(), CeremonyError> {
    plan.iter().try_for_each(|one| match one.role {
        Doomed::DocumentSigner => {
            one_key::<_, _, DocumentSigning>(ceremony, one, TokenPlace::Signing, &signer)
        }
        Doomed::DocumentVerifier => {
            let place = TokenPlace::DocumentVerifying;
            one_key::<_, _, DocumentVerifying>(ceremony, one, place, &verifier)
        }
    })
}

/// Whether certificates say that the second key works in the place of the first.
type Succeeds<'a, 'b, R, P, K> =
    &'a dyn Fn(&Ceremony<'b, R, P>, &DestroyPlan, [&EcKey<K>; 2]) -> Result<(), CeremonyError>;

fn one_key<'b, R: CryptoRng, P, K: EcRole>(
    ceremony: &mut Ceremony<'b, R, P>,
    plan: &DestroyPlan,
    place: TokenPlace,
    succeeds: Succeeds<'_, 'b, R, P, K>,
) -> Result<(), CeremonyError> {
    let label = &plan.label;
    let (intent, outcome) = (
        format!("destroyed/{label}.intent"),
        format!("destroyed/{label}.outcome"),
    );
    if ceremony.place.read(&outcome)?.is_some() {
        return Ok(());
    }
    let told = format!(
        "{label} of {}, succeeded by {}\n",
        place.label(),
        plan.successor
    );
    match ceremony.place.read(&intent)? {
        Some(known) if known == told.as_bytes() => {}
        Some(_) => return Err(CeremonyError::Foreign { file: intent }),
        None => {
            let token = ceremony.token(place, &|_| Ok(false))?;
            let keys = [
                token.find_ec::<K>(label)?,
                token.find_ec::<K>(&plan.successor)?,
            ];
            succeeds(ceremony, plan, [&keys[0], &keys[1]])?;
            if !signs(&token, &keys[1])? {
                return Err(not_succeeded(plan, "does not sign"));
            }
            drop(token);
            ceremony.place.write(&intent, told.as_bytes(), 0o644)?;
        }
    }
    ceremony.token(place, &|token| Ok(token.destroy_ec::<K>(label)?))?;
    let at = ceremony.now.format(&Rfc3339).unwrap_or_default();
    ceremony
        .place
        .write(&outcome, format!("{at} {told}").as_bytes(), 0o644)?;
    ceremony.say(&format!("destroyed the key {label}"));
    Ok(())
}

fn not_succeeded(plan: &DestroyPlan, reason: &'static str) -> CeremonyError {
    CeremonyError::NotSucceeded {
        label: plan.label.clone(),
        successor: plan.successor.clone(),
        reason,
    }
}

/// A document signer's certificate under the country signing CA, in the period of its key.
fn signer<R: CryptoRng, P>(
    ceremony: &Ceremony<'_, R, P>,
    plan: &DestroyPlan,
    keys: [&EcKey<DocumentSigning>; 2],
) -> Result<(), CeremonyError> {
    let of = |label: &str, key: &EcKey<DocumentSigning>| {
        let file = format!("trust/{label}.cer");
        let found = ceremony.certificate(&file, key.public_key_spki())?;
        found.ok_or(CeremonyError::NoPrevious { file })
    };
    of(&plan.label, keys[0])?;
    let next = of(&plan.successor, keys[1])?;
    let root = ceremony.place.read("trust/csca-1.cer")?.unwrap_or_default();
    let certified = Certificate::parse(&root)
        .is_ok_and(|root| next.is_signed_by(root.public_key()).unwrap_or(false));
    if !certified {
        return Err(not_succeeded(plan, "is not certified by trust/csca-1.cer"));
    }
    let usage = next.extensions().private_key_usage_period().ok().flatten();
    let (from, until) = usage.map_or((None, None), |usage| (usage.not_before, usage.not_after));
    let begun = from.is_none_or(|from| from <= ceremony.now);
    let ended = until.is_some_and(|until| until < ceremony.now);
    let valid = (next.not_before()..=next.not_after()).contains(&ceremony.now);
    if !begun || ended || !valid {
        return Err(not_succeeded(plan, "may not be used today"));
    }
    Ok(())
}

/// A document verifier's certificate of the same holder, under a country verifying CA, valid today.
fn verifier<R: CryptoRng, P>(
    ceremony: &Ceremony<'_, R, P>,
    plan: &DestroyPlan,
    keys: [&EcKey<DocumentVerifying>; 2],
) -> Result<(), CeremonyError> {
    let read = |label: &str| {
        let file = format!("trust/{label}.cvcert");
        let bytes = ceremony.place.read(&file)?;
        let missing = || CeremonyError::NoPrevious { file: file.clone() };
        Ok::<_, CeremonyError>(cvc::Certificate::parse(&bytes.ok_or_else(missing)?)?)
    };
    let (old, next) = (read(&plan.label)?, read(&plan.successor)?);
    for (certificate, key, label) in [
        (&old, keys[0], &plan.label),
        (&next, keys[1], &plan.successor),
    ] {
        if certificate.body().key.point != key.public_point() {
            let file = format!("trust/{label}.cvcert");
            return Err(CeremonyError::Foreign { file });
        }
    }
    let (before, after) = (old.holder(), next.holder());
    let same = before.country() == after.country() && before.mnemonic() == after.mnemonic();
    if !same || before.sequence() >= after.sequence() {
        return Err(not_succeeded(plan, "is not a later one of the same holder"));
    }
    let generation: u32 = next.authority().sequence().parse().unwrap_or(0);
    let authority = read(&format!("cvca-{generation}"))?;
    let certified = authority.holder() == next.authority()
        && next.verify(&authority.verify_self_signed()?).is_ok();
    if !certified {
        return Err(not_succeeded(plan, "is not certified by its CA"));
    }
    let body = next.body();
    if !(body.effective..=body.expiration).contains(&ceremony.now.date()) {
        return Err(not_succeeded(
            plan,
            "has a certificate that is not valid today",
        ));
    }
    Ok(())
}

/// Whether a key makes signatures that its public half verifies.
fn signs<K: EcRole>(token: &Token, key: &EcKey<K>) -> Result<bool, CeremonyError> {
    let digest = sha256(PROBE);
    let signature = token.sign_digest(key, &digest)?;
    let (r, s) = signature.split_at(signature.len() / 2);
    let signature =
        EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    let public = PKey::public_key_from_der(key.public_key_spki())?.ec_key()?;
    Ok(signature.verify(&digest, &public)?)
}
