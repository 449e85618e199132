//! The builders against the published test PKI: from the same parameters, byte for byte the same
//! `toBeSigned`. And what they refuse.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::convert::Infallible;

use icao9303::crl::RevocationList;
use icao9303::crypto::curve::CurveId;
use icao9303::x509::{Certificate, CertificateKind, HashAlgorithm, PublicKey, Rule, check_profile};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Private;
use pki_authority::profile::{
    AuthorityName, BuildError, CountrySigning, DocumentSigner, MasterListSigner,
    OperationsCertificate, Period, ProgramName, ProgramRole, Revocation, RevocationListParameters,
    SerialNumber, StateNames, build_document_signer, build_link, build_master_list_signer,
    build_operations_ca, build_program_certificate, build_revocation_list, build_root,
    check_operations_profile,
};
use time::OffsetDateTime;
use time::macros::datetime;

fn vector(path: &str) -> Vec<u8> {
    let file = include_str!("../../../tests/vectors/pki.json");
    let json: serde_json::Value = serde_json::from_str(file).unwrap();
    hex::decode(json.pointer(path).unwrap().as_str().unwrap()).unwrap()
}

fn certificate(path: &str) -> Certificate {
    Certificate::parse(&vector(path)).unwrap()
}

/// A software key of the test PKI, or a new one.
struct Key {
    private: EcKey<Private>,
    hash: HashAlgorithm,
}

impl Key {
    fn of_vectors(path: &str, curve: CurveId) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        let number = BigNum::from_slice(&vector(path)).unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        point.mul_generator2(&group, &number, &mut context).unwrap();
        let private = EcKey::from_private_components(&group, &number, &point).unwrap();
        Self {
            private,
            hash: hash(curve),
        }
    }

    fn new(curve: CurveId) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        Self {
            private: EcKey::generate(&group).unwrap(),
            hash: hash(curve),
        }
    }

    fn spki(&self) -> Vec<u8> {
        self.private.public_key_to_der().unwrap()
    }

    fn sign(&self) -> impl FnMut(&[u8]) -> Result<Vec<u8>, Infallible> {
        |to_be_signed| {
            let digest = self.hash.digest(to_be_signed);
            Ok(EcdsaSig::sign(&digest, &self.private)
                .unwrap()
                .to_der()
                .unwrap())
        }
    }
}

fn hash(curve: CurveId) -> HashAlgorithm {
    if curve.field_bytes() == 48 {
        HashAlgorithm::Sha384
    } else {
        HashAlgorithm::Sha256
    }
}

fn csca1() -> Key {
    Key::of_vectors("/private_keys/csca1", CurveId::BrainpoolP384r1)
}

fn csca2() -> Key {
    Key::of_vectors("/private_keys/csca2", CurveId::BrainpoolP384r1)
}

fn ds_key() -> Key {
    Key::of_vectors("/private_keys/ds", CurveId::BrainpoolP256r1)
}

fn name(common_name: &str) -> AuthorityName {
    AuthorityName {
        country: "LU".into(),
        organisation: Some("Test State".into()),
        unit: Some("Identity documents PKI (TEST)".into()),
        common_name: common_name.into(),
    }
}

fn state() -> StateNames {
    StateNames {
        mail: Some("csca@example.lu".into()),
        state: "LUX".into(),
    }
}

fn crl_addresses() -> Vec<String> {
    [
        "http://crl.example.lu/CSCA/LUX.crl",
        "https://pkddownload1.icao.int/CRLs/LUX.crl",
        "https://pkddownload2.icao.int/CRLs/LUX.crl",
    ]
    .map(String::from)
    .to_vec()
}

fn period(from: OffsetDateTime, until: OffsetDateTime) -> Period {
    Period { from, until }
}

fn serial(of: &Certificate) -> SerialNumber {
    SerialNumber::from_octets(of.serial()).unwrap()
}

fn authority(of: &Certificate, key_usage: Period) -> CountrySigning {
    CountrySigning {
        serial: serial(of),
        name: name("Test CSCA 001"),
        state: state(),
        validity: period(of.not_before(), of.not_after()),
        key_usage,
        crl_addresses: crl_addresses(),
    }
}

