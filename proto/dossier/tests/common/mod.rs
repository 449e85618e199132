//! A whole dossier, a configuration and a staff list of nobody, and keys in memory.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses its part, and stops at the first fault"
)]

use std::{collections::BTreeMap, convert::Infallible, sync::LazyLock};

use dossier::{
    ApplicationId, Blob, Configuration, Day, Dossier, Hash, Label, Language, NationalNumber,
    OfficeId, PartialDay, PersonId, Prose, Signed, SigningKey, StaffList, StationId, Text,
    Timestamp, Version, communes,
    configuration::{
        Fee, Information as InformationText, Occasion, PublicKey, SecondPersonRule, StationRules,
        Subject, Threshold,
    },
    dossier::{
        Bound, Camera, ClockOffset, Contact, DocumentKind, DocumentSeen, DocumentType, Finger,
        FingerImage, Ground, Hand, Identity, Information, Limit, Means, Measure, MissingFinger,
        MissingReason, Payment, Place, Portrait, PriorDocument, PriorState, RegisterAnswer,
        Relation, Representative, SecondPerson, Sex, SignIn, Signature, SignatureDevice, Source,
        Sourced, Summary,
    },
    hpke::{ENC_LENGTH, ReceiverKey, SECRET_LENGTH},
    issue::Issue,
    staff::{Member, Passkey, Role},
};
use openssl::{
    bn::{BigNum, BigNumContext},
    derive::Deriver,
    ec::{EcGroup, EcKey, EcPoint},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use zeroize::Zeroizing;

pub const NOW: i64 = 1_790_000_000;

/// A P-256 key in memory, which signs and receives.
pub struct SoftKey {
    key: EcKey<Private>,
    spki: Vec<u8>,
}

impl SoftKey {
    /// The key with this private number.
    pub fn new(number: u32) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let number = BigNum::from_u32(number).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &number, &mut context).unwrap();
        let key = EcKey::from_private_components(&group, &number, &point).unwrap();
        let spki = PKey::from_ec_key(key.clone()).unwrap();
        let spki = spki.public_key_to_der().unwrap();
        Self { key, spki }
    }
}

impl SigningKey for SoftKey {
    type Error = openssl::error::ErrorStack;

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], Self::Error> {
        let signature = EcdsaSig::sign(digest, &self.key)?;
        let mut raw = signature.r().to_vec_padded(32)?;
        raw.extend(signature.s().to_vec_padded(32)?);
        Ok(raw.try_into().unwrap())
    }
}

impl ReceiverKey for SoftKey {
    type Error = Infallible;

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn dh(&self, point: &[u8; ENC_LENGTH]) -> Result<Zeroizing<[u8; SECRET_LENGTH]>, Infallible> {
        let group = self.key.group();
        let mut context = BigNumContext::new().unwrap();
        let point = EcPoint::from_bytes(group, point, &mut context).unwrap();
        let peer = PKey::from_ec_key(EcKey::from_public_key(group, &point).unwrap()).unwrap();
        let ours = PKey::from_ec_key(self.key.clone()).unwrap();
        let mut deriver = Deriver::new(&ours).unwrap();
        deriver.set_peer(&peer).unwrap();
        Ok(Zeroizing::new(
            deriver.derive_to_vec().unwrap().try_into().unwrap(),
        ))
    }
}

pub fn spki(key: &SoftKey) -> &[u8] {
    &key.spki
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW + seconds).unwrap()
}

pub fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::new(text).unwrap()
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn blob<const MIN: usize, const MAX: usize>(start: &[u8], length: usize) -> Blob<MIN, MAX> {
    let mut bytes = start.to_vec();
    bytes.resize(length, 0xA5);
    Blob::new(bytes).unwrap()
}

fn office() -> OfficeId {
    "L-0304".parse().unwrap()
}

fn sign_in(person: u8) -> SignIn {
    SignIn {
        person: PersonId::from_bytes([person; 16]),
        means: Means::PasswordAndCode,
        at: at(-3600),
        staff_list: Some(17),
    }
}

