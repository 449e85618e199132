//! The extensions of 9303-12 table 6, one function each.

use der::asn1::ObjectIdentifier;
use icao9303::tlv;
use icao9303::x509::extensions::{Extension, oid};
use icao9303::x509::{Certificate, PublicKey, generalized_digits};
use openssl::sha;

use super::fields::{Period, StateNames, attribute};

pub(super) const LOCALITY: &[u8] = &[0x55, 0x04, 0x07];

/// keyUsage of a CA: keyCertSign and cRLSign.
pub(super) const CERTIFY: &[u8] = &[0x03, 0x02, 0x01, 0x06];
/// keyUsage of a signer: digitalSignature.
pub(super) const SIGN: &[u8] = &[0x03, 0x02, 0x07, 0x80];

fn extension(oid: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Extension {
    Extension {
        oid,
        critical,
        value,
    }
}

/// The key identifier of an elliptic-curve key: SHA-1 of its point (RFC 5280 §4.2.1.2, method 1).
/// It names, it does not protect.
pub(super) fn key_identifier(key: &PublicKey) -> Vec<u8> {
    sha::sha1(key.point().unwrap_or_default()).to_vec()
}

/// The key identifier by which certificates name `issuer`: its own subjectKeyIdentifier.
pub(super) fn identifier_of(issuer: &Certificate) -> Vec<u8> {
    issuer
        .subject_key_identifier()
        .unwrap_or_else(|| key_identifier(issuer.public_key()))
}

pub(super) fn authority_key_identifier(identifier: &[u8]) -> Extension {
    let value = tlv::encode(0x30, &tlv::encode(0x80, identifier));
    extension(oid::AUTHORITY_KEY_IDENTIFIER, false, value)
}

pub(super) fn subject_key_identifier(identifier: &[u8]) -> Extension {
    extension(
        oid::SUBJECT_KEY_IDENTIFIER,
        false,
        tlv::encode(0x04, identifier),
    )
}

pub(super) fn key_usage(bits: &[u8]) -> Extension {
    extension(oid::KEY_USAGE, true, bits.to_vec())
}

pub(super) fn private_key_usage_period(period: Period) -> Extension {
    let from = tlv::encode(0x80, generalized_digits(period.from).as_bytes());
    let until = tlv::encode(0x81, generalized_digits(period.until).as_bytes());
    let value = tlv::encode_constructed(0x30, &[&from, &until]);
    extension(oid::PRIVATE_KEY_USAGE_PERIOD, false, value)
}

/// subjectAltName or issuerAltName: the mail address, and a directory name with the State's code.
pub(super) fn alternative_name(oid: ObjectIdentifier, names: &StateNames) -> Extension {
    let mail = names
        .mail
        .as_ref()
        .map(|mail| tlv::encode(0x81, mail.as_bytes()));
    let name = tlv::encode(0x30, &attribute(LOCALITY, 0x0C, &names.state));
    let directory = tlv::encode(0xA4, &name);
    let value = tlv::encode_constructed(0x30, &[&mail.unwrap_or_default(), &directory]);
    extension(oid, false, value)
}

/// basicConstraints of a CA with path length 0.
pub(super) fn authority() -> Extension {
    let value = vec![0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, 0x00];
    extension(oid::BASIC_CONSTRAINTS, true, value)
}

pub(super) fn extended_key_usage(usages: &[ObjectIdentifier]) -> Extension {
    let usages: Vec<u8> = usages
        .iter()
        .flat_map(|usage| tlv::encode(0x06, usage.as_bytes()))
        .collect();
    extension(oid::EXTENDED_KEY_USAGE, true, tlv::encode(0x30, &usages))
}

/// cRLDistributionPoints, one point an address.
pub(super) fn distribution_points(addresses: &[String]) -> Extension {
    let points = addresses.iter().flat_map(|address| {
        let uri = tlv::encode(0x86, address.as_bytes());
        let full_name = tlv::encode(0xA0, &uri);
        tlv::encode(0x30, &tlv::encode(0xA0, &full_name))
    });
    let value = tlv::encode(0x30, &points.collect::<Vec<u8>>());
    extension(oid::CRL_DISTRIBUTION_POINTS, false, value)
}

/// documentTypeList (9303-12 §7.1.1.6): the document codes of the MRZ without fillers.
pub(super) fn document_type_list(types: &[String]) -> Extension {
    let mut codes: Vec<Vec<u8>> = types
        .iter()
        .map(|code| tlv::encode(0x13, code.as_bytes()))
        .collect();
    codes.sort();
    codes.dedup();
    let set = tlv::encode(0x31, &codes.concat());
    let value = tlv::encode_constructed(0x30, &[&[0x02, 0x01, 0x00], &set]);
    extension(oid::DOCUMENT_TYPE_LIST, false, value)
}

/// subjectAltName of a program: its DNS names and IP addresses.
pub(super) fn network_names(dns: &[String], addresses: &[std::net::IpAddr]) -> Extension {
    let mut names = Vec::new();
    for name in dns {
        tlv::push(&mut names, 0x82, name.as_bytes());
    }
    for address in addresses {
        match address {
            std::net::IpAddr::V4(address) => tlv::push(&mut names, 0x87, &address.octets()),
            std::net::IpAddr::V6(address) => tlv::push(&mut names, 0x87, &address.octets()),
        }
    }
    extension(oid::SUBJECT_ALT_NAME, false, tlv::encode(0x30, &names))
}

/// cRLNumber from its magnitude.
pub(super) fn crl_number(number: u64) -> Extension {
    let bytes = number.to_be_bytes();
    let mut octets = &bytes[bytes.iter().take_while(|byte| **byte == 0).count().min(7)..];
    let padded = [&[0], octets].concat();
    if octets[0] & 0x80 != 0 {
        octets = &padded;
    }
    extension(oid::CRL_NUMBER, false, tlv::encode(0x02, octets))
}

/// reasonCode of an entry of a revocation list.
pub(super) fn reason_code(reason: u8) -> Extension {
    let oid = ObjectIdentifier::new_unwrap("2.5.29.21");
    extension(oid, false, tlv::encode(0x0A, &[reason]))
}
