//! Applications as intake and review leave them, for the lists of both.

use std::collections::BTreeSet;

use dossier::{
    ApplicationId, Hash, Language, PersonId, StationId, Text,
    dossier::{DocumentType, Ground},
};
use personalisation_core::{
    application::{
        Application, Channel, Check, CheckResult, Decider, Filing, Finding, Held, Referral, Verdict,
    },
    ids::{LeaseToken, NoticeId, OrderId},
    person::{Key, Person},
};
use personalisation_store::{
    StoreError,
    intake::{Acceptance, Accepted, DossierRow, NewDossier},
    order::ContentKind,
    review::{ApplicationRow, Decided, DossierPart, NewNotice, Verified},
    staff::{Grant, Link, Person as Employee, Role, RoleId},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{Bench, MINUTE, NOW};

pub const STATION: StationId = StationId::from_bytes([4; 16]);
pub const CLERK: PersonId = PersonId::from_bytes([5; 16]);
pub const REVIEWER: PersonId = PersonId::from_bytes([6; 16]);

pub const fn token(byte: u8) -> LeaseToken {
    LeaseToken::from_bytes([byte; 16])
}

pub fn application(byte: u8) -> ApplicationId {
    ApplicationId::from_bytes([byte; 16])
}

/// The hash of the dossier of application `byte`.
pub fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

pub fn filing(byte: u8) -> Filing {
    Filing {
        held: Held {
            hash: hash(byte),
            station: STATION,
        },
        office: "L-0304".parse().unwrap(),
        document_type: DocumentType::IdentityCard,
        handled_by: BTreeSet::from([CLERK]),
        forced: false,
    }
}

/// What decides a refusal, as somebody who may.
pub const DECIDER: Decider = Decider {
    person: REVIEWER,
    supervisor: true,
};

/// A decision by a person, with a notice where it needs one.
pub fn decided<'a>(
    from: &'a ApplicationRow,
    to: &'a Application,
    notice: Option<NewNotice<'a>>,
) -> Decided<'a> {
    Decided {
        from,
        to,
        person: Some(REVIEWER),
        note: Some("because of the ear"),
        appointment: None,
        token: None,
        order: None,
        cancelled: None,
        notice,
    }
}

pub fn notice(byte: u8, channel: Channel) -> NewNotice<'static> {
    NewNotice {
        id: NoticeId::from_bytes([byte; 16]),
        channel,
        language: Language::Lb,
        facts: b"Unmistakable, 4 Street",
    }
}

/// Whom a dossier is about, and what it says beside that.
pub struct About {
    pub person: Person,
    pub payment: Option<Key>,
    pub recapture_of: Option<ApplicationId>,
}

impl About {
    pub const fn of(person: Person) -> Self {
        Self {
            person,
            payment: None,
            recapture_of: None,
        }
    }
}

impl Bench {
    pub async fn hold(&self, byte: u8) -> DossierRow {
        let new = NewDossier {
            hash: hash(byte),
            station: STATION,
            application: Some(application(byte)),
            length: 1000,
            receipt: &[byte],
        };
        self.store.hold(&new, &[], NOW).await.unwrap()
    }

    /// Accepts the dossier of application `byte` about a person, under that lease.
    pub async fn accept(
        &mut self,
        byte: u8,
        (person, recapture_of): (&str, Option<ApplicationId>),
        lease: LeaseToken,
    ) -> Result<Acceptance, StoreError> {
        let about = About {
            recapture_of,
            ..About::of(self.named(person))
        };
        self.accept_about(byte, &about, lease).await
    }

    /// The same, with everything that matters of a person.
    pub async fn accept_about(
        &mut self,
        byte: u8,
        about: &About,
        lease: LeaseToken,
    ) -> Result<Acceptance, StoreError> {
        let content = [
            (
                DossierPart::Text,
                Zeroizing::new(format!("text {byte}").into_bytes()),
            ),
            (
                DossierPart::Fingers,
                Zeroizing::new(format!("ridges {byte}").into_bytes()),
            ),
        ];
        let accepted = Accepted {
            hash: hash(byte),
            token: lease,
            application: application(byte),
            filing: &filing(byte),
            ground: Ground::First,
            express: false,
            recapture_of: about.recapture_of,
            person: &about.person,
            payment: about.payment,
            content: &content,
            receipt: b"accepted",
        };
        self.store
            .accept_dossier(&mut self.rng, &accepted, &[], NOW)
            .await
    }