fn measure(name: &str, value: i64, limit: i64) -> Measure {
    Measure {
        name: label(name),
        value,
        limit: Some(Limit {
            bound: Bound::AtLeast,
            value: limit,
        }),
    }
}

pub fn second_person() -> SecondPerson {
    SecondPerson {
        version: Version,
        application: ApplicationId::from_bytes([1; 16]),
        summary: Hash::of(b"summary"),
        sign_in: sign_in(5),
        place: Place::Remote,
        office: "CTIE".parse().unwrap(),
        approved_at: at(-20),
        note: None,
    }
}

fn identity() -> Identity {
    let register = Source::Register;
    Identity {
        surname: Sourced::new(text("Müller-Weiß"), register),
        given_names: Sourced::new(text("Anne-Léa"), register),
        sex: Sourced::new(Sex::Female, register),
        date_of_birth: Sourced::new(PartialDay::from_number(19_900_101).unwrap(), register),
        nationality: Sourced::new(text("LUX"), Source::Document),
        place_of_birth: Some(Sourced::new(vec![text("Esch-sur-Alzette")], Source::Manual)),
        national_number: Some(Sourced::new(
            NationalNumber::new("1990010112385").unwrap(),
            register,
        )),
        name_line: Some(Sourced::new(
            text("MUELLER<WEISS<<ANNE<LEA"),
            Source::Manual,
        )),
        name_line_shortened: false,
        commune: Some(Sourced::new(text("0304"), register)),
    }
}

fn seen() -> DocumentSeen {
    DocumentSeen {
        kind: DocumentKind::Passport,
        number: Some(text("JC4X7Y2Z1")),
        issuer: text("LUX"),
        expires: Some(Day::from_number(20_280_229).unwrap()),
    }
}

fn right_index() -> FingerImage {
    FingerImage {
        finger: Finger::RightIndex,
        record: blob(b"FIR\x00010\0", 700),
        measures: vec![measure("ridge-area", 612_500, 500_000)],
        tries: 3,
        device: blob(b"eyJ", 90),
        forced: None,
        captured_at: at(-120),
    }
}

/// Signed once in a process: ECDSA signs the same thing differently each time.
static SECOND_PERSON: LazyLock<Signed<SecondPerson>> =
    LazyLock::new(|| Signed::sign(&second_person(), &SoftKey::new(77)).unwrap());

/// Every field filled; pictures small.
pub fn dossier() -> Dossier {
    Dossier {
        version: Version,
        application: ApplicationId::from_bytes([1; 16]),
        station: StationId::from_bytes([2; 16]),
        office: office(),
        made_at: at(0),
        clock: Some(ClockOffset {
            milliseconds: -1250,
            measured_at: at(-7200),
        }),
        clerk: sign_in(3),
        second_person: Some(SECOND_PERSON.clone()),
        document_type: DocumentType::IdentityCard,
        ground: Ground::Loss,
        express: true,
        representative: Some(Representative {
            surname: text("Weiß"),
            given_names: text("Jean"),
            relation: Relation::Parent,
            document: seen(),
        }),
        information: Information {
            text: label("data-protection"),
            version: 4,
            language: Language::Lb,
            given_at: at(-600),
        },
        identity: identity(),
        register: Some(RegisterAnswer {
            answer: label("a-81f2"),
            at: at(-590),
        }),
        portrait: Portrait {
            picture: blob(&[0xFF, 0xD8, 0xFF], 900),
            measures: vec![
                measure("inter-eye-distance", 311_000, 300_000),
                measure("head-size", 88_000, 60_000),
            ],
            camera: Camera::Webcam(text("Integrated Camera")),
            forced: Some(text("cannot open the eyes further")),
            captured_at: at(-300),
        },
        fingers: vec![right_index()],
        missing_fingers: vec![left_hand()],
        signature: Some(Signature {
            picture: blob(b"\x89PNG\r\n\x1a\n", 200),
            device: SignatureDevice::Pointer,
        }),
        documents_seen: vec![seen()],
        prior_document: Some(PriorDocument {
            number: Some(text("C11111111")),
            state: PriorState::Lost,
        }),
        payment: Payment {
            reference: text("T-2026-000123"),
            fee: 4500,
        },
        recapture_of: Some(ApplicationId::from_bytes([9; 16])),
        summary: Summary {
            language: Language::De,
            text: Hash::of(b"summary"),
            confirmed_at: at(-5),
        },
        configuration: 12,
        software: label("enrolment-station-0.1.0"),
        collection: office(),
        contact: Some(contact()),
        residence: None,
    }
}

