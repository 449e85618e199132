//! Document signers (9303-12 §7.1.1): the keys that sign security objects, three months each.

use icao9303::x509::extensions::oid;
use icao9303::x509::{Certificate, CertificateKind};

use super::extension as ext;
use super::fields::{AuthorityName, Body, Period, SerialNumber, StateNames};
use super::release::{BuildError, Sign, algorithm_for, explicit, release, subject_key};

/// Parameters of a document signer's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSigner {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Its name; the country is the CA's.
    pub name: AuthorityName,
    /// Contact and State.
    pub state: StateNames,
    /// Validity of the certificate: key usage and the documents' validity.
    pub validity: Period,
    /// When the key signs.
    pub key_usage: Period,
    /// Where revocation lists are published.
    pub crl_addresses: Vec<String>,
    /// The document codes it may sign for, as in the MRZ without fillers: `ID`, `P`.
    pub document_types: Vec<String>,
}

/// A document signer with the key of `spki`, certified by `issuer`, whose key `sign` must use.
pub fn build_document_signer<E>(
    parameters: &DocumentSigner,
    spki: &[u8],
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    let (validity, period) = (parameters.validity, parameters.key_usage);
    if period.from < validity.from || validity.until < period.until {
        return Err(BuildError::Parameters(
            "the key is used outside the certificate's validity",
        ));
    }
    if validity.from < issuer.not_before() || issuer.not_after() < validity.until {
        return Err(BuildError::Parameters(
            "the signer's validity exceeds its CA's",
        ));
    }
    let body = Body {
        serial: &parameters.serial,
        algorithm: algorithm_for(issuer.public_key())?,
        issuer: issuer.subject().der(),
        validity,
        subject: &parameters.name.to_der(),
        public_key: &explicit(&key)?,
        extensions: vec![
            ext::authority_key_identifier(&ext::identifier_of(issuer)),
            ext::subject_key_identifier(&ext::key_identifier(&key)),
            ext::key_usage(ext::SIGN),
            ext::private_key_usage_period(period),
            ext::alternative_name(oid::SUBJECT_ALT_NAME, &parameters.state),
            ext::alternative_name(oid::ISSUER_ALT_NAME, &parameters.state),
            ext::distribution_points(&parameters.crl_addresses),
            ext::document_type_list(&parameters.document_types),
        ],
    };
    release(
        &body,
        CertificateKind::DocumentSigner,
        issuer.public_key(),
        sign,
    )
}
