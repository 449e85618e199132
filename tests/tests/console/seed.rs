//! Applications of people who do not exist, in the centre's database as intake leaves them: accepted, checked, referred.

use std::collections::BTreeSet;

use dossier::dossier::{
    Bound, Camera, Contact, DocumentKind, DocumentSeen, DocumentType, Finger, FingerImage, Ground,
    Identity, Information, Limit, Means, Measure, Payment, Portrait, PriorDocument, PriorState,
    Sex, SignIn, Source, Sourced, Summary,
};
use dossier::{
    ApplicationId, Blob, Body as _, Dossier, Hash, Label, Language, NationalNumber, PartialDay,
    PersonId, StationId, Text, Timestamp, Version,
};
use hardware_sim::people::{identity as drawn, portrait};
use image::codecs::jpeg::JpegEncoder;
use personalisation::edge;
use personalisation::person;
use personalisation::review::notice;
use personalisation_core::application::{
    Check, CheckResult, Decider, Detail, Filing, Finding, Held, Referral, RefusalGround, Verdict,
};
use personalisation_core::ids::{LeaseToken, NoticeId, OrderId};
use personalisation_store::Store;
use personalisation_store::intake::{Accepted, NewDossier};
use personalisation_store::order::ContentKind;
use personalisation_store::review::{Decided, DossierPart, Verified};
use personalisation_store::staff::Role;
use zeroize::Zeroizing;

use crate::console::centre::Centre;

/// How long leases last here.
const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);
/// National number of the one person whom all applications here are about.
pub const NUMBER: &str = "1990010112385";

/// What is special about an application.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Who captured it.
    pub clerk: PersonId,
    /// Checks that refer, and what they name.
    pub refer: &'a [(Check, Referral, Option<Detail>)],
    /// Whether a capture was forced.
    pub forced: bool,
    /// Seed of the portrait.
    pub portrait: u64,
    /// What is applied for: of each type one application of a person may live.
    pub document: DocumentType,
}

fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::new(text).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(edge::now().unix_timestamp() + seconds).unwrap()
}

fn measure(name: &str, value: i64, limit: i64) -> Measure {
    let limit = Limit {
        bound: Bound::AtLeast,
        value: limit,
    };
    Measure {
        name: Label::new(name).unwrap(),
        value,
        limit: Some(limit),
    }
}

fn identity() -> Identity {
    let register = Source::Register;
    let birth = PartialDay::from_number(19_900_101).unwrap();
    Identity {
        surname: Sourced::new(text("Muster-Weiler"), Source::Manual),
        given_names: Sourced::new(text("Anne-Léa"), register),
        sex: Sourced::new(Sex::Female, register),
        date_of_birth: Sourced::new(birth, register),
        nationality: Sourced::new(text("LUX"), Source::Document),
        place_of_birth: Some(Sourced::new(vec![text("Esch-sur-Alzette")], register)),
        national_number: Some(Sourced::new(NationalNumber::new(NUMBER).unwrap(), register)),
        name_line: None,
        name_line_shortened: false,
        commune: Some(Sourced::new(text("0304"), register)),
    }
}

fn finger() -> FingerImage {
    FingerImage {
        finger: Finger::RightIndex,
        record: Blob::new(b"FIR\0".to_vec()).unwrap(),
        measures: vec![
            measure("ridge-area", 612_500, 500_000),
            measure("ridge-contrast", 210_000, 300_000),
        ],
        tries: 2,
        device: Blob::new(b"eyJ".to_vec()).unwrap(),
        forced: None,
        captured_at: at(-300),
    }
}

#[expect(clippy::too_many_lines, reason = "a dossier has as many fields")]
fn dossier(case: &Case<'_>, application: ApplicationId) -> Dossier {
    let forced = case.forced.then(|| text("the lamp on the left was broken"));
    Dossier {
        version: Version,
        application,
        station: StationId::from_bytes([2; 16]),
        office: "L-0304".parse().unwrap(),
        made_at: at(-200),
        clock: None,
        clerk: SignIn {
            person: case.clerk,
            means: Means::PasswordAndCode,
            at: at(-3600),
            staff_list: None,
        },
        second_person: None,
        document_type: case.document,
        ground: Ground::Loss,
        express: true,
        representative: None,
        information: Information {
            text: Label::new("data-protection").unwrap(),
            version: 1,
            language: Language::Lb,
            given_at: at(-600),
        },
        identity: identity(),
        register: None,
        portrait: Portrait {
            picture: Blob::new(vec![0xFF, 0xD8, 0xFF]).unwrap(),
            measures: vec![
                measure("head-size", 88_000, 60_000),
                measure("illumination", 41_250, 60_000),
            ],
            camera: Camera::Webcam(text("Integrated camera")),
            forced,
            captured_at: at(-400),
        },
        fingers: vec![finger()],
        missing_fingers: vec![],
        signature: None,
        documents_seen: vec![DocumentSeen {
            kind: DocumentKind::Passport,
            number: Some(text("JC4X7Y2Z1")),
            issuer: text("LUX"),
            expires: None,
        }],
        prior_document: Some(PriorDocument {
            number: Some(text("C11111111")),
            state: PriorState::Lost,
        }),
        payment: Payment {
            reference: text("T-2026-000123"),
            fee: 4500,
        },
        recapture_of: None,
        summary: Summary {
            language: Language::De,
            text: Hash::of(b"summary"),
            confirmed_at: at(-250),
        },
        configuration: 1,
        software: Label::new("enrolment-station-0.1.0").unwrap(),
        collection: "L-0304".parse().unwrap(),
        contact: Some(Contact {
            address: vec![
                text("12, rue de l’Alzette"),
                text("L-4010 Esch-sur-Alzette"),
            ],
            email: None,
            telephone: None,
            language: Language::De,
        }),
        residence: None,
    }
}