fn signer(of: &Certificate) -> DocumentSigner {
    DocumentSigner {
        serial: serial(of),
        name: name("Test DS 0001"),
        state: state(),
        validity: period(
            datetime!(2026-09-01 0:00 UTC),
            datetime!(2036-12-01 0:00 UTC),
        ),
        key_usage: period(
            datetime!(2026-09-01 0:00 UTC),
            datetime!(2026-12-01 0:00 UTC),
        ),
        crl_addresses: crl_addresses(),
        document_types: vec!["IR".into(), "ID".into()],
    }
}

#[test]
fn the_country_signing_ca_and_its_rollover() {
    let first = period(
        datetime!(2026-01-05 0:00 UTC),
        datetime!(2029-01-05 0:00 UTC),
    );
    let second = period(
        datetime!(2028-10-05 0:00 UTC),
        datetime!(2031-10-05 0:00 UTC),
    );
    let (old, new) = (csca1(), csca2());

    let expected = certificate("/csca_root");
    let root = build_root(&authority(&expected, first), &old.spki(), &mut old.sign()).unwrap();
    assert_eq!(
        hex::encode(root.to_be_signed()),
        hex::encode(expected.to_be_signed())
    );

    let expected = certificate("/csca_new_root");
    let next = build_root(&authority(&expected, second), &new.spki(), &mut new.sign()).unwrap();
    assert_eq!(
        hex::encode(next.to_be_signed()),
        hex::encode(expected.to_be_signed())
    );

    let expected = certificate("/csca_link");
    let link = build_link(
        &authority(&expected, second),
        &new.spki(),
        &root,
        &mut old.sign(),
    );
    assert_eq!(
        hex::encode(link.unwrap().to_be_signed()),
        hex::encode(expected.to_be_signed())
    );
}

#[test]
fn document_signer_and_master_list_signer() {
    let (root, csca) = (certificate("/csca_root"), csca1());
    let expected = certificate("/ds");
    let spki = ds_key().spki();
    let built = build_document_signer(&signer(&expected), &spki, &root, &mut csca.sign()).unwrap();
    assert_eq!(
        hex::encode(built.to_be_signed()),
        hex::encode(expected.to_be_signed())
    );

    let expected = certificate("/master_list_signer");
    let parameters = MasterListSigner {
        serial: serial(&expected),
        name: name("Test Master List Signer 01"),
        state: state(),
        validity: period(expected.not_before(), expected.not_after()),
        crl_addresses: crl_addresses(),
    };
    let key = Key::of_vectors("/private_keys/mls", CurveId::BrainpoolP256r1);
    let built = build_master_list_signer(&parameters, &key.spki(), &root, &mut csca.sign());
    assert_eq!(
        hex::encode(built.unwrap().to_be_signed()),
        hex::encode(expected.to_be_signed())
    );
}

#[test]
fn revocation_lists() {
    let (root, csca) = (certificate("/csca_root"), csca1());
    for (path, number, revoked) in [
        ("/crl_empty", 1, vec![]),
        (
            "/crl_ds_revoked",
            2,
            vec![Revocation {
                serial: serial(&certificate("/ds")),
                since: datetime!(2026-09-20 0:00 UTC),
                reason: None,
            }],
        ),
    ] {
        let expected = RevocationList::parse(&vector(path)).unwrap();
        let parameters = RevocationListParameters {
            number,
            this_update: expected.this_update(),
            next_update: expected.next_update(),
            revoked,
        };
        let built = build_revocation_list(&parameters, &root, &mut csca.sign()).unwrap();
        let length = expected.der().len() - 110;
        assert_eq!(
            hex::encode(&built.der()[4..length]),
            hex::encode(&expected.der()[4..length])
        );
    }
}

