//! Table 5 of 9303-12: the fields outside the extensions.

use der::{Tag, Tagged};
use time::macros::datetime;

use super::{Finding, Rule};
use crate::x509::walk::Walk;
use crate::x509::{Certificate, DistinguishedName, ParameterEncoding};

pub(super) fn check(certificate: &Certificate, findings: &mut Vec<Finding>) {
    let mut note = |rule, detail: String| findings.push(Finding::new(rule, detail));
    if certificate.version() != 3 {
        note(Rule::Version, format!("version {}", certificate.version()));
    }
    if !serial_number_is_sound(certificate.serial()) {
        note(
            Rule::SerialNumber,
            format!("{} octets", certificate.serial().len()),
        );
    }
    let (issuer, subject) = (certificate.issuer(), certificate.subject());
    for (role, name) in [("issuer", issuer), ("subject", subject)] {
        if !country_is_sound(name) {
            note(Rule::CountryName, format!("{role}: {:?}", name.country()));
        }
        if name.common_name().is_none() {
            note(Rule::CommonName, format!("{role} has none"));
        }
    }
    let upper = |name: &DistinguishedName| name.country().map(|country| country.to_uppercase());
    if upper(issuer) != upper(subject) {
        note(
            Rule::SameCountry,
            format!("{:?} and {:?}", issuer.country(), subject.country()),
        );
    }
    if certificate.not_after() < certificate.not_before() {
        note(Rule::Validity, "ends before it begins".into());
    } else if !times_are_in_their_form(certificate) {
        note(
            Rule::Validity,
            "UTCTime from 2050 or GeneralizedTime before".into(),
        );
    }
    match certificate.public_key().parameter_encoding() {
        None | Some(ParameterEncoding::Explicit) => {}
        Some(ParameterEncoding::ExplicitWithoutCofactor) => {
            note(Rule::ExplicitParameters, "the cofactor is missing".into());
        }
        Some(ParameterEncoding::Named) => {
            note(Rule::ExplicitParameters, "the curve is named".into());
        }
    }
    if certificate.has_unique_ids() {
        note(Rule::UniqueIdentifiers, "present".into());
    }
}

fn serial_number_is_sound(serial: &[u8]) -> bool {
    let shortest = !matches!(serial, [0, second, ..] if second & 0x80 == 0);
    let positive = serial.first().is_some_and(|first| first & 0x80 == 0) && serial != [0];
    shortest && positive && serial.len() <= 20
}

fn country_is_sound(name: &DistinguishedName) -> bool {
    let letters = |country: String| {
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    name.country_is_printable() && name.country().is_some_and(letters)
}

fn times_are_in_their_form(certificate: &Certificate) -> bool {
    let utc_time_ends = datetime!(2050-01-01 0:00 UTC);
    let forms = || -> der::Result<[Tag; 2]> {
        let mut walk = Walk::into_object(certificate.validity_der(), Tag::Sequence)?;
        let mut tag = || walk.decode::<der::asn1::AnyRef<'_>>().map(|any| any.tag());
        Ok([tag()?, tag()?])
    };
    let expected = [certificate.not_before(), certificate.not_after()].map(|instant| {
        if instant < utc_time_ends {
            Tag::UtcTime
        } else {
            Tag::GeneralizedTime
        }
    });
    forms().is_ok_and(|found| found == expected)
}
