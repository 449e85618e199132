//! Everything of one application so far: what a draft keeps, sealed, until the dossier is made.

use std::collections::BTreeSet;
use std::fmt;

use dossier::dossier::{
    Contact, DocumentSeen, DocumentType, Ground, Information, Payment, PriorDocument, PriorState,
    RegisterAnswer, Relation, Representative, Residence, SecondPerson, SignIn, Summary,
};
use dossier::{
    ApplicationId, Hash, Language, NationalNumber, OfficeId, PartialDay, PersonId, Signed, Text,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use time::Date;

use super::fingers::Hands;
use super::portrait::PortraitCapture;
use super::rules;

/// One application as far as it is captured. Its `Debug` shows nothing of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Application {
    /// Its number.
    pub id: ApplicationId,
    /// The clerk who began it; the dossier names the one who ended it.
    pub begun_by: String,
    /// Everybody who saved any step of it: none of them may be the second person.
    #[serde(default)]
    pub handled_by: BTreeSet<PersonId>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What is applied for.
    pub request: Option<Request>,
    /// What the applicant was told.
    pub information: Option<Information>,
    /// Who the applicant is.
    pub identity: Option<Person>,
    /// Who acts for the applicant.
    pub representative: Option<Representative>,
    /// The portrait; kept apart in the draft.
    #[serde(skip)]
    pub portrait: Option<PortraitCapture>,
    /// Both hands; kept apart in the draft.
    #[serde(skip)]
    pub hands: Hands,
    /// The signature; kept apart in the draft.
    #[serde(skip)]
    pub signature: Option<Signing>,
    /// Papers seen and the old document.
    pub papers: Option<Papers>,
    /// Fee, collection, how to reach the applicant.
    pub payment: Option<Paid>,
    /// What the applicant read and confirmed.
    pub summary: Option<Summary>,
    /// The second person's signed record, encoded.
    pub approval: Option<Approval>,
    /// What was asked of a second person elsewhere.
    #[serde(default)]
    pub asked: Option<Asked>,
    /// The centre has a question about this application as it was, and must hear that it is not so any more.
    #[serde(default)]
    pub take_back: bool,
    /// The application for which the centre asked this capture again.
    pub recapture_of: Option<ApplicationId>,
    /// Where it goes on, for lists that open no pictures.
    #[serde(default)]
    pub goes_on_at: String,
}

/// The first step.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Card or permit.
    pub document: DocumentType,
    /// Why.
    pub ground: Ground,
    /// Express production.
    pub express: bool,
    /// Somebody acts for the applicant.
    pub represented: bool,
}

/// The applicant.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// The facts with their sources.
    pub identity: dossier::dossier::Identity,
    /// The register's answer, if it gave one.
    pub register: Option<RegisterAnswer>,
    /// Documents that the register knows: number, kind, state in words of ours.
    pub known: Vec<KnownDocument>,
    /// All nationalities that the register knows, of which one is printed.
    pub nationalities: Vec<Text<1, 3>>,
    /// The name in other scripts, to compare with papers.
    pub foreign: Vec<String>,
    /// Moved abroad, as the register says.
    pub left: bool,
    /// Who may act for a minor, as the register says.
    #[serde(default)]
    pub representatives: Vec<KnownRepresentative>,
}

/// Somebody who may act for the applicant, as the register says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRepresentative {
    /// Surname.
    pub surname: Text<1, 100>,
    /// Given names.
    pub given_names: Text<0, 100>,
    /// What they are to the applicant.
    pub relation: Relation,
}

/// A document that the register has.
#[derive(Clone, Serialize, Deserialize)]
pub struct KnownDocument {
    /// Its number.
    pub number: Text<1, 32>,
    /// What it is.
    pub document: DocumentType,
    /// Lost or stolen, where that was reported.
    #[serde(default)]
    pub reported: Option<PriorState>,
}

/// The signature, or why there is none.
#[derive(Clone, Serialize, Deserialize)]
pub enum Signing {
    /// Signed.
    Signed(dossier::dossier::Signature),
    /// Not signed, for a reason in the clerk's words.
    Unable(Text<1, 200>),
}

/// Papers.
#[derive(Clone, Serialize, Deserialize)]
pub struct Papers {
    /// What the clerk saw.
    pub seen: Vec<DocumentSeen>,
    /// What becomes of the old one.
    pub prior: Option<PriorDocument>,
    /// What a residence permit is granted for.
    #[serde(default)]
    pub residence: Option<Residence>,
}

/// Payment and collection.
#[derive(Clone, Serialize, Deserialize)]
pub struct Paid {
    /// Fee and reference.
    pub payment: Payment,
    /// Where the document is collected.
    pub collection: OfficeId,
    /// How to reach the applicant.
    pub contact: Option<Contact>,
}