#[test]
fn revocation_lists_that_are_refused() {
    let (root, csca) = (certificate("/csca_root"), csca1());
    let entry = Revocation {
        serial: serial(&certificate("/ds")),
        since: datetime!(2026-09-20 0:00 UTC),
        reason: None,
    };
    let parameters = |days, revoked| RevocationListParameters {
        number: 128,
        this_update: datetime!(2026-09-20 0:00 UTC),
        next_update: datetime!(2026-09-20 0:00 UTC) + time::Duration::days(days),
        revoked,
    };
    let build =
        |days, revoked| build_revocation_list(&parameters(days, revoked), &root, &mut csca.sign());
    assert!(matches!(build(91, vec![]), Err(BuildError::Parameters(_))));
    assert!(matches!(build(0, vec![]), Err(BuildError::Parameters(_))));
    let twice = vec![entry.clone(), entry.clone()];
    assert!(matches!(build(90, twice), Err(BuildError::Parameters(_))));
    assert_eq!(build(90, vec![entry]).unwrap().number(), [0, 128]);
}

#[test]
fn a_certificate_that_breaks_the_profile_never_reaches_the_key() {
    let (root, ds) = (certificate("/csca_root"), certificate("/ds"));
    let spki = ds_key().spki();
    let mut never = |_: &[u8]| -> Result<Vec<u8>, Infallible> { panic!("the key was used") };
    let mut refused = |parameters: &DocumentSigner| {
        build_document_signer(parameters, &spki, &root, &mut never).unwrap_err()
    };
    let broken_rules = |error: BuildError<Infallible>| -> Vec<Rule> {
        match error {
            BuildError::Profile(findings) => findings.iter().map(|finding| finding.rule).collect(),
            other => panic!("{other}"),
        }
    };
    let mut parameters = signer(&ds);
    parameters.name.country = "FR".into();
    assert_eq!(broken_rules(refused(&parameters)), vec![Rule::SameCountry]);
    let mut parameters = signer(&ds);
    parameters.name.country = "lu".into();
    assert_eq!(broken_rules(refused(&parameters)), vec![Rule::CountryName]);
    let mut parameters = signer(&ds);
    parameters.document_types.clear();
    assert_eq!(
        broken_rules(refused(&parameters)),
        vec![Rule::DocumentTypeList]
    );
    let mut parameters = signer(&ds);
    parameters.state.state = "Luxembourg".into();
    assert_eq!(
        broken_rules(refused(&parameters)),
        vec![Rule::SubjectAltName, Rule::IssuerAltName]
    );
    let mut parameters = signer(&ds);
    parameters.crl_addresses.clear();
    assert_eq!(
        broken_rules(refused(&parameters)),
        vec![Rule::CrlDistributionPoints]
    );
    let mut parameters = signer(&ds);
    parameters.key_usage.until = datetime!(2037-01-01 0:00 UTC);
    assert!(matches!(refused(&parameters), BuildError::Parameters(_)));
    let mut parameters = signer(&ds);
    parameters.validity.until = datetime!(2039-04-06 0:00 UTC);
    assert!(matches!(refused(&parameters), BuildError::Parameters(_)));
}

#[test]
fn keys_and_signatures_that_are_refused() {
    let (root, ds) = (certificate("/csca_root"), certificate("/ds"));
    let weak = Key::new(CurveId::P224);
    let refused = build_document_signer(&signer(&ds), &weak.spki(), &root, &mut csca1().sign());
    assert!(matches!(
        refused,
        Err(BuildError::Curve {
            whose: "subject's",
            ..
        })
    ));
    let rsa = openssl::rsa::Rsa::generate(2048)
        .unwrap()
        .public_key_to_der()
        .unwrap();
    let refused = build_document_signer(&signer(&ds), &rsa, &root, &mut csca1().sign());
    assert!(matches!(
        refused,
        Err(BuildError::Curve {
            whose: "subject's",
            ..
        })
    ));
    let spki = ds_key().spki();
    let refused = build_document_signer(&signer(&ds), &spki, &root, &mut csca2().sign());
    assert!(matches!(refused, Err(BuildError::WrongSignature)));
    let old_key = csca1();
    let usage = period(
        datetime!(2026-01-05 0:00 UTC),
        datetime!(2029-01-05 0:00 UTC),
    );
    let parameters = authority(&root, usage);
    let refused = build_link(&parameters, &old_key.spki(), &root, &mut old_key.sign());
    assert!(matches!(refused, Err(BuildError::Parameters(_))));
}

