//! Dossiers and configurations of nobody, as a counter would make them now; tests change what they are about.

use std::collections::BTreeMap;

use dossier::{
    ApplicationId, Blob, Configuration, Day, Dossier, Hash, Label, Language, NationalNumber,
    PartialDay, PersonId, Prose, Signed, Text, Timestamp, Version, communes,
    configuration::{
        Fee, Information as InformationText, Occasion, SecondPersonRule, StationRules,
    },
    dossier::{
        Camera, ClockOffset, DocumentType, Finger, FingerImage, Ground, Identity, Information,
        Means, Payment, Place, Portrait, PriorDocument, PriorState, RegisterAnswer, SecondPerson,
        Sex, SignIn, Signature, SignatureDevice, Source, Sourced, Summary,
    },
    issue::Issue,
};
use rand::{Rng as _, rand_core::UnwrapErr, rngs::SysRng};

use super::{Station, Trouble, authority::now};

/// The fee of an adult's card, in cents.
pub const FEE: u32 = 1400;

/// What a dossier is made of here.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The application.
    pub application: ApplicationId,
    /// The clerk.
    pub clerk: PersonId,
    /// Bytes of the portrait.
    pub portrait: Vec<u8>,
    /// The fingers' records.
    pub fingers: Vec<(Finger, Vec<u8>)>,
    /// The signature's picture.
    pub signature: Vec<u8>,
    /// Surname, given names, birth, place of birth.
    pub person: (String, String, u32, String),
    /// 13 digits.
    pub number: Option<String>,
    /// Whether it is a woman's.
    pub female: bool,
    station: dossier::StationId,
    office: dossier::OfficeId,
}

impl Paper {
    /// A renewal with pictures that are none: right in form, for what is not looked at.
    pub fn new(station: &Station) -> Self {
        let mut rng = UnwrapErr(SysRng);
        Self {
            application: ApplicationId::generate(&mut rng),
            clerk: station.clerk,
            portrait: noise(&[0xFF, 0xD8, 0xFF], 20_000),
            fingers: vec![(Finger::RightIndex, noise(b"FIR\x00010\0", 9000))],
            signature: noise(b"\x89PNG\r\n\x1a\n", 900),
            person: (
                "Müller-Weiß".into(),
                "Anne-Léa".into(),
                19_900_101,
                "Luxembourg".into(),
            ),
            number: Some("1990010112385".into()),
            female: true,
            station: station.id,
            office: station.office.clone(),
        }
    }

    /// The same with a portrait of so many bytes.
    #[must_use]
    pub fn of_length(mut self, bytes: usize) -> Self {
        self.portrait = noise(&[0xFF, 0xD8, 0xFF], bytes);
        self
    }

    /// The dossier, made now.
    pub fn dossier(&self) -> Result<Dossier, Trouble> {
        let made = now();
        let at = |before: i64| Timestamp::from_seconds(made - before);
        let sign_in = SignIn {
            person: self.clerk,
            means: Means::Passkey,
            at: at(1200)?,
            staff_list: Some(1),
        };
        Ok(Dossier {
            version: Version,
            application: self.application,
            station: self.station,
            office: self.office.clone(),
            made_at: at(0)?,
            clock: Some(ClockOffset {
                milliseconds: 20,
                measured_at: at(900)?,
            }),
            clerk: sign_in,
            second_person: None,
            document_type: DocumentType::IdentityCard,
            ground: Ground::Renewal,
            express: false,
            representative: None,
            information: Information {
                text: Label::new("data-protection")?,
                version: 1,
                language: Language::Fr,
                given_at: at(600)?,
            },
            identity: self.identity()?,
            register: Some(RegisterAnswer {
                answer: Label::new("a-1")?,
                at: at(900)?,
            }),
            portrait: Portrait {
                picture: Blob::new(self.portrait.clone())?,
                measures: Vec::new(),
                camera: Camera::Webcam(Text::new("Camera")?),
                forced: None,
                captured_at: at(300)?,
            },
            fingers: self.images(at(200)?)?,
            missing_fingers: Vec::new(),
            signature: Some(Signature {
                picture: Blob::new(self.signature.clone())?,
                device: SignatureDevice::Pointer,
            }),
            documents_seen: Vec::new(),
            prior_document: Some(PriorDocument {
                number: None,
                state: PriorState::Held,
            }),
            payment: Payment {
                // Each pays for itself.
                reference: Text::new(&format!("T-{}", self.application))?,
                fee: FEE,
            },
            recapture_of: None,
            summary: Summary {
                language: Language::Fr,
                text: Hash::of(b"summary"),
                confirmed_at: at(5)?,
            },
            configuration: 1,
            software: Label::new("enrolment-station-0.1.0")?,
            collection: self.office.clone(),
            contact: None,
            residence: None,
        })
    }