/// A second person's approval.
#[derive(Clone, Serialize, Deserialize)]
pub struct Approval {
    /// The signed record.
    pub record: Vec<u8>,
    /// Their name, for the clerk.
    pub name: Text<1, 100>,
}

impl Person {
    /// The national number.
    pub fn number(&self) -> Option<NationalNumber> {
        let number = self.identity.national_number.as_ref()?;
        Some(number.value.clone())
    }
}

/// A question to a second person elsewhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The summary that it is about.
    pub summary: Hash,
    /// When.
    pub at: Timestamp,
    /// The clerk who asked.
    pub clerk: PersonId,
    /// What was heard.
    pub heard: Heard,
}

/// What was heard of a question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// Nothing yet.
    Waiting,
    /// Approved; the record is the application's approval.
    Approved,
    /// Declined, and why.
    Declined(String),
    /// Nobody answered in time.
    Ended,
}

impl Application {
    /// A new one.
    pub fn new(id: ApplicationId, clerk: &SignIn, now: Timestamp) -> Self {
        Self {
            id,
            begun_by: clerk.person.to_string(),
            handled_by: BTreeSet::from([clerk.person]),
            begun_at: now,
            request: None,
            information: None,
            identity: None,
            representative: None,
            portrait: None,
            hands: Hands::default(),
            signature: None,
            papers: None,
            payment: None,
            summary: None,
            approval: None,
            asked: None,
            take_back: false,
            recapture_of: None,
            goes_on_at: String::new(),
        }
    }

    /// Something changed: what was confirmed before is not confirmed any more.
    pub fn changed(&mut self) {
        self.summary = None;
        self.approval = None;
        self.take_question_back();
    }

    /// Nobody elsewhere is asked any more; the centre hears of it when the line is up.
    pub fn take_question_back(&mut self) {
        self.take_back |= self.asked.take().is_some();
    }

    /// Takes other facts about the applicant: papers and fee hang on them, and are asked for again; who acts for the
    /// applicant too, where it may be somebody else's number.
    pub fn identify(&mut self, person: Person) {
        let number = |person: &Person| person.number();
        if self.identity.as_ref().and_then(number) != number(&person) {
            self.representative = None;
        }
        self.papers = None;
        self.payment = None;
        self.identity = Some(person);
    }

    /// Everybody who captured any of it, this clerk too.
    pub fn captured_by(&self, clerk: PersonId) -> Result<BTreeSet<PersonId>, dossier::BadId> {
        let begun_by: PersonId = self.begun_by.parse()?;
        let handled = self.handled_by.iter().copied();
        Ok(handled.chain([clerk, begun_by]).collect())
    }

    /// Whether somebody may look at it as the second person: not who had it in their hands.
    pub fn may_be_approved_by(&self, person: PersonId) -> bool {
        self.begun_by != person.to_string() && !self.handled_by.contains(&person)
    }

    /// The second person, as their record says; none where there is no record that can be read.
    pub fn approved_by(&self) -> Option<PersonId> {
        let record = &self.approval.as_ref()?.record;
        let signed = Signed::<SecondPerson>::decode(record).ok()?;
        // This station made it or verified it before it was kept.
        Some(signed.danger_unverified().ok()?.sign_in.person)
    }

    /// The applicant's age on a day, in whole years: the least it can be where the birth is not fully known.
    pub fn age(&self, today: Date) -> Option<u8> {
        let person = self.identity.as_ref()?;
        rules::age(&person.identity.date_of_birth.value, today)
    }

    /// Whether the applicant is too young to give fingers for this document.
    pub fn is_finger_exempt(&self, today: Date) -> bool {
        let from = self.request.map(|one| rules::fingers_from(one.document));
        self.age(today)
            .zip(from)
            .is_some_and(|(age, from)| age < from)
    }

    /// Whether a representative has to be named.
    pub fn is_represented(&self, today: Date) -> bool {
        let minor = self.age(today).is_some_and(|age| age < rules::OF_AGE);
        minor || self.request.is_some_and(|request| request.represented)
    }

    /// The name as the clerk's list shows it; empty before the identity is known.
    pub fn name(&self) -> String {
        self.identity.as_ref().map_or_else(String::new, |person| {
            let identity = &person.identity;
            let names = [
                identity.surname.value.as_str(),
                identity.given_names.value.as_str(),
            ];
            let given: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
            given.join(", ")
        })
    }

    /// The language in which the applicant was told about their data.
    pub fn language(&self) -> Option<Language> {
        self.information.as_ref().map(|given| given.language)
    }

    /// The date of birth.
    pub fn birth(&self) -> Option<PartialDay> {
        let person = self.identity.as_ref()?;
        Some(person.identity.date_of_birth.value.clone())
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

macro_rules! redacted {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
redacted!(Asked Heard Request Person KnownDocument KnownRepresentative Signing Papers Paid Approval);
