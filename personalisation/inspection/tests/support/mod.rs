//! A signed document on a chip in memory: the simulator's chip, personalised as the line does it,
//! with the PKI of the published vectors.

#![allow(dead_code, unused_imports, reason = "each test program uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

mod chip;
mod document;
pub mod terminal;
mod wire;

use std::time::{Duration, Instant};

use icao9303::crl::RevocationList;
use icao9303::pace::Password;
use icao9303::tlv;
use icao9303::transport::CardTransport;
use icao9303::x509::Certificate;
use icao9303::x509::TrustStore;
use inspection::budget::Budget;
use inspection::{Inspection, Request, Terminal, inspect};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use rand::SeedableRng;
use rand::rngs::StdRng;
use time::OffsetDateTime;
use time::macros::datetime;

pub use chip::{CAN, Issued, Personalisation, Signing, issue};
pub use document::{Files, MRZ};
pub use wire::{Scripted, Wire};

/// Inside the validity of the vectors' certificates and lists.
pub const NOW: OffsetDateTime = datetime!(2026-10-15 12:00 UTC);

/// The document signer of the vectors.
pub struct Signer {
    pub certificate: Certificate,
    key: EcKey<Private>,
}

impl Signer {
    pub fn of_vectors() -> Self {
        let scalar = BigNum::from_slice(&hex::decode(private_key("ds")).unwrap()).unwrap();
        let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P256R1).unwrap();
        let mut numbers = openssl::bn::BigNumContext::new().unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &scalar, &mut numbers).unwrap();
        let key = EcKey::from_private_components(&group, &scalar, &point).unwrap();
        Self {
            certificate: Certificate::parse(&vector("ds")).unwrap(),
            key,
        }
    }

    /// DER `SEQUENCE { r, s }` over a digest.
    pub fn sign(&self, digest: &[u8]) -> Vec<u8> {
        EcdsaSig::sign(digest, &self.key).unwrap().to_der().unwrap()
    }
}

fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/pki.json")).unwrap()
}

pub fn vector(name: &str) -> Vec<u8> {
    hex::decode(vectors()[name].as_str().unwrap()).unwrap()
}

fn private_key(name: &str) -> String {
    vectors()["private_keys"][name].as_str().unwrap().to_owned()
}

/// A revocation list of the vectors' country signing CA, empty and in force from the day before `now`
/// for a month: what its publisher would hand out then.
pub fn fresh_list(now: OffsetDateTime) -> Vec<u8> {
    let utc_time = |at: OffsetDateTime| {
        let (year, month, day) = at.to_calendar_date();
        format!("{:02}{:02}{day:02}000000Z", year % 100, u8::from(month))
    };
    let mut list = vector("crl_empty");
    let times = [
        now - Duration::from_hours(24),
        now + Duration::from_hours(24 * 30),
    ];
    for (published, at) in ["260901000000Z", "261130000000Z"].iter().zip(times) {
        let place = list
            .windows(13)
            .position(|part| part == published.as_bytes());
        list[place.unwrap()..][..13].copy_from_slice(utc_time(at).as_bytes());
    }
    // SEQUENCE (4 bytes of head) { list (3 bytes of head, C1 of content), algorithm (12), signature }
    let [content, algorithm] = [list[4..0xC9].to_vec(), list[0xC9..0xD5].to_vec()];
    let scalar = BigNum::from_slice(&hex::decode(private_key("csca1")).unwrap()).unwrap();
    let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P384R1).unwrap();
    let mut numbers = openssl::bn::BigNumContext::new().unwrap();
    let mut point = EcPoint::new(&group).unwrap();
    point.mul_generator2(&group, &scalar, &mut numbers).unwrap();
    let key = EcKey::from_private_components(&group, &scalar, &point).unwrap();
    let signature = EcdsaSig::sign(&openssl::sha::sha384(&content), &key).unwrap();
    let bits = [&[0][..], &signature.to_der().unwrap()].concat();
    let parts = [content, algorithm, tlv::encode(0x03, &bits)].concat();
    tlv::encode(0x30, &parts)
}

/// The vectors' country signing CA and its list without revocations.
pub fn trust() -> TrustStore {
    let mut trust = trust_without_lists();
    trust.add_list(RevocationList::parse(&vector("crl_empty")).unwrap());
    trust
}

/// The vectors' country signing CA.
pub fn trust_without_lists() -> TrustStore {
    let mut trust = TrustStore::new();
    trust
        .add_authority(Certificate::parse(&vector("csca_root")).unwrap())
        .unwrap();
    trust
}

/// Inspects with the right CAN and the vectors' trust.
pub fn inspected(card: impl CardTransport) -> Inspection {
    inspected_with(card, &trust(), Some(&Password::can(CAN).unwrap()))
}

pub fn inspected_with(
    card: impl CardTransport,
    trust: &TrustStore,
    password: Option<&Password>,
) -> Inspection {
    inspected_as(card, trust, password, None)
}

/// Inspects with the right CAN, as an inspection system.
pub fn inspected_by(card: impl CardTransport, terminal: &dyn Terminal) -> Inspection {
    let password = Password::can(CAN).unwrap();
    inspected_as(card, &trust(), Some(&password), Some(terminal))
}

fn inspected_as(
    card: impl CardTransport,
    trust: &TrustStore,
    password: Option<&Password>,
    terminal: Option<&dyn Terminal>,
) -> Inspection {
    let request = Request {
        password,
        printed_mrz: None,
        terminal,
        trust,
        now: NOW,
        budget: Budget {
            time: Duration::from_secs(20),
            ..Budget::default()
        },
        reader: None,
        atr: None,
    };
    inspect(
        card,
        &request,
        &Instant::now(),
        &mut StdRng::seed_from_u64(7),
    )
}
