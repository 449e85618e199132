//! Certificates of our own programs and stations: the operations CA (P-256, named curve) and what it
//! issues. They have nothing to do with documents and never meet an inspector.

use std::net::IpAddr;

use der::asn1::ObjectIdentifier;
use icao9303::crypto::curve::CurveId;
use icao9303::tlv;
use icao9303::x509::extensions::{Extension, oid};
use icao9303::x509::{Certificate, ParameterEncoding, PublicKey};
use x509_cert::ext::pkix::KeyUsages;

use super::extension::{self as ext, LOCALITY};
use super::fields::{AuthorityName, Body, COMMON_NAME, Period, SerialNumber, UNIT, attribute};
use super::release::{BuildError, Sign, algorithm_for, release_checked, subject_key};

const SERVER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// id-kp-documentSigning (RFC 9336): nobody takes such a certificate for TLS.
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// organizationalUnitName of stations: no program has it.
pub const STATION: &str = "station";

/// What a program's certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgramRole {
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// A station, as a TLS client.
    StationTls,
    /// A station that signs dossiers.
    StationSigning,
}

impl ProgramRole {
    fn usage(self) -> ObjectIdentifier {
        match self {
            Self::Server => SERVER,
            Self::Client | Self::StationTls => CLIENT,
            Self::StationSigning => DOCUMENT_SIGNING,
        }
    }

    /// Whether others reach it by a name in its certificate.
    fn is_program(self) -> bool {
        matches!(self, Self::Server | Self::Client)
    }
}

/// How a program is reached or called: DNS names (a client has one too, which its server knows it by)
/// and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramName {
    /// DNS names.
    pub dns: Vec<String>,
    /// IP addresses.
    pub addresses: Vec<IpAddr>,
}

/// Parameters of a certificate of the operations CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationsCertificate {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The subject's name.
    pub name: AuthorityName,
    /// Validity of the certificate.
    pub validity: Period,
}

/// A rule of our own for the operations CA and what it issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationsRule {
    /// A P-256 key, its curve named: what TLS speaks.
    NamedP256Key,
    /// Version 3.
    Version,
    /// Ends after it begins.
    Validity,
    /// keyCertSign and cRLSign for the CA, digitalSignature for programs, critical.
    KeyUsage,
    /// A CA of path length 0, or absent.
    BasicConstraints,
    /// One of TLS server and TLS client for programs, TLS client or document signing for stations,
    /// absent for the CA.
    ExtendedKeyUsage,
    /// subjectAltName for programs, none for stations.
    SubjectAltName,
    /// Subject and authority key identifier.
    KeyIdentifiers,
}

/// The self-signed operations CA with the key of `spki`, which `sign` must use.
pub fn build_operations_ca<E>(
    parameters: &OperationsCertificate,
    spki: &[u8],
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    let identifier = ext::key_identifier(&key);
    let extensions = vec![
        ext::authority_key_identifier(&identifier),
        ext::subject_key_identifier(&identifier),
        ext::key_usage(ext::CERTIFY),
        ext::authority(),
    ];
    let issuer = parameters.name.to_der();
    let facts = facts(parameters, issuer.clone());
    build(&facts, &key, (&issuer, &key), extensions, sign, None)
}

/// A TLS certificate for a program's key of `spki`, issued by the operations CA `issuer`, whose key
/// `sign` must use.
pub fn build_program_certificate<E>(
    parameters: &OperationsCertificate,
    role: ProgramRole,
    called: &ProgramName,
    spki: &[u8],
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    if called.dns.is_empty() && called.addresses.is_empty() {
        return Err(BuildError::Parameters(
            "a program needs a DNS name or an address",
        ));
    }
    if issuer.not_after() < parameters.validity.until {
        return Err(BuildError::Parameters(
            "the program's validity exceeds its CA's",
        ));
    }
    let mut extensions = leaf_extensions(role, &key, issuer);
    extensions.push(ext::network_names(&called.dns, &called.addresses));
    let issuer = (issuer.subject().der(), issuer.public_key());
    let facts = facts(parameters, parameters.name.to_der());
    build(&facts, &key, issuer, extensions, sign, Some(role))
}

/// The same of the same key as `first`, for another while: the certificate that succeeds a program's,
/// issued by the operations CA `issuer`, whose key `sign` must use.
pub fn build_renewed_certificate<E>(
    (serial, validity): (&SerialNumber, Period),
    first: &Certificate,
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let role = [ProgramRole::Server, ProgramRole::Client]
        .into_iter()
        .find(|role| check_operations_profile(first, Some(*role)).is_empty())
        .ok_or(BuildError::Parameters("only a program's is renewed"))?;
    if issuer.not_after() < validity.until {
        return Err(BuildError::Parameters(
            "the program's validity exceeds its CA's",
        ));
    }
    let key = first.public_key();
    let mut extensions = leaf_extensions(role, key, issuer);
    extensions.extend(first.extensions().get(oid::SUBJECT_ALT_NAME).cloned());
    let issuer = (issuer.subject().der(), issuer.public_key());
    let facts = Facts {
        serial,
        validity,
        subject: first.subject().der().to_vec(),
    };
    build(&facts, key, issuer, extensions, sign, Some(role))
}