fn picture(seed: u64) -> Zeroizing<Vec<u8>> {
    let drawn = portrait::draw(seed, &drawn::Identity::draw(seed));
    let small = image::imageops::thumbnail(&drawn, 311, 400);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode_image(&small)
        .unwrap();
    Zeroizing::new(jpeg)
}

/// Puts an application into review under this id.
pub async fn refer(store: &Store, case: &Case<'_>, id: ApplicationId) {
    let now = edge::now();
    let whole = dossier(case, id);
    let hash = Hash::of(id.as_bytes());
    let new = NewDossier {
        hash,
        station: whole.station,
        application: Some(id),
        length: 1000,
        receipt: b"receipt",
    };
    store.hold(&new, &[], now).await.unwrap();
    let token = LeaseToken::generate(&mut edge::rng());
    store.lease_held(token, MINUTE).await.unwrap().unwrap();
    let filing = Filing {
        held: Held {
            hash,
            station: whole.station,
        },
        office: whole.office.clone(),
        document_type: whole.document_type,
        handled_by: BTreeSet::from([case.clerk]),
        forced: case.forced,
    };
    let content = [
        (DossierPart::Text, whole.encode().unwrap()),
        (DossierPart::Portrait, picture(case.portrait)),
    ];
    let accepted = Accepted {
        hash,
        token,
        application: id,
        filing: &filing,
        ground: whole.ground,
        express: whole.express,
        recapture_of: None,
        person: &person::of_dossier(store, &whole).unwrap(),
        payment: person::payment(store, &whole).unwrap(),
        content: &content,
        receipt: b"accepted",
    };
    let rng = &mut edge::rng();
    store
        .accept_dossier(rng, &accepted, &[], now)
        .await
        .unwrap();
    check(store, case).await;
}

/// The checks' findings, the prepared files, and the reference to a person.
async fn check(store: &Store, case: &Case<'_>) {
    let now = edge::now();
    let rng = &mut edge::rng();
    let token = LeaseToken::generate(rng);
    let leased = store.lease_application(token, MINUTE).await.unwrap();
    let (row, _) = leased.unwrap();
    let checks: Vec<CheckResult> = Check::ALL
        .into_iter()
        .map(|check| {
            let refers = case.refer.iter().find(|(one, _, _)| *one == check);
            let finding = refers.map_or_else(Finding::passed, |(_, referral, detail)| {
                Finding::refer(*referral, detail.iter().copied().collect())
            });
            CheckResult { check, finding }
        })
        .collect();
    let verdict = Verdict::of(&checks, false);
    let verified = row.application.clone().verify(verdict).unwrap();
    let files = [(ContentKind::Dg2, Zeroizing::new(b"a file".to_vec()))];
    let prepared = Verified {
        from: &row,
        to: &verified,
        token,
        checks: &checks,
        prepared: Some((OrderId::generate(rng), &files)),
    };
    store
        .verify_application(rng, &prepared, &[], now)
        .await
        .unwrap();
    let row = store.application(verified.id()).await.unwrap().unwrap();
    let to = row.application.clone().refer().unwrap();
    let decided = Decided {
        from: &row,
        to: &to,
        person: None,
        note: None,
        appointment: None,
        token: None,
        order: None,
        cancelled: None,
        notice: None,
    };
    store
        .decide_application(rng, &decided, &[], now)
        .await
        .unwrap();
}

impl Centre {
    /// Puts an application into review; its id.
    pub fn in_review(&self, case: &Case<'_>) -> ApplicationId {
        let id = ApplicationId::generate(&mut edge::rng());
        self.runtime.block_on(refer(&self.store, case, id));
        id
    }

    /// Refuses an application, as somebody else would; the id of the notice that waits.
    pub fn refused(&mut self, case: ApplicationId) -> NoticeId {
        let person = self.person("refusing", &[Role::Supervisor]);
        self.runtime.block_on(async {
            let row = self.store.application(case).await.unwrap().unwrap();
            let to = row.application.clone();
            let by = Decider {
                person,
                supervisor: true,
            };
            let to = to.refuse(RefusalGround::NotPaid, by).unwrap();
            let id = NoticeId::generate(&mut edge::rng());
            let text = self.store.dossier_part(row.content, DossierPart::Text);
            let text = Dossier::decode(&text.await.unwrap().unwrap()).unwrap();
            let decision = notice::Decision {
                to: &to,
                reason: "not paid",
                appointment: None,
                applied_at: row.accepted_at,
                decided_at: edge::now(),
                answer_days: None,
            };
            let written = notice::Written::of(id, &text, &decision).unwrap().unwrap();
            let decided = Decided {
                from: &row,
                to: &to,
                person: Some(by.person),
                note: Some("not paid"),
                appointment: None,
                token: None,
                order: None,
                cancelled: None,
                notice: Some(written.new_notice()),
            };
            let rng = &mut edge::rng();
            let done = self
                .store
                .decide_application(rng, &decided, &[], edge::now());
            done.await.unwrap();
            id
        })
    }

    /// The state of an application.
    pub fn state(&self, id: ApplicationId) -> &'static str {
        let row = self.runtime.block_on(self.store.application(id));
        row.unwrap().unwrap().application.state().name()
    }
}