fn left_hand() -> MissingFinger {
    MissingFinger {
        hand: Hand::Left,
        reason: MissingReason::Temporary,
        which: vec![Finger::LeftThumb, Finger::LeftIndex],
        until: Some(Day::from_number(20_261_231).unwrap()),
        note: Some(text("plaster")),
    }
}

fn contact() -> Contact {
    Contact {
        address: vec![text("1, rue du Fossé"), text("L-1536 Luxembourg")],
        email: Some(text("anne@example.org")),
        telephone: None,
        language: Language::Fr,
    }
}

fn public_key(number: u32) -> PublicKey {
    PublicKey {
        spki: Blob::new(SoftKey::new(number).spki).unwrap(),
        from: at(-1000),
        until: at(i64::from(number) * 1000),
    }
}

pub fn configuration(number: u64) -> Configuration {
    let fee = |from_age, to_age, cents| Fee {
        document_type: DocumentType::IdentityCard,
        from_age,
        to_age,
        express: false,
        cents,
        from: Day::from_number(20_180_101).unwrap(),
        until: None,
    };
    Configuration {
        version: Version,
        issue: Issue {
            number,
            from: at(-100),
            until: at(100),
        },
        thresholds: vec![Threshold {
            subject: Subject::Portrait,
            measure: label("head-size"),
            limit: Limit {
                bound: Bound::AtLeast,
                value: 60_000,
            },
            may_be_forced: true,
        }],
        texts: vec![InformationText {
            text: label("data-protection"),
            version: 4,
            languages: BTreeMap::from([
                (Language::Fr, Prose::new("Vos données\n…").unwrap()),
                (Language::En, Prose::new("Your data").unwrap()),
            ]),
        }],
        fees: vec![
            fee(15, None, 1400),
            fee(4, Some(15), 1000),
            fee(0, Some(4), 500),
        ],
        communes: communes::entries().unwrap(),
        offices: communes::offices().unwrap(),
        intake_keys: vec![public_key(2), public_key(3)],
        receipt_keys: vec![public_key(4)],
        staff_list_keys: vec![public_key(5)],
        configuration_keys: vec![public_key(6)],
        second_person: vec![
            SecondPersonRule {
                office: None,
                when: vec![Occasion::ForcedCapture, Occasion::LossOrTheft],
                remote: false,
            },
            SecondPersonRule {
                office: Some(office()),
                when: vec![Occasion::Always],
                remote: true,
            },
        ],
        device_anchors: vec![Blob::new(vec![0x30; 300]).unwrap()],
        station: StationRules {
            lock_minutes: 5,
            clock_tolerance: 300_000,
            outbox_dossiers: 500,
            free_bytes: 2 << 30,
        },
    }
}

pub fn staff_list(number: u64) -> StaffList {
    StaffList {
        version: Version,
        issue: Issue {
            number,
            from: at(-100),
            until: at(100),
        },
        office: office(),
        people: vec![Member {
            person: PersonId::from_bytes([3; 16]),
            login: text("c.reuter"),
            name: text("Claire Reuter"),
            roles: vec![Role::Clerk, Role::Supervisor],
            password: Some(text(
                "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
            )),
            totp: Some(Blob::new(vec![0x42; 20]).unwrap()),
            passkeys: vec![Passkey {
                credential: Blob::new(vec![7; 32]).unwrap(),
                key: Blob::new(vec![8; 77]).unwrap(),
                name: text("grey key"),
            }],
        }],
    }
}