    fn images(&self, captured_at: Timestamp) -> Result<Vec<FingerImage>, Trouble> {
        let fingers = self.fingers.iter().map(|(finger, record)| {
            Ok(FingerImage {
                finger: *finger,
                record: Blob::new(record.clone())?,
                measures: Vec::new(),
                tries: 1,
                device: Blob::new(b"eyJ".to_vec())?,
                forced: None,
                captured_at,
            })
        });
        fingers.collect()
    }

    fn identity(&self) -> Result<Identity, Trouble> {
        let register = Source::Register;
        let (surname, given_names, birth, place) = &self.person;
        let sex = if self.female { Sex::Female } else { Sex::Male };
        let number = match &self.number {
            Some(number) => {
                Some(NationalNumber::new(number).map_err(|_| Trouble::Missing("number"))?)
            }
            None => None,
        };
        let places = [Text::new(place)];
        Ok(Identity {
            surname: Sourced::new(Text::new(surname)?, register),
            given_names: Sourced::new(Text::new(given_names)?, register),
            sex: Sourced::new(sex, register),
            date_of_birth: Sourced::new(PartialDay::from_number(*birth)?, register),
            nationality: Sourced::new(Text::new("LUX")?, register),
            place_of_birth: Some(Sourced::new(
                places.into_iter().collect::<Result<_, _>>()?,
                register,
            )),
            national_number: number.map(|number| Sourced::new(number, register)),
            name_line: None,
            name_line_shortened: false,
            commune: None,
        })
    }

    /// A second person's record about the dossier, signed at the same station.
    pub fn second_person(
        &self,
        station: &Station,
        person: PersonId,
    ) -> Result<Signed<SecondPerson>, Trouble> {
        let record = SecondPerson {
            version: Version,
            application: self.application,
            summary: Hash::of(b"summary"),
            sign_in: SignIn {
                person,
                means: Means::Passkey,
                at: Timestamp::from_seconds(now() - 100)?,
                staff_list: Some(1),
            },
            place: Place::Local,
            office: station.office.clone(),
            approved_at: Timestamp::from_seconds(now() - 3)?,
            note: None,
        };
        Ok(Signed::sign(&record, &station.signing)?)
    }
}

/// The configuration of every office here: one fee for adults, a second person where something was forced.
pub fn configuration(number: u64) -> Result<Configuration, Trouble> {
    Ok(Configuration {
        version: Version,
        issue: Issue {
            number,
            from: Timestamp::from_seconds(now() - 30 * 86_400)?,
            until: Timestamp::from_seconds(now() + 30 * 86_400)?,
        },
        thresholds: Vec::new(),
        texts: vec![InformationText {
            text: Label::new("data-protection")?,
            version: 1,
            languages: BTreeMap::from([(Language::Fr, Prose::new("Vos données")?)]),
        }],
        fees: vec![Fee {
            document_type: DocumentType::IdentityCard,
            from_age: 15,
            to_age: None,
            express: false,
            cents: FEE,
            from: Day::from_number(20_180_101)?,
            until: None,
        }],
        communes: communes::entries().map_err(|_| Trouble::Communes)?,
        offices: communes::offices().map_err(|_| Trouble::Communes)?,
        intake_keys: Vec::new(),
        receipt_keys: Vec::new(),
        staff_list_keys: Vec::new(),
        configuration_keys: Vec::new(),
        second_person: vec![SecondPersonRule {
            office: None,
            when: vec![Occasion::ForcedCapture],
            remote: false,
        }],
        device_anchors: Vec::new(),
        station: StationRules {
            lock_minutes: 5,
            clock_tolerance: 300_000,
            outbox_dossiers: 500,
            free_bytes: 1 << 30,
        },
    })
}

/// Bytes that begin like a picture of some kind and are none.
pub fn noise(start: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes[..start.len()].copy_from_slice(start);
    bytes
}
