//! Terminal authentication: the country verifying CA, its links, and the document verifiers.
//!
//! A document verifier asks as one of another house would: with a request file that its own key
//! signed (and the key before it, in a succession). The CA's part reads only that file.

use icao9303::cvc::{
    Body, Certificate, CertificateReference, HolderAuthorization, ReceivedRequest, RequestBody,
    Rights, Role, SuccessiveRequest, VerificationKey,
};
use key_custody::{
    EcKey, Token,
    role::{CountryVerifying, DocumentVerifying, EcRole},
};
use rand::CryptoRng;
use time::{Date, Duration};

use super::{
    Ceremony, CeremonyError,
    calendar::Calendar,
    place::TokenPlace,
    tokens::make_ec,
    verifying_plan::{Right, VerifierPlan, VerifyingPlan},
};
use crate::cvc_key;

/// Makes what is missing: first the document verifiers' keys and requests, then what the CA signs.
pub(super) fn make<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    plan: &VerifyingPlan,
) -> Result<(), CeremonyError> {
    let authority = authority_name(plan, plan.authority.sequence)?;
    if !plan.verifiers.is_empty() {
        let token = ceremony.token(TokenPlace::DocumentVerifying, &|token| {
            let mut made = false;
            for verifier in &plan.verifiers {
                made |= make_ec::<DocumentVerifying>(token, &verifier.label, cvc_key::CURVE)?;
            }
            Ok(made)
        })?;
        for verifier in &plan.verifiers {
            request(ceremony, &token, plan, verifier, &authority)?;
        }
    }
    let token = ceremony.token(TokenPlace::CountryVerifying, &|token| {
        make_ec::<CountryVerifying>(token, &authority_label(plan), cvc_key::CURVE)
    })?;
    let (key, certificate) = generation(ceremony, &token, plan)?;
    for verifier in &plan.verifiers {
        certify(ceremony, &token, &key, &certificate, plan, verifier)?;
    }
    Ok(())
}

fn authority_label(plan: &VerifyingPlan) -> String {
    format!("cvca-{}", plan.authority.sequence)
}

fn authority_name(
    plan: &VerifyingPlan,
    sequence: u32,
) -> Result<CertificateReference, CeremonyError> {
    name(&plan.country, &plan.authority.mnemonic, sequence)
}

fn name(
    country: &str,
    mnemonic: &str,
    sequence: u32,
) -> Result<CertificateReference, CeremonyError> {
    let sequence = format!("{sequence:05}");
    Ok(CertificateReference::new(country, mnemonic, &sequence)?)
}

fn rights(plan: &[Right]) -> Rights {
    let bits = plan.iter().fold(0, |bits, right| bits | right.cvc().bits());
    Rights::from_bits(bits)
}

/// The certificate in a file, if it was made.
fn read<R: CryptoRng, P>(
    ceremony: &Ceremony<'_, R, P>,
    file: &str,
) -> Result<Option<Certificate>, CeremonyError> {
    let Some(bytes) = ceremony.place.read(file)? else {
        return Ok(None);
    };
    let foreign = |_| CeremonyError::Foreign { file: file.into() };
    Certificate::parse(&bytes).map(Some).map_err(foreign)
}

fn is_of<R: EcRole>(certificate: &Certificate, key: &EcKey<R>) -> bool {
    certificate.body().key.point == key.public_point()
}

/// The generation of the CA that the plan asks for: its key and its self-signed certificate, and the
/// link from the one before.
fn generation<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    token: &Token,
    plan: &VerifyingPlan,
) -> Result<(EcKey<CountryVerifying>, Certificate), CeremonyError> {
    let sequence = plan.authority.sequence;
    let label = authority_label(plan);
    let file = format!("trust/{label}.cvcert");
    let key = token.find_ec::<CountryVerifying>(&label)?;
    let certificate = match read(ceremony, &file)? {
        Some(found) if is_of(&found, &key) => found,
        Some(_) => return Err(CeremonyError::Foreign { file }),
        None => {
            let holder = authority_name(plan, sequence)?;
            let period = Calendar::new(ceremony.now).months(plan.authority.validity_months.into());
            let rights = rights(&plan.authority.rights);
            let body = Body {
                authority: holder.clone(),
                key: cvc_key::public_key(&key, true),
                holder,
                authorization: HolderAuthorization::inspection(Role::Cvca, rights),
                effective: period.from.date(),
                expiration: period.until.date(),
                extensions: None,
            };
            let certificate = cvc_key::certify(token, &key, body)?;
            ceremony.make(&file, &certificate.to_bytes())?;
            certificate
        }
    };
    if let Some(previous) = plan.authority.previous {
        link(ceremony, token, plan, previous, &certificate)?;
    }
    Ok((key, certificate))
}

/// The same certificate, signed by the key before: what chips follow from one trust point to the
/// next.
fn link<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    token: &Token,
    plan: &VerifyingPlan,
    previous: u32,
    next: &Certificate,
) -> Result<(), CeremonyError> {
    let label = format!("cvca-{previous}");
    let before = format!("trust/{label}.cvcert");
    let missing = || CeremonyError::NoPrevious {
        file: before.clone(),
    };
    let signer = read(ceremony, &before)?.ok_or_else(missing)?;
    let key = token.find_ec::<CountryVerifying>(&label)?;
    let fits = is_of(&signer, &key) && *signer.holder() == authority_name(plan, previous)?;
    if !fits {
        return Err(CeremonyError::Foreign { file: before });
    }
    let file = format!("trust/link-cvca-{}.cvcert", plan.authority.sequence);
    if let Some(found) = read(ceremony, &file)? {
        found.verify(&cvc_key::public_key(&key, true).on(None)?)?;
        return Ok(());
    }
    let body = Body {
        authority: signer.holder().clone(),
        ..next.body().clone()
    };
    let link = cvc_key::certify(token, &key, body)?;
    ceremony.make(&file, &link.to_bytes())
}

