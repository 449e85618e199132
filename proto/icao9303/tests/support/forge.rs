//! Makes certificates, lists and security objects that are wrong in exactly one place. It shares no
//! code with the builders of `pki-authority`, only TLV.

use std::collections::BTreeMap;

use icao9303::crypto::curve::CurveId;
use icao9303::lds::DataGroup;
use icao9303::sod::{self, LdsSecurityObject, LdsVersionInfo};
use icao9303::tlv;
use icao9303::x509::extensions::{Extension, oid};
use icao9303::x509::{Certificate, HashAlgorithm, SignatureAlgorithm, encode_time};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Private;
use time::OffsetDateTime;

/// A software key with the hash it signs with.
#[derive(Clone)]
pub struct Key {
    pub private: EcKey<Private>,
    pub hash: HashAlgorithm,
}

impl Key {
    /// A key of the test PKI: `csca1`, `csca2`, `ds` or `mls`.
    pub fn of_vectors(name: &str) -> Self {
        let (curve, hash) = match name {
            "csca1" | "csca2" => (CurveId::BrainpoolP384r1, HashAlgorithm::Sha384),
            _ => (CurveId::BrainpoolP256r1, HashAlgorithm::Sha256),
        };
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        let number = BigNum::from_slice(&super::pki(&format!("private_keys/{name}"))).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &number, &mut context).unwrap();
        let private = EcKey::from_private_components(&group, &number, &point).unwrap();
        Self { private, hash }
    }

    /// A new key.
    pub fn new(curve: CurveId, hash: HashAlgorithm) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        Self {
            private: EcKey::generate(&group).unwrap(),
            hash,
        }
    }

    pub fn spki(&self) -> Vec<u8> {
        self.private.public_key_to_der().unwrap()
    }

    /// A DER signature over `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = self.hash.digest(message);
        EcdsaSig::sign(&digest, &self.private)
            .unwrap()
            .to_der()
            .unwrap()
    }

    fn algorithm(&self) -> &'static [u8] {
        SignatureAlgorithm::ecdsa_identifier(self.hash)
    }

    /// `SEQUENCE { body, algorithm, signature }`.
    fn enclose(&self, body: &[u8]) -> Vec<u8> {
        let bits = tlv::encode_constructed(0x03, &[&[0], &self.sign(body)]);
        tlv::encode_constructed(0x30, &[body, self.algorithm(), &bits])
    }
}

/// A certificate to be: every field of a good one, open to change.
#[derive(Clone)]
pub struct Draft {
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub validity: (OffsetDateTime, OffsetDateTime),
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
    pub extensions: Vec<Extension>,
}

impl Draft {
    pub fn of(good: &Certificate) -> Self {
        Self {
            serial: good.serial().to_vec(),
            issuer: good.issuer().der().to_vec(),
            validity: (good.not_before(), good.not_after()),
            subject: good.subject().der().to_vec(),
            spki: good.public_key().to_explicit_spki().unwrap(),
            extensions: good.extensions().iter().cloned().collect(),
        }
    }

    pub fn without(mut self, id: der::asn1::ObjectIdentifier) -> Self {
        self.extensions.retain(|extension| extension.oid != id);
        self
    }

    /// Replaces an extension, or adds it.
    pub fn with(mut self, id: der::asn1::ObjectIdentifier, critical: bool, value: &[u8]) -> Self {
        let extension = Extension {
            oid: id,
            critical,
            value: value.to_vec(),
        };
        match self.extensions.iter_mut().find(|other| other.oid == id) {
            Some(place) => *place = extension,
            None => self.extensions.push(extension),
        }
        self
    }

    /// Names the issuer's key.
    pub fn under(self, issuer: &Certificate) -> Self {
        let id = issuer.subject_key_identifier().unwrap();
        let mut under = self.with(
            oid::AUTHORITY_KEY_IDENTIFIER,
            false,
            &tlv::encode(0x30, &tlv::encode(0x80, &id)),
        );
        under.issuer = issuer.subject().der().to_vec();
        under
    }

    /// Names its own key anew.
    pub fn named(self, identifier: u8) -> Self {
        self.with(
            oid::SUBJECT_KEY_IDENTIFIER,
            false,
            &tlv::encode(0x04, &[identifier; 20]),
        )
    }

