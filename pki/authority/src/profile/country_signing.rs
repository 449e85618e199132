//! The country signing CA: its self-signed certificate and the link to its next key (9303-12 §7.1.1,
//! §4.1.4.3).

use icao9303::x509::extensions::oid;
use icao9303::x509::{Certificate, CertificateKind, PublicKey};

use super::extension as ext;
use super::fields::{AuthorityName, Body, Period, SerialNumber, StateNames};
use super::release::{BuildError, Sign, algorithm_for, explicit, release, subject_key};

/// Parameters of a country signing CA's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountrySigning {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The CA's name; the same for all its keys.
    pub name: AuthorityName,
    /// Contact and State.
    pub state: StateNames,
    /// Validity of the certificate.
    pub validity: Period,
    /// When the key signs: three to five years.
    pub key_usage: Period,
    /// Where revocation lists are published.
    pub crl_addresses: Vec<String>,
}

/// A root: self-signed by the key of `spki`, which `sign` must use.
pub fn build_root<E>(
    parameters: &CountrySigning,
    spki: &[u8],
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    let name = parameters.name.to_der();
    let issuer = Issuer {
        name: &name,
        key: &key,
        identifier: ext::key_identifier(&key),
    };
    build(parameters, CertificateKind::CscaRoot, &key, &issuer, sign)
}

/// A link: the new key of `spki` certified by the old one of `old`, which `sign` must use. The
/// subject is `parameters.name`, the issuer the old subject.
pub fn build_link<E>(
    parameters: &CountrySigning,
    spki: &[u8],
    old: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    if key.same_key(old.public_key()) {
        return Err(BuildError::Parameters("a link must certify a new key"));
    }
    if parameters.name.to_der() != old.subject().der() {
        return Err(BuildError::Parameters("a link keeps the name of its CA"));
    }
    let name = old.subject().der();
    let issuer = Issuer {
        name,
        key: old.public_key(),
        identifier: ext::identifier_of(old),
    };
    build(parameters, CertificateKind::CscaLink, &key, &issuer, sign)
}

/// Who signs: the CA's own key, or its previous one.
struct Issuer<'a> {
    name: &'a [u8],
    key: &'a PublicKey,
    identifier: Vec<u8>,
}

fn build<E>(
    parameters: &CountrySigning,
    kind: CertificateKind,
    key: &PublicKey,
    issuer: &Issuer<'_>,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let period = parameters.key_usage;
    if period.from < parameters.validity.from || parameters.validity.until < period.until {
        return Err(BuildError::Parameters(
            "the key is used outside the certificate's validity",
        ));
    }
    let body = Body {
        serial: &parameters.serial,
        algorithm: algorithm_for(issuer.key)?,
        issuer: issuer.name,
        validity: parameters.validity,
        subject: &parameters.name.to_der(),
        public_key: &explicit(key)?,
        extensions: vec![
            ext::authority_key_identifier(&issuer.identifier),
            ext::subject_key_identifier(&ext::key_identifier(key)),
            ext::key_usage(ext::CERTIFY),
            ext::private_key_usage_period(period),
            ext::alternative_name(oid::SUBJECT_ALT_NAME, &parameters.state),
            ext::alternative_name(oid::ISSUER_ALT_NAME, &parameters.state),
            ext::authority(),
            ext::distribution_points(&parameters.crl_addresses),
        ],
    };
    release(&body, kind, issuer.key, sign)
}
