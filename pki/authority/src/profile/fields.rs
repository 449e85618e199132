//! The parts that certificates and lists share: names, times, numbers.

use icao9303::tlv;
use icao9303::x509::{encode_time, extensions::Extension};
use rand::CryptoRng;
use time::OffsetDateTime;

const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0A];
pub(super) const UNIT: &[u8] = &[0x55, 0x04, 0x0B];
pub(super) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// A distinguished name as 9303-12 table 5 wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityName {
    /// Two upper-case letters (ISO 3166-1), such as `LU`.
    pub country: String,
    /// organizationName.
    pub organisation: Option<String>,
    /// organizationalUnitName.
    pub unit: Option<String>,
    /// commonName.
    pub common_name: String,
}

impl AuthorityName {
    /// The DER `Name`: countryName as `PrintableString`, the others as `UTF8String`.
    pub fn to_der(&self) -> Vec<u8> {
        let mut name = attribute(COUNTRY, 0x13, &self.country);
        if let Some(organisation) = &self.organisation {
            name.extend(attribute(ORGANISATION, 0x0C, organisation));
        }
        if let Some(unit) = &self.unit {
            name.extend(attribute(UNIT, 0x0C, unit));
        }
        name.extend(attribute(COMMON_NAME, 0x0C, &self.common_name));
        tlv::encode(0x30, &name)
    }
}

/// One RDN of one attribute.
pub(super) fn attribute(oid: &[u8], string: u16, text: &str) -> Vec<u8> {
    let oid = tlv::encode(0x06, oid);
    let value = tlv::encode(string, text.as_bytes());
    tlv::encode(0x31, &tlv::encode_constructed(0x30, &[&oid, &value]))
}

/// A span of time, both ends included, whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First second.
    pub from: OffsetDateTime,
    /// Last second.
    pub until: OffsetDateTime,
}

impl Period {
    /// The DER `Validity`.
    pub(super) fn to_der(self) -> Vec<u8> {
        tlv::encode_constructed(0x30, &[&encode_time(self.from), &encode_time(self.until)])
    }
}

/// A certificate's serial number: positive, unpredictable, 16 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// A fresh number of 126 random bits, of which no two certificates will share one.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut octets = [0_u8; 16];
        rng.fill_bytes(&mut octets);
        // The top bit would make it negative; a set second bit keeps the encoding at 16 octets.
        octets[0] = octets[0] & 0x3F | 0x40;
        Self(octets.to_vec())
    }

    /// A number from a ceremony file or a test: `None` unless 1 to 20 octets that are a positive
    /// INTEGER in its shortest form.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let shortest = !matches!(octets, [0, second, ..] if second & 0x80 == 0);
        let positive = octets.first().is_some_and(|first| first & 0x80 == 0) && octets != [0];
        (shortest && positive && octets.len() <= 20).then(|| Self(octets.to_vec()))
    }

    /// The content octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The DER INTEGER.
    pub(super) fn to_der(&self) -> Vec<u8> {
        tlv::encode(0x02, &self.0)
    }
}

/// Where the issuing State's authority can be reached and how the MRZ names the State: the content
/// of subjectAltName and issuerAltName.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateNames {
    /// A mail address of the authority.
    pub mail: Option<String>,
    /// The State's code in the MRZ without fillers, such as `LUX`: localityName.
    pub state: String,
}

/// A `TBSCertificate` from its parts.
pub(super) struct Body<'a> {
    pub serial: &'a SerialNumber,
    pub algorithm: &'a [u8],
    pub issuer: &'a [u8],
    pub validity: Period,
    pub subject: &'a [u8],
    pub public_key: &'a [u8],
    pub extensions: Vec<Extension>,
}

impl Body<'_> {
    pub fn to_der(&self) -> Vec<u8> {
        let version_3 = [0xA0, 0x03, 0x02, 0x01, 0x02];
        let extensions = tlv::encode(0xA3, &encode_extensions(&self.extensions));
        tlv::encode_constructed(
            0x30,
            &[
                &version_3,
                &self.serial.to_der(),
                self.algorithm,
                self.issuer,
                &self.validity.to_der(),
                self.subject,
                self.public_key,
                &extensions,
            ],
        )
    }
}

/// The DER `Extensions`.
pub(super) fn encode_extensions(extensions: &[Extension]) -> Vec<u8> {
    let mut list = Vec::new();
    for extension in extensions {
        let oid = tlv::encode(0x06, extension.oid.as_bytes());
        let critical: &[u8] = if extension.critical {
            &[0x01, 0x01, 0xFF]
        } else {
            &[]
        };
        let value = tlv::encode(0x04, &extension.value);
        list.extend(tlv::encode_constructed(0x30, &[&oid, critical, &value]));
    }
    tlv::encode(0x30, &list)
}