    pub fn sign(&self, key: &Key) -> Certificate {
        let mut extensions = Vec::new();
        for extension in &self.extensions {
            let id = tlv::encode(0x06, extension.oid.as_bytes());
            let critical: &[u8] = if extension.critical {
                &[1, 1, 0xFF]
            } else {
                &[]
            };
            let value = tlv::encode(0x04, &extension.value);
            extensions.extend(tlv::encode_constructed(0x30, &[&id, critical, &value]));
        }
        let (from, until) = self.validity;
        let body = tlv::encode_constructed(
            0x30,
            &[
                &[0xA0, 3, 2, 1, 2],
                &tlv::encode(0x02, &self.serial),
                key.algorithm(),
                &self.issuer,
                &tlv::encode_constructed(0x30, &[&encode_time(from), &encode_time(until)]),
                &self.subject,
                &self.spki,
                &tlv::encode(0xA3, &tlv::encode(0x30, &extensions)),
            ],
        );
        Certificate::parse(&key.enclose(&body)).unwrap()
    }
}

/// `C=…, CN=…`.
pub fn name(country: &str, common_name: &str) -> Vec<u8> {
    let part = |id: u8, tag, text: &str| {
        let id = tlv::encode(0x06, &[0x55, 0x04, id]);
        let value = tlv::encode(tag, text.as_bytes());
        tlv::encode(0x31, &tlv::encode_constructed(0x30, &[&id, &value]))
    };
    tlv::encode(
        0x30,
        &[part(6, 0x13, country), part(3, 0x0C, common_name)].concat(),
    )
}

/// subjectAltName or issuerAltName with only the State's code.
pub fn state(code: &str) -> Vec<u8> {
    let id = tlv::encode(0x06, &[0x55, 0x04, 0x07]);
    let value = tlv::encode(0x0C, code.as_bytes());
    let rdn = tlv::encode(0x31, &tlv::encode_constructed(0x30, &[&id, &value]));
    tlv::encode(0x30, &tlv::encode(0xA4, &tlv::encode(0x30, &rdn)))
}

/// A revocation list of `issuer`, with what stands in `entries` (serial numbers).
pub fn revocation_list(
    issuer: &Certificate,
    key: &Key,
    (this_update, next_update): (OffsetDateTime, OffsetDateTime),
    serials: &[&[u8]],
    extra: &[u8],
) -> Vec<u8> {
    let entries: Vec<u8> = serials
        .iter()
        .flat_map(|serial| {
            let parts = [tlv::encode(0x02, serial), encode_time(this_update)];
            tlv::encode(0x30, &parts.concat())
        })
        .collect();
    let entries = if entries.is_empty() {
        entries
    } else {
        tlv::encode(0x30, &entries)
    };
    let number = [0x30, 0x0A, 6, 3, 0x55, 0x1D, 0x14, 4, 3, 2, 1, 9];
    let extensions = tlv::encode(0xA0, &tlv::encode(0x30, &[&number, extra].concat()));
    let body = tlv::encode_constructed(
        0x30,
        &[
            &[2, 1, 1],
            key.algorithm(),
            issuer.subject().der(),
            &encode_time(this_update),
            &encode_time(next_update),
            &entries,
            &extensions,
        ],
    );
    key.enclose(&body)
}

/// The list of hashes over `files`, LDS 1.8.
pub fn hashes_of(files: &BTreeMap<DataGroup, Vec<u8>>) -> LdsSecurityObject {
    let files = files.iter().map(|(group, file)| (*group, file.as_slice()));
    LdsSecurityObject::over(HashAlgorithm::Sha256, files, Some(LdsVersionInfo::LDS_1_8)).unwrap()
}

/// EF.SOD over `files`, signed by `key` under `signer`.
pub fn security_object(
    files: &BTreeMap<DataGroup, Vec<u8>>,
    signer: &Certificate,
    key: &Key,
) -> Vec<u8> {
    let prepared = sod::prepare(&hashes_of(files), signer, key.hash, None);
    sod::assemble(&prepared, &key.sign(prepared.signed_attributes()))
}