#[test]
fn serial_numbers() {
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(1);
    let one = SerialNumber::random(&mut rng);
    assert_ne!(one, SerialNumber::random(&mut rng));
    assert_eq!(SerialNumber::from_octets(one.octets()), Some(one));
    for bad in [&[][..], &[0], &[0, 1], &[0x80], &[1; 21]] {
        assert_eq!(SerialNumber::from_octets(bad), None, "{bad:?}");
    }
}

/// OpenSSL as the independent reader: names and chain mean to it what we mean.
fn openssl_accepts(built: &Certificate, ca: &Certificate) {
    let read =
        |certificate: &Certificate| openssl::x509::X509::from_der(certificate.der()).unwrap();
    let mut store = openssl::x509::store::X509StoreBuilder::new().unwrap();
    store.add_cert(read(ca)).unwrap();
    let mut time = openssl::x509::verify::X509VerifyParam::new().unwrap();
    time.set_time(datetime!(2026-06-01 0:00 UTC).unix_timestamp());
    store.set_param(&time).unwrap();
    let (store, leaf) = (store.build(), read(built));
    let names = leaf.subject_alt_names().unwrap();
    assert_eq!(names[0].dnsname(), Some("localhost"));
    assert_eq!(names[1].ipaddress(), Some(&[127, 0, 0, 1][..]));
    let mut context = openssl::x509::X509StoreContext::new().unwrap();
    let chain = openssl::stack::Stack::new().unwrap();
    let verify = openssl::x509::X509StoreContextRef::verify_cert;
    assert!(context.init(&store, &leaf, &chain, verify).unwrap());
}

#[test]
fn our_own_programs_certificates() {
    let ca_key = Key::new(CurveId::P256);
    let validity = period(
        datetime!(2026-01-01 0:00 UTC),
        datetime!(2027-01-01 0:00 UTC),
    );
    let parameters = |octet, common_name| OperationsCertificate {
        serial: SerialNumber::from_octets(&[octet]).unwrap(),
        name: name(common_name),
        validity,
    };
    let ca = build_operations_ca(
        &parameters(1, "Operations CA"),
        &ca_key.spki(),
        &mut ca_key.sign(),
    );
    let ca = ca.unwrap();
    assert_eq!(check_operations_profile(&ca, None), []);
    let program = Key::new(CurveId::P256);
    let called = ProgramName {
        dns: vec!["localhost".into()],
        addresses: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
    };
    for role in [ProgramRole::Server, ProgramRole::Client] {
        let built = build_program_certificate(
            &parameters(2, "pki-authority"),
            role,
            &called,
            &program.spki(),
            &ca,
            &mut ca_key.sign(),
        );
        let built = built.unwrap();
        assert_eq!(check_operations_profile(&built, Some(role)), []);
        openssl_accepts(&built, &ca);
    }
    let nameless = ProgramName::default();
    let refused = build_program_certificate(
        &parameters(3, "nobody"),
        ProgramRole::Client,
        &nameless,
        &program.spki(),
        &ca,
        &mut ca_key.sign(),
    );
    assert!(matches!(refused, Err(BuildError::Parameters(_))));
    let brainpool = Key::new(CurveId::BrainpoolP256r1);
    let refused = build_operations_ca(
        &parameters(4, "Ops"),
        &brainpool.spki(),
        &mut brainpool.sign(),
    );
    assert!(matches!(refused, Err(BuildError::OperationsProfile(_))));
}

#[test]
fn a_signer_made_here_chains_to_a_root_made_here() {
    let csca = Key::new(CurveId::BrainpoolP384r1);
    let usage = period(
        datetime!(2026-01-05 0:00 UTC),
        datetime!(2029-01-05 0:00 UTC),
    );
    let parameters = authority(&certificate("/csca_root"), usage);
    let root = build_root(&parameters, &csca.spki(), &mut csca.sign()).unwrap();
    let ds = signer(&certificate("/ds"));
    let built = build_document_signer(&ds, &ds_key().spki(), &root, &mut csca.sign()).unwrap();
    assert_eq!(check_profile(&built, CertificateKind::DocumentSigner), []);
    let point = PublicKey::parse(&ds_key().spki()).unwrap();
    assert!(built.public_key().same_key(&point));
}
