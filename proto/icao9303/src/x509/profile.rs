//! The certificate profile of ICAO 9303-12 §7.1 (tables 5 and 6), rule by rule.
//!
//! Issuing refuses a certificate on any finding. Inspection refuses on an [`Severity::Error`], which
//! touches what the certificate may be used for, and reports a [`Severity::Warning`], because
//! certificates in the field are older than the present edition and differ in form.

mod extension_rules;
mod field_rules;

use super::Certificate;

/// Which column of table 6 a certificate is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// A country signing CA's self-signed certificate.
    CscaRoot,
    /// A country signing CA's link certificate.
    CscaLink,
    /// A document signer.
    DocumentSigner,
    /// A master list signer.
    MasterListSigner,
}

impl CertificateKind {
    /// Whether certificates of this kind certify others.
    pub fn is_authority(self) -> bool {
        matches!(self, Self::CscaRoot | Self::CscaLink)
    }
}

/// How much a finding weighs at inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Wrong form; the signature still means what it says.
    Warning,
    /// The certificate may not be used for what it is used for.
    Error,
}

/// A rule of tables 5 and 6, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// version is v3.
    Version,
    /// serialNumber is positive, at most 20 octets, in the shortest form.
    SerialNumber,
    /// issuer and subject carry countryName: two upper-case letters, `PrintableString`, once.
    CountryName,
    /// issuer and subject name the same country.
    SameCountry,
    /// issuer and subject carry commonName.
    CommonName,
    /// validity is `UTCTime` until 2049, `GeneralizedTime` from 2050, and does not end before it begins.
    Validity,
    /// Elliptic-curve parameters are written out in full, with the cofactor.
    ExplicitParameters,
    /// issuerUniqueID and subjectUniqueID are absent.
    UniqueIdentifiers,
    /// Every extension this profile speaks of can be read.
    ReadableExtensions,
    /// authorityKeyIdentifier.
    AuthorityKeyIdentifier,
    /// subjectKeyIdentifier.
    SubjectKeyIdentifier,
    /// keyUsage is exactly the one of the kind.
    KeyUsage,
    /// privateKeyUsagePeriod.
    PrivateKeyUsagePeriod,
    /// subjectAltName with localityName, the State's code in the MRZ.
    SubjectAltName,
    /// issuerAltName with localityName.
    IssuerAltName,
    /// basicConstraints: a CA with path length 0, or absent.
    BasicConstraints,
    /// extKeyUsage: the one of the kind, or absent.
    ExtendedKeyUsage,
    /// cRLDistributionPoints.
    CrlDistributionPoints,
    /// documentTypeList of a document signer, and only of one.
    DocumentTypeList,
    /// nameChange only in certificates of a CA.
    NameChange,
    /// Criticality is as table 6 says.
    Criticality,
    /// Extensions that table 6 forbids are absent.
    ForbiddenExtension,
    /// No critical extension that this profile does not know.
    UnknownCriticalExtension,
}

impl Rule {
    /// How much breaking this rule weighs.
    pub fn severity(self) -> Severity {
        match self {
            Self::Version
            | Self::SameCountry
            | Self::ReadableExtensions
            | Self::KeyUsage
            | Self::BasicConstraints
            | Self::ExtendedKeyUsage
            | Self::UnknownCriticalExtension => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

/// A rule that a certificate breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// What was found, without personal data.
    pub detail: String,
}

impl Finding {
    fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self {
            rule,
            detail: detail.into(),
        }
    }

    /// How much it weighs at inspection.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.detail)
    }
}

/// Every rule of tables 5 and 6 that `certificate` breaks as a certificate of `kind`.
pub fn check_profile(certificate: &Certificate, kind: CertificateKind) -> Vec<Finding> {
    let mut findings = Vec::new();
    field_rules::check(certificate, &mut findings);
    extension_rules::check(certificate, kind, &mut findings);
    findings.sort_by_key(|finding| finding.rule);
    findings
}
