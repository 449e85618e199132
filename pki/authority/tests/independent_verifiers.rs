//! A PKI, a security object and an EF.CardSecurity made here, verified by programs that share no code
//! with us: OpenSSL's `cms`, and Bouncy Castle with the whole chain and explicit parameters. And the
//! other way round: what OpenSSL signs, we read.
//!
//! Without them the tests fail: install `openssl`, `default-jdk-headless`, `libbcpkix-java`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

use crate::common::bouncy_castle;

use std::convert::Infallible;
use std::process::{Command, Output};

use bouncy_castle::verdict;

use icao9303::card_security;
use icao9303::cms::{ContentError, SignedData};
use icao9303::crl::RevocationList;
use icao9303::crypto::curve::CurveId;
use icao9303::lds::DataGroup;
use icao9303::sod::{self, LDS_SECURITY_OBJECT, LdsSecurityObject, LdsVersionInfo};
use icao9303::x509::{Certificate, HashAlgorithm};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::{PKey, Private};
use pki_authority::profile::{
    AuthorityName, CountrySigning, DocumentSigner, Period, Revocation, RevocationListParameters,
    SerialNumber, StateNames, build_document_signer, build_revocation_list, build_root,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// Bouncy Castle reads its own clock nowhere, OpenSSL not with `-noverify`: any date will do.
const NOW: OffsetDateTime = datetime!(2026-09-15 10:00 UTC);

struct Key {
    private: EcKey<Private>,
    hash: HashAlgorithm,
}

impl Key {
    fn new(curve: CurveId, hash: HashAlgorithm) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        Self {
            private: EcKey::generate(&group).unwrap(),
            hash,
        }
    }

    fn spki(&self) -> Vec<u8> {
        self.private.public_key_to_der().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = self.hash.digest(message);
        EcdsaSig::sign(&digest, &self.private)
            .unwrap()
            .to_der()
            .unwrap()
    }
}

fn revocation_list(
    number: u64,
    revoked: Vec<Revocation>,
    root: &Certificate,
    csca: &Key,
) -> RevocationList {
    let parameters = RevocationListParameters {
        number,
        this_update: NOW,
        next_update: NOW + Duration::days(90),
        revoked,
    };
    let mut sign = |tbs: &[u8]| Ok::<_, Infallible>(csca.sign(tbs));
    build_revocation_list(&parameters, root, &mut sign).unwrap()
}

/// A country signing CA, a signer, its lists, and a folder to put files in.
struct Country {
    folder: TempDir,
    root: Certificate,
    signer: Certificate,
    signer_key: Key,
    silent: RevocationList,
    revoking: RevocationList,
}

