//! What the chip knows of the world outside: whose certificates it believes, and what day it is.
//!
//! It has no clock. Its date starts as that of personalisation and is raised by certificates.

use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::cvc::{Certificate, CertificateReference, Rights, VerificationKey};
use icao9303::tlv;
use icao9303::x509::HashAlgorithm;
use time::{Date, Month};

use super::files::{Access, FileEntry};
use super::layout;
use super::memory::{Interrupted, Memory};

const PRESENT: u8 = 0x7C;
/// The years of certificates.
const CENTURY: i32 = 2000;
/// Bytes of a date in memory.
const DATE: usize = 3;
/// Where the parts of a trust point stand: state, length of the name, name, hash, curve, rights,
/// effective date, expiration date, point.
const NAME: usize = 2;
const HASH: usize = NAME + CertificateReference::MAX_LENGTH;
const CURVE: usize = HASH + 1;
const RIGHTS: usize = CURVE + 1;
const EFFECTIVE: usize = RIGHTS + 1;
const EXPIRATION: usize = EFFECTIVE + DATE;
const POINT: usize = EXPIRATION + DATE;

/// The application and file that show the names of the trust points.
const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
const EF_CVCA: u16 = 0x011C;
const EF_CVCA_SHORT: u8 = 0x1C;
/// Bytes of EF.CVCA: two objects 42 of 18 bytes.
pub(super) const EF_CVCA_LENGTH: usize = 36;

/// A key whose certificates the chip believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrustPoint {
    /// Its name.
    pub(super) holder: CertificateReference,
    /// The key.
    pub(super) key: VerificationKey,
    /// The rights that it may give.
    pub(super) rights: Rights,
    /// When its certificate was made.
    pub(super) effective: Date,
    /// The last day of its certificate.
    pub(super) expiration: Date,
}

impl TrustPoint {
    /// The trust point of a certificate whose signature was checked.
    pub(super) fn new(certificate: &Certificate, key: VerificationKey) -> Self {
        let body = certificate.body();
        Self {
            holder: body.holder.clone(),
            key,
            rights: body.authorization.rights,
            effective: body.effective,
            expiration: body.expiration,
        }
    }

    fn encode(&self) -> [u8; layout::TRUST_POINT] {
        let mut slot = [0; layout::TRUST_POINT];
        let mut put = |at: usize, bytes: &[u8]| slot[at..at + bytes.len()].copy_from_slice(bytes);
        let name = self.holder.as_bytes();
        put(0, &[PRESENT]);
        put(1, &layout::low_bytes::<1>(name.len()));
        put(NAME, name);
        put(HASH, &[hash_number(self.key.hash())]);
        put(CURVE, &[self.key.curve().parameter_id()]);
        put(RIGHTS, &self.rights.bits().to_be_bytes()[7..]);
        put(EFFECTIVE, &date_bytes(self.effective));
        put(EXPIRATION, &date_bytes(self.expiration));
        put(POINT, self.key.point().as_bytes());
        slot
    }

    fn decode(slot: &[u8]) -> Option<Self> {
        if slot[0] != PRESENT {
            return None;
        }
        let length = usize::from(slot[1]).min(CertificateReference::MAX_LENGTH);
        let curve = CurveId::from_parameter_id(slot[CURVE])?;
        let point = &slot[POINT..POINT + 1 + 2 * curve.field_bytes()];
        let point = Curve::new(curve).ok()?.decode_point(point).ok()?;
        let hash = HashAlgorithm::ALL
            .into_iter()
            .find(|hash| hash_number(*hash) == slot[HASH])?;
        Some(Self {
            holder: CertificateReference::parse(&slot[NAME..NAME + length]).ok()?,
            key: VerificationKey::new(curve, hash, point),
            rights: Rights::from_bits(slot[RIGHTS].into()),
            effective: date_of(&slot[EFFECTIVE..EXPIRATION])?,
            expiration: date_of(&slot[EXPIRATION..POINT])?,
        })
    }
}

/// The trust points, the newest first.
pub(super) fn all(memory: &Memory) -> Vec<TrustPoint> {
    (0..layout::TRUST_POINT_SLOTS)
        .map(|slot| layout::TRUST_POINTS + slot * layout::TRUST_POINT)
        .map_while(|address| TrustPoint::decode(memory.read(address, layout::TRUST_POINT)))
        .collect()
}

/// The card's date, once it was personalised.
pub(super) fn card_date(memory: &Memory) -> Option<Date> {
    date_of(memory.read(layout::CARD_DATE, DATE))
}

/// Raises the card's date; it never goes back. One page is written, if any.
pub(super) fn raise_date(memory: &mut Memory, date: Date) -> Result<(), Interrupted> {
    if card_date(memory).is_none_or(|current| current < date) {
        memory.write(layout::CARD_DATE, &date_bytes(date))?;
    }
    Ok(())
}

/// Replaces trust points and date, all of them or none: the newest two of `points` stay.
pub(super) fn store(
    memory: &mut Memory,
    mut points: Vec<TrustPoint>,
    date: Date,
) -> Result<(), Interrupted> {
    points.sort_by_key(|point| std::cmp::Reverse(point.effective));
    points.truncate(layout::TRUST_POINT_SLOTS);
    let mut slots: Vec<_> = points.iter().map(TrustPoint::encode).collect();
    slots.resize(layout::TRUST_POINT_SLOTS, [0; layout::TRUST_POINT]);
    memory.write_atomically(&[
        (layout::TRUST_POINTS, &slots.concat()),
        (layout::CARD_DATE, &date_bytes(date)),
    ])
}

/// Whether `file` is the one whose content the chip itself writes.
pub(super) fn is_ef_cvca(file: &FileEntry) -> bool {
    file.identifier == EF_CVCA && file.directory == APPLICATION && file.size == EF_CVCA_LENGTH
}

/// EF.CVCA before it is made: readable behind PACE or basic access control.
pub(super) fn ef_cvca_entry() -> FileEntry {
    FileEntry {
        directory: APPLICATION.to_vec(),
        identifier: EF_CVCA,
        short_identifier: EF_CVCA_SHORT,
        access: Access::Pace,
        size: EF_CVCA_LENGTH,
        address: 0,
    }
}

/// The day of six digits, YYMMDD of the years 2000 to 2099, a digit a byte.
pub(super) fn parse_date(digits: &[u8]) -> Option<Date> {
    if digits.len() != 2 * DATE || digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let parts: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| 10 * pair[0] + pair[1])
        .collect();
    date_of(&parts)
}

/// The content of EF.CVCA: the names of the trust points, the newest first, filled with zeros.
pub(super) fn ef_cvca(memory: &Memory) -> Vec<u8> {
    let mut content = Vec::with_capacity(EF_CVCA_LENGTH);
    for point in all(memory) {
        tlv::push(&mut content, 0x42, point.holder.as_bytes());
    }
    content.resize(EF_CVCA_LENGTH, 0);
    content
}

fn hash_number(hash: HashAlgorithm) -> u8 {
    match hash {
        HashAlgorithm::Sha224 => 2,
        HashAlgorithm::Sha256 => 3,
        HashAlgorithm::Sha384 => 4,
        HashAlgorithm::Sha512 => 5,
    }
}

fn date_bytes(date: Date) -> [u8; DATE] {
    // Certificates are of the years 2000 to 2099.
    let year = u8::try_from(date.year() - CENTURY).unwrap_or_default();
    [year, u8::from(date.month()), date.day()]
}

fn date_of(bytes: &[u8]) -> Option<Date> {
    let &[year, month, day] = bytes else {
        return None;
    };
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(CENTURY + i32::from(year), month, day).ok()
}
