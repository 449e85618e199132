//! What the centre would have issued: a configuration and a staff list, signed by keys of the test.

use dossier::configuration::{
    Fee, Information, Occasion, PublicKey, SecondPersonRule, StationRules, Subject, Threshold,
};
use dossier::dossier::{Bound, DocumentType, Limit};
use dossier::issue::Issue;
use dossier::staff::{Member, Role};
use dossier::{
    Blob, Body, Configuration, Day, Label, Language, OfficeId, PersonId, Prose, Signed, SigningKey,
    StaffList, Text, Timestamp, Version, communes,
};
use time::OffsetDateTime;

use e2e::counter::{Intake, station::SoftKey};

/// The office of the test: Luxembourg's capital.
pub const OFFICE: &str = "L-0304";
pub const PASSWORD: &str = "corner shop horse";

/// Who works there: login, name, roles, secret of the codes.
pub const STAFF: [(&str, &str, &[Role], &[u8; 20]); 3] = [
    (
        "marie",
        "Marie Weber",
        &[Role::Clerk],
        b"12345678901234567890",
    ),
    (
        "luc",
        "Luc Schmit",
        &[Role::Clerk, Role::Supervisor],
        b"abcdefghijabcdefghij",
    ),
    (
        "odile",
        "Odile Braun",
        &[Role::Operator],
        b"ABCDEFGHIJABCDEFGHIJ",
    ),
];

/// Further clerks, for whoever signs in often: a code serves once. Their logins are `colleague-0` and so on.
pub const COLLEAGUES: u8 = 16;

/// The secret of a person's codes.
pub fn secret(login: &str) -> [u8; 20] {
    let known = STAFF.iter().find(|(one, ..)| *one == login);
    known.map_or(*b"colleaguecolleague12", |(.., secret)| **secret)
}

fn public(spki: &[u8]) -> PublicKey {
    PublicKey {
        spki: Blob::new(spki.to_vec()).unwrap(),
        from: stamp(-86_400),
        until: stamp(86_400 * 30),
    }
}

pub fn now() -> OffsetDateTime {
    #[expect(
        clippy::disallowed_methods,
        reason = "the station reads the same clock"
    )]
    OffsetDateTime::now_utc()
}

fn stamp(offset: i64) -> Timestamp {
    Timestamp::from_seconds(now().unix_timestamp() + offset).unwrap()
}

fn issue(number: u64) -> Issue {
    Issue {
        number,
        from: stamp(-86_400),
        until: stamp(86_400 * 30),
    }
}

/// Both, encoded; `anchors` are the makers of devices. Dossiers and receipts are a real centre's where there is one, the
/// number is that of its newest configuration, and somebody there may be the second person.
pub fn issued(anchors: &[Vec<u8>], real: Option<(&Intake, u64)>) -> (Vec<u8>, Vec<u8>) {
    let [centre, staff, intake] = [(); 3].map(|()| SoftKey::generate().unwrap());
    let [intake_key, receipt_key] = match real {
        Some((real, _)) => [real.intake_key().unwrap(), real.receipt_key().unwrap()],
        None => [intake.spki().to_vec(), centre.spki().to_vec()],
    };
    let configuration = Configuration {
        version: Version,
        issue: issue(real.map_or(1, |(_, number)| number)),
        thresholds: vec![same_finger()],
        texts: vec![information()],
        fees: fees(),
        communes: communes::entries().unwrap(),
        offices: communes::offices().unwrap(),
        intake_keys: vec![public(&intake_key)],
        receipt_keys: vec![public(&receipt_key)],
        staff_list_keys: vec![public(staff.spki())],
        configuration_keys: vec![public(centre.spki())],
        second_person: vec![SecondPersonRule {
            office: None,
            when: vec![Occasion::ForcedCapture, Occasion::ManualIdentity],
            remote: real.is_some(),
        }],
        device_anchors: anchors
            .iter()
            .map(|anchor| Blob::new(anchor.clone()).unwrap())
            .collect(),
        station: StationRules {
            lock_minutes: 10,
            clock_tolerance: 60_000,
            outbox_dossiers: 500,
            free_bytes: 1 << 20,
        },
    };
    (signed(&configuration, &centre), signed(&people(), &staff))
}

/// Two fingers that look like one may be used with a reason.
fn same_finger() -> Threshold {
    Threshold {
        subject: Subject::FingerComparison,
        measure: Label::new("same-finger").unwrap(),
        limit: Limit {
            bound: Bound::AtMost,
            value: 29_999,
        },
        may_be_forced: true,
    }
}

fn signed<T: Body>(body: &T, key: &SoftKey) -> Vec<u8> {
    Signed::sign(body, key).unwrap().encode().unwrap().to_vec()
}

fn information() -> Information {
    let texts = [
        (
            Language::Fr,
            "Vos données servent à établir votre document.\n\nVos empreintes sont effacées après la remise.",
        ),
        (
            Language::De,
            "Ihre Daten dienen der Ausstellung Ihres Dokuments.\n\nIhre Fingerabdrücke werden nach der Übergabe gelöscht.",
        ),
        (
            Language::Lb,
            "Är Donnéeën déngen dozou, Äert Dokument auszestellen.\n\nÄr Fangerofdréck ginn no der Iwwergab geläscht.",
        ),
        (
            Language::En,
            "Your data are used to make your document.\n\nYour fingerprints are erased after it was handed over.",
        ),
    ];
    Information {
        text: Label::new("data-protection").unwrap(),
        version: 3,
        languages: texts
            .into_iter()
            .map(|(language, text)| (language, Prose::new(text).unwrap()))
            .collect(),
    }
}

fn fees() -> Vec<Fee> {
    let kinds = [DocumentType::IdentityCard, DocumentType::ResidencePermit];
    let all = kinds
        .into_iter()
        .flat_map(|kind| [(kind, false), (kind, true)]);
    all.map(|(document_type, express)| Fee {
        document_type,
        from_age: 0,
        to_age: None,
        express,
        cents: if express { 4500 } else { 1400 },
        from: Day::from_number(20_200_101).unwrap(),
        until: None,
    })
    .collect()
}

pub fn people() -> StaffList {
    let people = STAFF
        .iter()
        .enumerate()
        .map(|(place, (login, name, roles, secret))| {
            let id = u8::try_from(place).unwrap() + 1;
            let hash = pages::sign_in::Password::new(PASSWORD, [id; 16]).unwrap();
            Member {
                person: PersonId::from_bytes([id; 16]),
                login: Text::new(login).unwrap(),
                name: Text::new(name).unwrap(),
                roles: roles.to_vec(),
                password: Some(Text::new(hash.as_phc()).unwrap()),
                totp: Some(Blob::new(secret.to_vec()).unwrap()),
                passkeys: Vec::new(),
            }
        });
    let one = pages::sign_in::Password::new(PASSWORD, [0x40; 16]).unwrap();
    let colleagues = (0..COLLEAGUES).map(|number| {
        let login = format!("colleague-{number}");
        Member {
            person: PersonId::from_bytes([0x40 + number; 16]),
            login: Text::new(&login).unwrap(),
            name: Text::new("A Colleague").unwrap(),
            roles: vec![Role::Clerk],
            password: Some(Text::new(one.as_phc()).unwrap()),
            totp: Some(Blob::new(secret(&login).to_vec()).unwrap()),
            passkeys: Vec::new(),
        }
    });
    StaffList {
        version: Version,
        issue: issue(1),
        office: OFFICE.parse::<OfficeId>().unwrap(),
        people: people.chain(colleagues).collect(),
    }
}
