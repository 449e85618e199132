//! The country signing CA's part: its root, the document signers' certificates, the first list.

use icao9303::{crl::RevocationList, x509::Certificate};
use key_custody::{Curve, EcKey, Token, role::CountrySigning};
use rand::CryptoRng;

use super::{Ceremony, CeremonyError, calendar::Calendar, place::TokenPlace, tokens};
use crate::{
    authority_key::sign_with,
    profile::{
        AuthorityName, CountrySigning as RootParameters, DocumentSigner, RevocationListParameters,
        SerialNumber, StateNames, build_document_signer, build_revocation_list, build_root,
    },
};

const KEY: &str = "csca-1";
const ROOT: &str = "trust/csca-1.cer";
const LIST: &str = "trust/csca-1.crl";

/// Makes what is missing of the country's certificates.
pub(super) fn make<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    signers: &[Vec<u8>],
) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::CountrySigning, &|token| {
        tokens::make_ec::<CountrySigning>(token, KEY, Curve::BrainpoolP384r1)
    })?;
    let key = token.find_ec::<CountrySigning>(KEY)?;
    let root = root(ceremony, &token, &key)?;
    for (number, spki) in signers.iter().enumerate() {
        document_signer(ceremony, &token, &key, &root, number, spki)?;
    }
    first_list(ceremony, &token, &key, &root)
}

fn root<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    token: &Token,
    key: &EcKey<CountrySigning>,
) -> Result<Certificate, CeremonyError> {
    if let Some(root) = ceremony.certificate(ROOT, key.public_key_spki())? {
        return Ok(root);
    }
    let plan = ceremony.plan;
    let calendar = Calendar::new(ceremony.now);
    let parameters = RootParameters {
        serial: SerialNumber::random(ceremony.rng),
        name: name(ceremony, &plan.country_signing.common_name),
        state: state(ceremony),
        validity: calendar.country_signing(plan),
        key_usage: calendar.months(u32::from(plan.country_signing.key_years) * 12),
        crl_addresses: plan.state.crl_addresses.clone(),
    };
    let root = build_root(
        &parameters,
        key.public_key_spki(),
        &mut sign_with(token, key),
    )?;
    ceremony.make(ROOT, root.der())?;
    Ok(root)
}

fn document_signer<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    token: &Token,
    key: &EcKey<CountrySigning>,
    root: &Certificate,
    number: usize,
    spki: &[u8],
) -> Result<(), CeremonyError> {
    let plan = ceremony.plan;
    let signer = &plan.document_signers[number];
    let file = format!("trust/{}.cer", signer.label);
    if ceremony.certificate(&file, spki)?.is_some() {
        return Ok(());
    }
    let calendar = Calendar::new(ceremony.now);
    let parameters = DocumentSigner {
        serial: SerialNumber::random(ceremony.rng),
        name: name(ceremony, &signer.common_name),
        state: state(ceremony),
        validity: calendar.document_signer(plan, signer.key_months),
        key_usage: calendar.months(u32::from(signer.key_months)),
        crl_addresses: plan.state.crl_addresses.clone(),
        document_types: plan.state.document_types.clone(),
    };
    let certificate = build_document_signer(&parameters, spki, root, &mut sign_with(token, key))?;
    ceremony.make(&file, certificate.der())
}

fn first_list<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    token: &Token,
    key: &EcKey<CountrySigning>,
    root: &Certificate,
) -> Result<(), CeremonyError> {
    if let Some(bytes) = ceremony.place.read(LIST)? {
        let ours = RevocationList::parse(&bytes)
            .is_ok_and(|list| list.is_signed_by(root.public_key()).unwrap_or(false));
        return if ours {
            Ok(())
        } else {
            Err(CeremonyError::Foreign { file: LIST.into() })
        };
    }
    let days = i64::from(ceremony.plan.country_signing.crl_days);
    let parameters = RevocationListParameters {
        number: 1,
        this_update: ceremony.now,
        next_update: ceremony.now + time::Duration::days(days),
        revoked: Vec::new(),
    };
    let list = build_revocation_list(&parameters, root, &mut sign_with(token, key))?;
    ceremony.make(LIST, list.der())
}

fn name<R: CryptoRng>(ceremony: &Ceremony<'_, R>, common_name: &str) -> AuthorityName {
    let state = &ceremony.plan.state;
    AuthorityName {
        country: state.country.clone(),
        organisation: Some(state.organisation.clone()),
        unit: None,
        common_name: common_name.into(),
    }
}

fn state<R: CryptoRng>(ceremony: &Ceremony<'_, R>) -> StateNames {
    let state = &ceremony.plan.state;
    StateNames {
        mail: state.mail.clone(),
        state: state.mrz_code.clone(),
    }
}