/// A document verifier's key, and its request in `public/`.
fn request<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    token: &Token,
    plan: &VerifyingPlan,
    verifier: &VerifierPlan,
    authority: &CertificateReference,
) -> Result<(), CeremonyError> {
    let file = request_file(verifier);
    let key = token.find_ec::<DocumentVerifying>(&verifier.label)?;
    if let Some(bytes) = ceremony.place.read(&file)? {
        let ours = ReceivedRequest::parse(&bytes)
            .is_ok_and(|found| found.request().body().key.point == key.public_point());
        return if ours {
            Ok(())
        } else {
            Err(CeremonyError::Foreign { file })
        };
    }
    let body = RequestBody {
        authority: Some(authority.clone()),
        key: cvc_key::public_key(&key, false),
        holder: name(&plan.country, &verifier.mnemonic, verifier.sequence)?,
    };
    let request = cvc_key::request(token, &key, body)?;
    let bytes = match &verifier.previous {
        None => request.to_bytes(),
        Some(previous) => {
            let before = format!("trust/{previous}.cvcert");
            let missing = || CeremonyError::NoPrevious {
                file: before.clone(),
            };
            let signer = read(ceremony, &before)?.ok_or_else(missing)?;
            let key = token.find_ec::<DocumentVerifying>(previous)?;
            let holder = signer.holder().clone();
            let message = SuccessiveRequest::to_be_signed(&request, &holder);
            let signature = cvc_key::sign(token, &key, &message)?;
            SuccessiveRequest::assemble(request, holder, &signature).to_bytes()
        }
    };
    ceremony.make(&file, &bytes)
}

fn request_file(verifier: &VerifierPlan) -> String {
    format!("public/{}.cvreq", verifier.label)
}

/// What the CA answers to a document verifier's request.
fn certify<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    token: &Token,
    key: &EcKey<CountryVerifying>,
    authority: &Certificate,
    plan: &VerifyingPlan,
    verifier: &VerifierPlan,
) -> Result<(), CeremonyError> {
    let asked = request_file(verifier);
    let bytes = ceremony.place.read(&asked)?.unwrap_or_default();
    let received = ReceivedRequest::parse(&bytes)?;
    let wanted = name(&plan.country, &verifier.mnemonic, verifier.sequence)?;
    let body = received.request().body();
    let to_us = body.authority.as_ref() == Some(authority.holder());
    if body.holder != wanted || !to_us {
        return Err(CeremonyError::Foreign { file: asked });
    }
    let file = format!("trust/{}.cvcert", verifier.label);
    if let Some(found) = read(ceremony, &file)? {
        let ours = found
            .verify(&cvc_key::public_key(key, true).on(None)?)
            .is_ok();
        return if ours && found.body().key == body.key {
            Ok(())
        } else {
            Err(CeremonyError::Foreign { file })
        };
    }
    let today = Calendar::new(ceremony.now).months(1).from.date();
    verify(ceremony, &received, authority, verifier, today)?;
    let expiration = today + Duration::days(i64::from(verifier.validity_days) - 1);
    if expiration > authority.body().expiration {
        return Err(CeremonyError::Outlives {
            label: verifier.label.clone(),
        });
    }
    let role = Role::DomesticDocumentVerifier;
    let body = Body {
        authority: authority.holder().clone(),
        key: body.key.clone(),
        holder: wanted,
        authorization: HolderAuthorization::inspection(role, rights(&verifier.rights)),
        effective: today,
        expiration,
        extensions: None,
    };
    let certificate = cvc_key::certify(token, key, body)?;
    ceremony.make(&file, &certificate.to_bytes())
}

/// The signatures of a request: the inner one, and in a succession the outer one by a certificate
/// that is in force and of the same holder.
fn verify<R: CryptoRng, P>(
    ceremony: &Ceremony<'_, R, P>,
    received: &ReceivedRequest,
    authority: &Certificate,
    verifier: &VerifierPlan,
    today: Date,
) -> Result<VerificationKey, CeremonyError> {
    let curve = authority.body().key.on(None)?.curve();
    let asked = || CeremonyError::Foreign {
        file: request_file(verifier),
    };
    match (received, &verifier.previous) {
        (ReceivedRequest::First(request), None) => Ok(request.verify(Some(curve))?),
        (ReceivedRequest::Successive(request), Some(previous)) => {
            let file = format!("trust/{previous}.cvcert");
            let missing = || CeremonyError::NoPrevious { file: file.clone() };
            let before = read(ceremony, &file)?.ok_or_else(missing)?;
            let same = |name: &CertificateReference| (name.country(), name.mnemonic());
            let holder = request.request().holder();
            if before.holder() != request.signer() || same(before.holder()) != same(holder) {
                return Err(asked());
            }
            if before.body().expiration < today {
                return Err(CeremonyError::ExpiredPrevious { file });
            }
            Ok(request.verify(&before.body().key.on(Some(curve))?)?)
        }
        _ => Err(asked()),
    }
}
