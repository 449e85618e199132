//! How fast data groups and security objects are made, against bare OpenSSL signatures of the same
//! key in the same run: one thread, a software key, a 17 KB portrait and two 10 KB fingers.
//!
//! Prints one JSON object a figure: name, value, unit, limit, met, against.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use icao9303::crypto::curve::CurveId;
use icao9303::lds::{DataGroup, Dg1, Dg2, Dg3, Dg11, Dg12, Dg14, Finger, FullName};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::security_info::SecurityInfos;
use icao9303::sod::{self, LdsSecurityObject, LdsVersionInfo};
use icao9303::x509::{Certificate, HashAlgorithm};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Private;
use time::macros::{date, datetime};

type Failure = Box<dyn Error>;

/// How long one slice of a measurement is to take: less than a scheduler's turn, so that on a busy
/// machine many slices still pass undisturbed.
const SLICE: Duration = Duration::from_millis(1);

fn main() -> Result<(), Failure> {
    let applicant = Applicant::new()?;
    // What the allocator and OpenSSL take once is taken before memory is looked at.
    measure(&applicant, CurveId::P256, Duration::from_millis(500))?;
    let before = resident_kib()?;
    for (curve, name, limit) in [
        (CurveId::BrainpoolP256r1, "sod_rate_brainpoolP256r1", 0.90),
        (CurveId::P256, "sod_rate_p256", 0.50),
    ] {
        let (bare, documents) = measure(&applicant, curve, Duration::from_secs(6))?;
        let ratio = documents / bare;
        let against = format!("bare OpenSSL signatures, {bare:.0} a second");
        figure(name, ratio, "ratio", Some(limit), ratio >= limit, &against);
        let absolute = format!("{name}_documents");
        figure(
            &absolute,
            documents,
            "documents/s",
            None,
            true,
            "nothing; reported",
        );
    }
    let grown = resident_kib()? - before;
    figure(
        "sod_rate_memory_growth",
        grown,
        "KiB",
        Some(2048.0),
        grown <= 2048.0,
        "flat memory",
    );
    Ok(())
}

/// Bare signatures and whole documents a second: of many short slices, taken in turn, the fastest
/// tenth of each, so that a busy machine disturbs neither.
fn measure(applicant: &Applicant, curve: CurveId, span: Duration) -> Result<(f64, f64), Failure> {
    let group = EcGroup::from_curve_name(curve.nid())?;
    let key = EcKey::generate(&group)?;
    let signer = certificate()?;
    let digest = HashAlgorithm::Sha256.digest(b"what a bare signature is over");
    let sign = || -> Result<(), Failure> {
        black_box(EcdsaSig::sign(&digest, &key)?.to_der()?);
        Ok(())
    };
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < SLICE {
        sign()?;
        count += 1;
    }
    let (mut bare, mut documents) = (Vec::new(), Vec::new());
    let end = Instant::now() + span;
    while Instant::now() < end || bare.len() < 100 {
        bare.push(rate(count, sign)?);
        documents.push(rate(count, || {
            black_box(applicant.personalise(&signer, &key)?);
            Ok(())
        })?);
    }
    Ok((fastest_tenth(bare), fastest_tenth(documents)))
}

fn rate(count: u32, mut work: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    for _ in 0..count {
        work()?;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

fn fastest_tenth(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() * 9 / 10]
}

/// The published test signer's certificate. Only its name and bytes matter here, not its key.
fn certificate() -> Result<Certificate, Failure> {
    let json: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/pki.json"))?;
    let ds = json["ds"].as_str().ok_or("no vector ds")?;
    Ok(Certificate::parse(&hex::decode(ds)?)?)
}

/// What is known of a person before the document is made.
struct Applicant {
    mrz: Mrz,
    face: Vec<u8>,
    fingers: [Vec<u8>; 2],
    personal: Dg11,
    document: Dg12,
    infos: SecurityInfos,
}

impl Applicant {
    fn new() -> Result<Self, Failure> {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/lds.json"))?;
        let dg14 = json["dg14"]["hex"].as_str().ok_or("no vector dg14")?;
        Ok(Self {
            mrz: Mrz::parse(
                "IDLUXLX12345674<<<<<<<<<<<<<<<9001011F3512311LUX<<<<<<<<<<<0\
                 MUELLER<WEISS<<ANNE<LEA<<<<<<<",
            )?,
            face: noise(17_000),
            fingers: [noise(10_000), noise(10_001)],
            personal: Dg11 {
                full_name: Some(FullName::from_visual("MUELLER WEISS", "ANNE LEA")?),
                ..Dg11::default()
            },
            document: Dg12 {
                date_of_issue: Some(PartialDate::Full(date!(2026 - 09 - 15))),
                ..Dg12::default()
            },
            infos: Dg14::parse(&hex::decode(dg14)?)?.security_infos,
        })
    }

    /// Data groups, hashes, signature, EF.SOD: what the centre does for each document.
    fn personalise(&self, signer: &Certificate, key: &EcKey<Private>) -> Result<Vec<u8>, Failure> {
        let fingers = [
            (Finger::LeftIndex, self.fingers[0].as_slice()),
            (Finger::RightIndex, self.fingers[1].as_slice()),
        ];
        let files = [
            (
                DataGroup::DG1,
                Dg1 {
                    mrz: self.mrz.clone(),
                }
                .encode(),
            ),
            (DataGroup::DG2, Dg2::iso19794(&self.face).encode()?),
            (DataGroup::DG3, Dg3::iso19794(&fingers).encode()?),
            (DataGroup::DG11, self.personal.encode()?),
            (DataGroup::DG12, self.document.encode()?),
            (
                DataGroup::DG14,
                Dg14 {
                    security_infos: self.infos.clone(),
                }
                .encode(),
            ),
        ];
        let content = LdsSecurityObject::over(
            HashAlgorithm::Sha256,
            files.iter().map(|(group, file)| (*group, file.as_slice())),
            Some(LdsVersionInfo::LDS_1_8),
        )?;
        let signing_time = Some(datetime!(2026-09-15 10:00 UTC));
        let prepared = sod::prepare(&content, signer, HashAlgorithm::Sha256, signing_time);
        let signature = EcdsaSig::sign(&prepared.digest(), key)?.to_der()?;
        Ok(sod::assemble(&prepared, &signature))
    }
}

/// Bytes that do not compress, as pictures are.
fn noise(length: usize) -> Vec<u8> {
    let mut state = length as u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Resident memory of this process.
fn resident_kib() -> Result<f64, Failure> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = statm
        .split_whitespace()
        .nth(1)
        .ok_or("no resident pages in statm")?
        .parse()?;
    Ok(pages * 4.0)
}

fn figure(name: &str, value: f64, unit: &str, limit: Option<f64>, met: bool, against: &str) {
    let figure = serde_json::json!({
        "name": name, "value": value, "unit": unit, "limit": limit, "met": met, "against": against,
    });
    println!("{figure}");
}
