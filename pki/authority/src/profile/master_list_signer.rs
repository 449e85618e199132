//! Master list signers (9303-12 §7.1.1, §9): they sign the list of CAs a State trusts.

use icao9303::x509::extensions::oid;
use icao9303::x509::{Certificate, CertificateKind};

use super::extension as ext;
use super::fields::{AuthorityName, Body, Period, SerialNumber, StateNames};
use super::release::{BuildError, Sign, algorithm_for, explicit, release, subject_key};

/// Parameters of a master list signer's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterListSigner {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Its name; the country is the CA's.
    pub name: AuthorityName,
    /// Contact and State.
    pub state: StateNames,
    /// Validity of the certificate.
    pub validity: Period,
    /// Where revocation lists are published.
    pub crl_addresses: Vec<String>,
}

/// A master list signer with the key of `spki`, certified by `issuer`, whose key `sign` must use.
pub fn build_master_list_signer<E>(
    parameters: &MasterListSigner,
    spki: &[u8],
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    if parameters.validity.from < issuer.not_before()
        || issuer.not_after() < parameters.validity.until
    {
        return Err(BuildError::Parameters(
            "the signer's validity exceeds its CA's",
        ));
    }
    let body = Body {
        serial: &parameters.serial,
        algorithm: algorithm_for(issuer.public_key())?,
        issuer: issuer.subject().der(),
        validity: parameters.validity,
        subject: &parameters.name.to_der(),
        public_key: &explicit(&key)?,
        extensions: vec![
            ext::authority_key_identifier(&ext::identifier_of(issuer)),
            ext::subject_key_identifier(&ext::key_identifier(&key)),
            ext::key_usage(ext::SIGN),
            ext::alternative_name(oid::SUBJECT_ALT_NAME, &parameters.state),
            ext::alternative_name(oid::ISSUER_ALT_NAME, &parameters.state),
            ext::extended_key_usage(&[oid::MASTER_LIST_SIGNER]),
            ext::distribution_points(&parameters.crl_addresses),
        ],
    };
    release(
        &body,
        CertificateKind::MasterListSigner,
        issuer.public_key(),
        sign,
    )
}
