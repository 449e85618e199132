//! Distinguished names, compared by their bytes as one issuer writes them, and case-blind where
//! issuers are known to differ.

use std::fmt;

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::name::Name;

/// countryName.
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
/// commonName.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// localityName.
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");

/// A distinguished name: its bytes and its attributes.
#[derive(Clone, PartialEq, Eq)]
pub struct DistinguishedName {
    der: Vec<u8>,
    name: Name,
}

impl DistinguishedName {
    /// Reads a DER `Name`.
    pub fn parse(bytes: &[u8]) -> der::Result<Self> {
        Ok(Self {
            der: bytes.to_vec(),
            name: Name::from_der(bytes)?,
        })
    }

    /// The bytes as received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// countryName as written.
    pub fn country(&self) -> Option<String> {
        attribute(&self.name, COUNTRY)
    }

    /// commonName as written.
    pub fn common_name(&self) -> Option<String> {
        attribute(&self.name, COMMON_NAME)
    }

    /// Whether countryName is there exactly once, as a `PrintableString`.
    pub(crate) fn country_is_printable(&self) -> bool {
        let mut countries = values(&self.name, COUNTRY).map(der::Tagged::tag);
        countries.next() == Some(der::Tag::PrintableString) && countries.next().is_none()
    }

    /// Whether both mean the same name: equal bytes, or equal attributes without regard to string
    /// type, case and outer blanks (RFC 5280 §7.1, simplified).
    pub fn matches(&self, other: &Self) -> bool {
        self.der == other.der || normal_form(&self.name) == normal_form(&other.name)
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({})", self.name)
    }
}

/// localityName of a name, as `directoryName` in subjectAltName carries it.
pub(crate) fn locality(name: &Name) -> Option<String> {
    attribute(name, LOCALITY)
}

fn values(name: &Name, oid: ObjectIdentifier) -> impl Iterator<Item = &der::Any> {
    let attributes = name.0.iter().flat_map(|rdn| rdn.0.iter());
    attributes
        .filter(move |attribute| attribute.oid == oid)
        .map(|attribute| &attribute.value)
}

fn attribute(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    values(name, oid)
        .next()
        .and_then(|value| String::from_utf8(value.value().to_vec()).ok())
}

fn normal_form(name: &Name) -> Option<Vec<Vec<(ObjectIdentifier, String)>>> {
    let rdns = name.0.iter().map(|rdn| {
        let attributes = rdn.0.iter().map(|attribute| {
            let text = std::str::from_utf8(attribute.value.value()).ok()?;
            Some((attribute.oid, text.trim().to_lowercase()))
        });
        attributes.collect()
    });
    rdns.collect()
}