    /// Somebody of whom no number is known.
    pub fn named(&self, name: &str) -> Person {
        Person::new(self.store.person_key(name.as_bytes()).unwrap(), None)
    }

    /// An accepted application about a person.
    pub async fn accepted(&mut self, byte: u8, person: &str) -> ApplicationRow {
        let about = About::of(self.named(person));
        self.accepted_about(byte, &about).await
    }

    async fn accepted_about(&mut self, byte: u8, about: &About) -> ApplicationRow {
        self.hold(byte).await;
        let leased = self.store.lease_held(token(byte), MINUTE).await.unwrap();
        assert_eq!(leased.unwrap().0.hash, hash(byte));
        self.accept_about(byte, about, token(byte)).await.unwrap();
        self.row(byte).await
    }

    pub async fn row(&self, byte: u8) -> ApplicationRow {
        let row = self.store.application(application(byte)).await;
        row.unwrap().unwrap()
    }

    /// Leases the next application to be checked.
    pub async fn lease_check(&self, lease: u8, now: OffsetDateTime) -> Option<ApplicationRow> {
        self.set_clock(now);
        let leased = self.store.lease_application(token(lease), MINUTE).await;
        leased.unwrap().map(|(row, _)| row)
    }

    /// Writes the checks' findings under that lease: one refers, and a portrait is prepared.
    pub async fn verify(
        &mut self,
        from: &ApplicationRow,
        (lease, order): (u8, OrderId),
    ) -> Result<(), StoreError> {
        let results: Vec<CheckResult> = Check::ALL
            .into_iter()
            .map(|check| CheckResult {
                check,
                finding: match check {
                    Check::Register => Finding::refer(Referral::NotInRegister, Vec::new()),
                    _ => Finding::passed(),
                },
            })
            .collect();
        let verdict = Verdict::of(&results, true);
        let to = from.application.clone().verify(verdict).unwrap();
        let files = [(ContentKind::Dg2, Zeroizing::new(b"portrait".to_vec()))];
        let verified = Verified {
            from,
            to: &to,
            token: token(lease),
            checks: &results,
            prepared: Some((order, &files)),
        };
        self.store
            .verify_application(&mut self.rng, &verified, &[], NOW)
            .await
    }

    /// An application about a person that waits for a decision.
    pub async fn in_review(&mut self, byte: u8, person: &str) -> ApplicationRow {
        let about = About::of(self.named(person));
        self.in_review_about(byte, about).await
    }

    /// The same, with everything that matters of a person.
    pub async fn in_review_about(&mut self, byte: u8, about: About) -> ApplicationRow {
        self.employ(REVIEWER, "reviewer").await;
        self.employ(CLERK, "clerk").await;
        self.accepted_about(byte, &about).await;
        let leased = self.lease_check(byte, NOW).await.unwrap();
        self.verify(&leased, (byte, OrderId::from_bytes([byte; 16])))
            .await
            .unwrap();
        let leased = self.lease_check(byte, NOW).await.unwrap();
        let to = leased.application.clone().refer().unwrap();
        let mut referred = decided(&leased, &to, None);
        (referred.person, referred.note) = (None, None);
        referred.token = Some(token(byte));
        self.decide(&referred).await.unwrap();
        self.row(byte).await
    }

    /// Makes somebody a supervisor at the centre, who may decide about everything; once.
    async fn employ(&mut self, id: PersonId, login: &str) {
        if self.store.person(id).await.unwrap().is_some() {
            return;
        }
        let person = Employee {
            id,
            login: login.to_owned(),
            name: Text::new("Somebody").unwrap(),
            active: true,
        };
        let role = Grant {
            id: RoleId::generate(&mut self.rng),
            role: Role::Supervisor,
            office: None,
            from: NOW,
            until: None,
            by: None,
        };
        let link = Link::generate(&mut self.rng, NOW);
        self.store
            .add_person(&mut self.rng, &person, &[role], &link, &[], NOW)
            .await
            .unwrap();
    }

    pub async fn decide(&mut self, decided: &Decided<'_>) -> Result<(), StoreError> {
        self.store
            .decide_application(&mut self.rng, decided, &[], NOW)
            .await
    }
}

pub fn is_stale<T>(result: Result<T, StoreError>) -> bool {
    result.is_err_and(|error| matches!(error, StoreError::Stale { .. }))
}

pub fn is_seal<T>(result: Result<T, StoreError>) -> bool {
    result.is_err_and(|error| matches!(error, StoreError::Seal { .. }))
}