/// Who a station is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationName {
    /// Its id, printed as 32 hexadecimal digits: commonName.
    pub id: String,
    /// Its office: localityName.
    pub office: String,
}

impl StationName {
    /// The DER `Name`: L, OU = `station`, CN.
    fn to_der(&self) -> Vec<u8> {
        let parts = [
            attribute(LOCALITY, 0x0C, &self.office),
            attribute(UNIT, 0x0C, STATION),
            attribute(COMMON_NAME, 0x0C, &self.id),
        ];
        tlv::encode(0x30, &parts.concat())
    }
}

/// A certificate for a station's key of `spki`, issued by the operations CA `issuer`, whose key `sign`
/// must use.
pub fn build_station_certificate<E>(
    (serial, validity): (&SerialNumber, Period),
    role: ProgramRole,
    name: &StationName,
    spki: &[u8],
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    let key = subject_key(spki)?;
    if role.is_program() {
        return Err(BuildError::Parameters("a station is no program"));
    }
    if issuer.not_after() < validity.until {
        return Err(BuildError::Parameters(
            "the station's validity exceeds its CA's",
        ));
    }
    let extensions = leaf_extensions(role, &key, issuer);
    let issuer = (issuer.subject().der(), issuer.public_key());
    let facts = Facts {
        serial,
        validity,
        subject: name.to_der(),
    };
    build(&facts, &key, issuer, extensions, sign, Some(role))
}

fn leaf_extensions(role: ProgramRole, key: &PublicKey, issuer: &Certificate) -> Vec<Extension> {
    vec![
        ext::authority_key_identifier(&ext::identifier_of(issuer)),
        ext::subject_key_identifier(&ext::key_identifier(key)),
        ext::key_usage(ext::SIGN),
        ext::extended_key_usage(&[role.usage()]),
    ]
}

/// What differs from certificate to certificate.
struct Facts<'a> {
    serial: &'a SerialNumber,
    validity: Period,
    subject: Vec<u8>,
}

fn facts(parameters: &OperationsCertificate, subject: Vec<u8>) -> Facts<'_> {
    Facts {
        serial: &parameters.serial,
        validity: parameters.validity,
        subject,
    }
}

fn build<E>(
    facts: &Facts<'_>,
    key: &PublicKey,
    (issuer, issuer_key): (&[u8], &PublicKey),
    extensions: Vec<Extension>,
    sign: &mut Sign<'_, E>,
    role: Option<ProgramRole>,
) -> Result<Certificate, BuildError<E>> {
    let curve = || BuildError::Curve {
        whose: "subject's",
        found: key.describe(),
    };
    let body = Body {
        serial: facts.serial,
        algorithm: algorithm_for(issuer_key)?,
        issuer,
        validity: facts.validity,
        subject: &facts.subject,
        public_key: &key.to_named_spki().ok_or_else(curve)?,
        extensions,
    };
    release_checked(&body, issuer_key, sign, |certificate| {
        let broken = check_operations_profile(certificate, role);
        if broken.is_empty() {
            Ok(())
        } else {
            Err(BuildError::OperationsProfile(broken))
        }
    })
}

/// Every rule that a certificate of the operations CA (`None`) or of a program breaks.
pub fn check_operations_profile(
    certificate: &Certificate,
    role: Option<ProgramRole>,
) -> Vec<OperationsRule> {
    let extensions = certificate.extensions();
    let key = certificate.public_key();
    let named_p256 = key.curve() == Some(CurveId::P256)
        && key.parameter_encoding() == Some(ParameterEncoding::Named);
    let usage = extensions.key_usage().ok().flatten().map(|usage| usage.0);
    let expected = match role {
        None => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        Some(_) => KeyUsages::DigitalSignature.into(),
    };
    let critical = extensions
        .get(oid::KEY_USAGE)
        .is_some_and(|usage| usage.critical);
    let constraints = extensions.basic_constraints().ok().flatten();
    let constrained = match role {
        None => constraints.is_some_and(|found| found.ca && found.path_len_constraint == Some(0)),
        Some(_) => constraints.is_none(),
    };
    let purposes = extensions
        .extended_key_usage()
        .ok()
        .flatten()
        .map(|usage| usage.0);
    let names = extensions.alternative_names(oid::SUBJECT_ALT_NAME);
    let identified = certificate.subject_key_identifier().is_some()
        && certificate.authority_key_identifier().is_some();
    [
        (OperationsRule::NamedP256Key, named_p256),
        (OperationsRule::Version, certificate.version() == 3),
        (
            OperationsRule::Validity,
            certificate.not_before() < certificate.not_after(),
        ),
        (
            OperationsRule::KeyUsage,
            usage == Some(expected) && critical,
        ),
        (OperationsRule::BasicConstraints, constrained),
        (
            OperationsRule::ExtendedKeyUsage,
            purposes == role.map(|role| vec![role.usage()]),
        ),
        (
            OperationsRule::SubjectAltName,
            match role {
                None => true,
                Some(role) => names.is_ok_and(|names| names.is_empty() != role.is_program()),
            },
        ),
        (OperationsRule::KeyIdentifiers, identified),
    ]
    .into_iter()
    .filter_map(|(rule, kept)| (!kept).then_some(rule))
    .collect()
}