impl Country {
    fn new(signer_curve: CurveId, signer_hash: HashAlgorithm) -> Self {
        let mut rng = StdRng::seed_from_u64(9303);
        let csca = Key::new(CurveId::BrainpoolP384r1, HashAlgorithm::Sha384);
        let name = |common_name: &str| AuthorityName {
            country: "LU".into(),
            organisation: Some("Test State".into()),
            unit: None,
            common_name: common_name.into(),
        };
        let state = StateNames {
            mail: None,
            state: "LUX".into(),
        };
        let crl_addresses = vec!["http://crl.example.lu/LUX.crl".to_owned()];
        let period = |years: i64| Period {
            from: NOW,
            until: NOW + Duration::days(365 * years),
        };
        let parameters = CountrySigning {
            serial: SerialNumber::random(&mut rng),
            name: name("Test CSCA"),
            state: state.clone(),
            validity: period(13),
            key_usage: period(3),
            crl_addresses: crl_addresses.clone(),
        };
        let root = build_root(&parameters, &csca.spki(), &mut |tbs| {
            Ok::<_, Infallible>(csca.sign(tbs))
        })
        .unwrap();
        let signer_key = Key::new(signer_curve, signer_hash);
        let parameters = DocumentSigner {
            serial: SerialNumber::random(&mut rng),
            name: name("Test DS"),
            state,
            validity: period(10),
            key_usage: Period {
                from: NOW,
                until: NOW + Duration::days(90),
            },
            crl_addresses,
            document_types: vec!["ID".into(), "IR".into()],
        };
        let serial = parameters.serial.clone();
        let spki = signer_key.spki();
        let signer = build_document_signer(&parameters, &spki, &root, &mut |tbs| {
            Ok::<_, Infallible>(csca.sign(tbs))
        })
        .unwrap();
        let list = |number, revoked| revocation_list(number, revoked, &root, &csca);
        let silent = list(1, vec![]);
        let revoking = list(
            2,
            vec![Revocation {
                serial,
                since: NOW,
                reason: None,
            }],
        );
        let folder = TempDir::new().unwrap();
        Self {
            folder,
            root,
            signer,
            signer_key,
            silent,
            revoking,
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    fn list_of_hashes(&self, version: Option<LdsVersionInfo>) -> LdsSecurityObject {
        let hash = self.signer_key.hash;
        LdsSecurityObject::over(hash, files(), version).unwrap()
    }

    fn security_object(&self, version: Option<LdsVersionInfo>) -> Vec<u8> {
        let content = self.list_of_hashes(version);
        let prepared = sod::prepare(&content, &self.signer, self.signer_key.hash, Some(NOW));
        let signature = self.signer_key.sign(prepared.signed_attributes());
        let file = sod::assemble(&prepared, &signature);
        sod::verify_assembled(&file, &content, &self.signer).unwrap();
        file
    }

    /// Bouncy Castle's verdict.
    fn bouncy_castle(&self, list: &RevocationList, object: &[u8]) -> String {
        let groups = files().map(|(group, file)| (group.number(), file.to_vec()));
        verdict(self.root.der(), list.der(), object, &groups)
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(self.folder.path()).args(arguments);
        openssl.output().expect("openssl is missing: install it")
    }
}

fn files() -> [(DataGroup, &'static [u8]); 3] {
    [
        (DataGroup::DG1, b"\x61\x03\x5F\x1F\x00"),
        (DataGroup::DG2, b"\x75\x02\x7F\x61"),
        (DataGroup::DG14, b"\x6E\x02\x31\x00"),
    ]
}

/// One `SecurityInfo` as EF.CardSecurity holds them: PACE-GM, AES-128, brainpoolP256r1.
const INFOS: &[u8] =
    b"\x31\x14\x30\x12\x06\x0A\x04\x00\x7F\x00\x07\x02\x02\x04\x02\x02\x02\x01\x02\x02\x01\x0D";

#[test]
fn bouncy_castle_verifies_the_chain_and_every_data_group() {
    for (curve, hash) in [
        (CurveId::BrainpoolP256r1, HashAlgorithm::Sha256),
        (CurveId::BrainpoolP384r1, HashAlgorithm::Sha384),
    ] {
        let country = Country::new(curve, hash);
        let file = country.security_object(Some(LdsVersionInfo::LDS_1_8));
        assert_eq!(country.bouncy_castle(&country.silent, &file), "GOOD 1,2,14");
        assert_eq!(
            country.bouncy_castle(&country.revoking, &file),
            "BAD the signer is revoked"
        );
    }
}

#[test]
fn bouncy_castle_verifies_card_security_and_finds_what_is_wrong() {
    let country = Country::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    let (signer, key) = (&country.signer, &country.signer_key);
    let prepared = card_security::prepare(INFOS, signer, key.hash, None).unwrap();
    let signature = key.sign(prepared.signed_attributes());
    let file = card_security::assemble(&prepared, &signature);
    card_security::verify_assembled(&file, INFOS, signer).unwrap();
    assert_eq!(country.bouncy_castle(&country.silent, &file), "GOOD ");
    // Controls: the oracle must be able to say no.
    let other = Country::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    let refused = other.bouncy_castle(&other.silent, &file);
    assert_eq!(refused, "BAD the signer's certificate is not the CSCA's");
    let signature = key.sign(b"something else");
    let wrong = card_security::assemble(&prepared, &signature);
    let refused = country.bouncy_castle(&country.silent, &wrong);
    assert_eq!(refused, "BAD the signature does not verify");
}

#[test]
fn openssl_verifies_security_objects_of_both_versions() {
    let country = Country::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    for version in [Some(LdsVersionInfo::LDS_1_8), None] {
        let file = country.security_object(version);
        let object = icao9303::tlv::parse_exact(&file, sod::TAG).unwrap();
        country.write("sod", object);
        let verify = [
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "sod",
            "-noverify",
            "-out",
            "lds",
        ];
        let output = country.openssl(&verify);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let content = std::fs::read(country.folder.path().join("lds")).unwrap();
        assert_eq!(content, country.list_of_hashes(version).to_der());
        // Control: a changed hash does not verify.
        let mut changed = object.to_vec();
        let at = changed
            .windows(32)
            .position(|window| window == &content[30..62])
            .unwrap();
        changed[at] ^= 1;
        country.write("sod", &changed);
        assert!(!country.openssl(&verify).status.success());
    }
}

#[test]
fn what_openssl_signs_we_read_and_its_sha1_we_refuse() {
    let country = Country::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    let content = country.list_of_hashes(Some(LdsVersionInfo::LDS_1_8));
    country.write("lds", &content.to_der());
    let x509 = openssl::x509::X509::from_der(country.signer.der()).unwrap();
    country.write("ds.pem", &x509.to_pem().unwrap());
    // The same key with its curve written out: OpenSSL matches key and certificate by their curves.
    let mut group = EcGroup::from_curve_name(CurveId::BrainpoolP256r1.nid()).unwrap();
    group.set_asn1_flag(openssl::ec::Asn1Flag::EXPLICIT_CURVE);
    let own = &country.signer_key.private;
    let explicit =
        EcKey::from_private_components(&group, own.private_key(), own.public_key()).unwrap();
    let pem = PKey::from_ec_key(explicit)
        .unwrap()
        .private_key_to_pem_pkcs8()
        .unwrap();
    country.write("key.pem", &pem);
    let sign = |digest: &str| {
        let output = country.openssl(&[
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-econtent_type",
            "2.23.136.1.1.1",
            "-outform",
            "DER",
            "-signer",
            "ds.pem",
            "-inkey",
            "key.pem",
            "-md",
            digest,
            "-in",
            "lds",
            "-out",
            "signed",
        ]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        SignedData::parse(&std::fs::read(country.folder.path().join("signed")).unwrap()).unwrap()
    };
    for digest in ["sha224", "sha256", "sha384", "sha512"] {
        let object = sign(digest);
        object.check_content(LDS_SECURITY_OBJECT).unwrap();
        let signer = object.find_signer(&[]).unwrap();
        assert_eq!(signer.der(), country.signer.der());
        object.check_signature(&signer).unwrap();
        assert_eq!(LdsSecurityObject::parse(object.content()).unwrap(), content);
    }
    let refused = sign("sha1").check_content(LDS_SECURITY_OBJECT);
    assert!(
        matches!(refused, Err(ContentError::Digest(_))),
        "{refused:?}"
    );
}
