//! Revocation lists (9303-12 §7.1.4): one full list of the country signing CA, at least every 90
//! days even if empty.

use icao9303::crl::RevocationList;
use icao9303::tlv;
use icao9303::x509::{Certificate, encode_time};
use time::{Duration, OffsetDateTime};

use super::extension as ext;
use super::fields::{SerialNumber, encode_extensions};
use super::release::{BuildError, PLACEHOLDER, Sign, algorithm_for, enclose};

/// The longest time between two lists (9303-12 §7.1.4).
const LONGEST: Duration = Duration::days(90);

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Since when.
    pub since: OffsetDateTime,
    /// Why; 9303-12 wants none of the country signing CA.
    pub reason: Option<Reason>,
}

/// Why a certificate is revoked: a `CRLReason` (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Lost, stolen or tampered with.
    KeyCompromise,
    /// Another key took its place.
    Superseded,
    /// Its holder does not work any more.
    CessationOfOperation,
}

impl Reason {
    const fn number(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
        }
    }

    /// crlEntryExtensions with the reasonCode.
    fn to_der(self) -> Vec<u8> {
        encode_extensions(&[ext::reason_code(self.number())])
    }
}

/// Parameters of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationListParameters {
    /// cRLNumber: greater than that of every list before.
    pub number: u64,
    /// When it is issued.
    pub this_update: OffsetDateTime,
    /// When the next one is due, at most 90 days later.
    pub next_update: OffsetDateTime,
    /// Everything revoked, of all keys of the CA.
    pub revoked: Vec<Revocation>,
}

/// A list of `issuer`, whose key `sign` must use.
pub fn build_revocation_list<E>(
    parameters: &RevocationListParameters,
    issuer: &Certificate,
    sign: &mut Sign<'_, E>,
) -> Result<RevocationList, BuildError<E>> {
    let span = parameters.next_update - parameters.this_update;
    if !span.is_positive() || span > LONGEST {
        return Err(BuildError::Parameters(
            "a revocation list lives at most 90 days",
        ));
    }
    let algorithm = algorithm_for(issuer.public_key())?;
    let to_be_signed = body(parameters, issuer, algorithm);
    let unreadable = |error: icao9303::crl::CrlError| BuildError::Unreadable(error.to_string());
    let draft = RevocationList::parse(&enclose(&to_be_signed, algorithm, PLACEHOLDER));
    let draft = draft.map_err(unreadable)?;
    let mut serials: Vec<&[u8]> = parameters
        .revoked
        .iter()
        .map(|entry| entry.serial.octets())
        .collect();
    serials.sort_unstable();
    let listed: Vec<&[u8]> = draft
        .revoked()
        .iter()
        .map(|entry| entry.serial.as_slice())
        .collect();
    if listed != serials || serials.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(BuildError::Parameters("a serial number is revoked twice"));
    }
    let signature = sign(&to_be_signed).map_err(BuildError::Signer)?;
    let der = enclose(&to_be_signed, algorithm, &signature);
    let list = RevocationList::parse(&der).map_err(unreadable)?;
    if !list.is_signed_by(issuer.public_key()).unwrap_or(false) {
        return Err(BuildError::WrongSignature);
    }
    Ok(list)
}

fn body(parameters: &RevocationListParameters, issuer: &Certificate, algorithm: &[u8]) -> Vec<u8> {
    let entries = parameters.revoked.iter().flat_map(|entry| {
        let reason = entry.reason.map(Reason::to_der).unwrap_or_default();
        let parts = [entry.serial.to_der(), encode_time(entry.since), reason];
        tlv::encode(0x30, &parts.concat())
    });
    let entries: Vec<u8> = entries.collect();
    // revokedCertificates is present only when there are any.
    let entries = if entries.is_empty() {
        entries
    } else {
        tlv::encode(0x30, &entries)
    };
    let extensions = encode_extensions(&[
        ext::authority_key_identifier(&ext::identifier_of(issuer)),
        ext::crl_number(parameters.number),
    ]);
    tlv::encode_constructed(
        0x30,
        &[
            &[0x02, 0x01, 0x01],
            algorithm,
            issuer.subject().der(),
            &encode_time(parameters.this_update),
            &encode_time(parameters.next_update),
            &entries,
            &tlv::encode(0xA0, &extensions),
        ],
    )
}
