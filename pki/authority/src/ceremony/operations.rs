//! The operations CA's part: its certificate, and the keys and certificates of our programs.
//!
//! A program's TLS key lies in the token that its plan names; without one it is a file that only its
//! owner can read, for peers in tests.

use icao9303::{crl::RevocationList, x509::Certificate};
use key_custody::{Curve, EcKey, Token, role::OperationsCa};
use openssl::{
    ec::{EcGroup, EcKey as OpensslKey},
    error::ErrorStack,
    nid::Nid,
    pkey::{PKey, Private},
};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{
    Ceremony, CeremonyError,
    calendar::Calendar,
    place::TokenPlace,
    plan::{ProgramPlan, Side},
    tokens,
};
use crate::{
    authority_key::sign_with,
    profile::{
        AuthorityName, OperationsCertificate, ProgramName, ProgramRole, RevocationListParameters,
        SerialNumber, build_operations_ca, build_program_certificate, build_revocation_list,
    },
};

/// Label of the operations CA's key.
pub const KEY: &str = "operations-1";
pub(super) const CA: &str = "operations/operations-ca";
/// What services read before `pki-authority operations` has made its first list.
const LIST: &str = "operations/operations.crl";
/// How long that holds.
const LIST_LIFE: time::Duration = time::Duration::days(7);

/// Makes what is missing of our programs' certificates.
pub(super) fn make<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let plan = ceremony.plan;
    // One token folder is open at a time: what the CA needs of the others is public keys.
    let mut keys = Vec::with_capacity(plan.programs.len());
    for program in &plan.programs {
        keys.push(
            match program.token.as_deref().and_then(TokenPlace::of_program) {
                Some(place) => tokens::program_key(ceremony, place, &program.name)?,
                None => key_file(ceremony, &program.name)?.public_key_to_der()?,
            },
        );
    }
    let token = ceremony.token(TokenPlace::OperationsCa, &|token| {
        tokens::make_ec::<OperationsCa>(token, KEY, Curve::P256)
    })?;
    let key = token.find_ec::<OperationsCa>(KEY)?;
    let ca = authority(ceremony, &token, &key)?;
    for (program, spki) in plan.programs.iter().zip(&keys) {
        certify(ceremony, (&token, &key), &ca, program, spki)?;
    }
    first_list(ceremony, (&token, &key), &ca)
}

/// A list without entries: who reads lists lets nobody in without one.
fn first_list<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    (token, key): (&Token, &EcKey<OperationsCa>),
    ca: &Certificate,
) -> Result<(), CeremonyError> {
    if let Some(bytes) = ceremony.place.read(LIST)? {
        let ours = RevocationList::parse(&bytes)
            .is_ok_and(|list| list.is_signed_by(ca.public_key()).unwrap_or(false));
        return if ours {
            Ok(())
        } else {
            Err(CeremonyError::Foreign { file: LIST.into() })
        };
    }
    let parameters = RevocationListParameters {
        // The service counts from 1.
        number: 0,
        this_update: ceremony.now,
        next_update: ceremony.now + LIST_LIFE,
        revoked: Vec::new(),
    };
    let list = build_revocation_list(&parameters, ca, &mut sign_with(token, key))?;
    ceremony.make(LIST, list.der())
}

fn authority<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    token: &Token,
    key: &EcKey<OperationsCa>,
) -> Result<Certificate, CeremonyError> {
    let file = format!("{CA}.cer");
    let ca = if let Some(ca) = ceremony.certificate(&file, key.public_key_spki())? {
        ca
    } else {
        let common_name = ceremony.plan.operations.common_name.clone();
        let parameters = parameters(ceremony, None, &common_name);
        let spki = key.public_key_spki();
        let ca = build_operations_ca(&parameters, spki, &mut sign_with(token, key))?;
        ceremony.make(&file, ca.der())?;
        ca
    };
    ceremony.keep(&format!("{CA}.pem"), &pem(&ca)?)?;
    Ok(ca)
}

fn certify<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    (token, key): (&Token, &EcKey<OperationsCa>),
    ca: &Certificate,
    program: &ProgramPlan,
    spki: &[u8],
) -> Result<(), CeremonyError> {
    let file = format!("operations/{}.cer", program.name);
    let certificate = if let Some(certificate) = ceremony.certificate(&file, spki)? {
        certificate
    } else {
        let parameters = parameters(ceremony, Some(program.role.clone()), &program.name);
        let called = called(program);
        let side = match program.side {
            Side::Server => ProgramRole::Server,
            Side::Client => ProgramRole::Client,
        };
        let mut sign = sign_with(token, key);
        let made = build_program_certificate(&parameters, side, &called, spki, ca, &mut sign);
        let certificate = made?;
        ceremony.make(&file, certificate.der())?;
        certificate
    };
    ceremony.keep(
        &format!("operations/{}.pem", program.name),
        &pem(&certificate)?,
    )
}

fn called(program: &ProgramPlan) -> ProgramName {
    let mut dns = program.dns.clone();
    if dns.is_empty() {
        dns.push(program.name.clone());
    }
    ProgramName {
        dns,
        addresses: program.addresses.clone(),
    }
}

/// The program's key from its file, made if it does not exist.
fn key_file<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    name: &str,
) -> Result<PKey<Private>, CeremonyError> {
    let file = format!("operations/{name}.key");
    if let Some(bytes) = ceremony.place.read(&file)? {
        return Ok(PKey::private_key_from_pem(&Zeroizing::new(bytes))?);
    }
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(OpensslKey::generate(&group)?)?;
    let text = Zeroizing::new(key.private_key_to_pem_pkcs8()?);
    ceremony.place.write(&file, &text, 0o600)?;
    ceremony.say(&format!("made {file} (secret)"));
    Ok(key)
}

fn parameters<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    role: Option<String>,
    common_name: &str,
) -> OperationsCertificate {
    let plan = ceremony.plan;
    let months = match (&role, plan.operations.program_months) {
        (Some(_), Some(months)) => months,
        _ => plan.operations.validity_months,
    };
    let name = AuthorityName {
        country: plan.state.country.clone(),
        organisation: Some(plan.state.organisation.clone()),
        unit: role,
        common_name: common_name.into(),
    };
    OperationsCertificate {
        serial: SerialNumber::random(ceremony.rng),
        name,
        validity: Calendar::new(ceremony.now).months(months.into()),
    }
}

pub(super) fn pem(certificate: &Certificate) -> Result<Vec<u8>, ErrorStack> {
    openssl::x509::X509::from_der(certificate.der())?.to_pem()
}
