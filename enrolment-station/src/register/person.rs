//! A person as the register has it: every field checked before anything is decided by it, redacted in
//! `Debug`, wiped when dropped.

use dossier::{Day, NationalNumber, PartialDay, Text};
use wire::register as wire;

use super::RegisterError;

/// Most foreign names, nationalities, documents or representatives of one person.
const MOST: usize = 8;

/// Names an answer in the register's own records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswerId(pub [u8; 16]);

/// Whether somebody lives, and lives here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Alive and resident.
    Alive,
    /// Dead.
    Deceased,
    /// Moved abroad.
    Left,
}

/// Sex as registered.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not known to the register.
    Unknown,
}

/// A name in one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName {
    /// Surname; a single name stands here.
    pub surname: Text<1, 100>,
    /// Given names; may be empty.
    pub given_names: Text<0, 100>,
}

/// A name in another script than the Latin one.
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignName {
    /// ISO 15924: four letters.
    pub script: String,
    /// The name.
    pub name: PersonName,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Identity card.
    IdentityCard,
    /// Residence permit.
    ResidencePermit,
}

/// Whether a document may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentState {
    /// In the holder's hands.
    Valid,
    /// Its last day is over.
    Expired,
    /// Reported lost.
    Lost,
    /// Reported stolen.
    Stolen,
    /// Withdrawn.
    Revoked,
}

/// A document that the State gave to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredDocument {
    /// Number as printed.
    pub number: Text<1, 20>,
    /// What it is.
    pub kind: DocumentKind,
    /// Whether it may be used.
    pub state: DocumentState,
    /// Last day of validity.
    pub expiry: Day,
}

/// In which role somebody acts for a minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A parent.
    Parent,
    /// A guardian named by a court.
    Guardian,
}

/// Somebody who may act for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Representative {
    /// Name.
    pub name: PersonName,
    /// Role.
    pub relation: Relation,
}

/// Somebody in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterPerson {
    /// Names this answer; it stands in the dossier.
    pub answer: AnswerId,
    /// The number that was asked for.
    pub number: NationalNumber,
    /// Whether they live, and here.
    pub status: Status,
    /// Name in Latin letters.
    pub name: PersonName,
    /// The name in other scripts.
    pub foreign_names: Vec<ForeignName>,
    /// Sex.
    pub sex: Sex,
    /// Date of birth, as far as it is known.
    pub birth: PartialDay,
    /// Place of birth; may be empty.
    pub place_of_birth: Text<0, 100>,
    /// Nationalities as a machine-readable zone writes them; at least one.
    pub nationalities: Vec<Text<1, 3>>,
    /// LAU code of the commune of residence; none for people who left.
    pub commune: Option<Text<4, 4>>,
    /// Documents, the newest first.
    pub documents: Vec<RegisteredDocument>,
    /// Who may act for a minor.
    pub representatives: Vec<Representative>,
}

impl TryFrom<wire::FindResponse> for RegisterPerson {
    type Error = RegisterError;

    fn try_from(answer: wire::FindResponse) -> Result<Self, RegisterError> {
        let malformed = RegisterError::Malformed;
        let id = <[u8; 16]>::try_from(&*answer.answer_id).map_err(|_| malformed("answer id"))?;
        let person = answer.person.ok_or(malformed("person"))?;
        let status = match person.status() {
            wire::PersonStatus::Alive => Status::Alive,
            wire::PersonStatus::Deceased => Status::Deceased,
            wire::PersonStatus::Left => Status::Left,
            wire::PersonStatus::Unspecified => return Err(malformed("status")),
        };
        let sex = match wire::Sex::try_from(person.sex) {
            Ok(wire::Sex::Female) => Sex::Female,
            Ok(wire::Sex::Male) => Sex::Male,
            Ok(wire::Sex::Unspecified) => Sex::Unknown,
            Err(_) => return Err(malformed("sex")),
        };
        let nationalities = list(&person.nationalities, "nationalities", |text| {
            let letters = text.bytes().all(|byte| byte.is_ascii_uppercase());
            Text::new(text).ok().filter(|_| letters)
        })?;
        if nationalities.is_empty() {
            return Err(malformed("nationalities"));
        }
        let commune = match &*person.commune {
            "" => None,
            code if code.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Text::new(code).map_err(|_| malformed("commune"))?)
            }
            _ => return Err(malformed("commune")),
        };
        Ok(Self {
            answer: AnswerId(id),
            number: NationalNumber::new(&person.national_number)
                .map_err(|_| malformed("national number"))?,
            status,
            name: name(person.name.as_ref()).ok_or(malformed("name"))?,
            foreign_names: list(&person.foreign_names, "foreign names", foreign_name)?,
            sex,
            birth: birth(person.birth).ok_or(malformed("date of birth"))?,
            place_of_birth: Text::new(&person.place_of_birth)
                .map_err(|_| malformed("place of birth"))?,
            nationalities,
            commune,
            documents: list(&person.documents, "documents", document)?,
            representatives: list(&person.representatives, "representatives", representative)?,
        })
    }
}

/// A list of at most [`MOST`] entries, each of them readable.
fn list<W, T>(
    entries: &[W],
    field: &'static str,
    read: impl Fn(&W) -> Option<T>,
) -> Result<Vec<T>, RegisterError> {
    let all: Option<Vec<T>> = entries.iter().take(MOST + 1).map(read).collect();
    all.filter(|all| all.len() <= MOST)
        .ok_or(RegisterError::Malformed(field))
}

fn name(name: Option<&wire::Name>) -> Option<PersonName> {
    let name = name?;
    Some(PersonName {
        surname: Text::new(&name.surname).ok()?,
        given_names: Text::new(&name.given_names).ok()?,
    })
}

fn foreign_name(foreign: &wire::ForeignName) -> Option<ForeignName> {
    let proper =
        foreign.script.len() == 4 && foreign.script.bytes().all(|b| b.is_ascii_alphabetic());
    Some(ForeignName {
        script: foreign.script.clone(),
        name: name(foreign.name.as_ref()).filter(|_| proper)?,
    })
}

fn number(date: Option<wire::PartialDate>) -> Option<u32> {
    let date = date?;
    let possible = (1..=9999).contains(&date.year) && date.month <= 12 && date.day <= 31;
    possible.then(|| date.year * 10_000 + date.month * 100 + date.day)
}

fn birth(date: Option<wire::PartialDate>) -> Option<PartialDay> {
    PartialDay::from_number(number(date)?).ok()
}

fn document(document: &wire::Document) -> Option<RegisteredDocument> {
    let kind = match document.kind() {
        wire::DocumentKind::IdentityCard => DocumentKind::IdentityCard,
        wire::DocumentKind::ResidencePermit => DocumentKind::ResidencePermit,
        wire::DocumentKind::Unspecified => return None,
    };
    let state = match document.status() {
        wire::DocumentStatus::Valid => DocumentState::Valid,
        wire::DocumentStatus::Expired => DocumentState::Expired,
        wire::DocumentStatus::Lost => DocumentState::Lost,
        wire::DocumentStatus::Stolen => DocumentState::Stolen,
        wire::DocumentStatus::Revoked => DocumentState::Revoked,
        wire::DocumentStatus::Unspecified => return None,
    };
    let proper = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if !document.number.bytes().all(proper) {
        return None;
    }
    Some(RegisteredDocument {
        number: Text::new(&document.number).ok()?,
        kind,
        state,
        expiry: Day::from_number(number(document.expiry)?).ok()?,
    })
}

fn representative(other: &wire::Representative) -> Option<Representative> {
    let relation = match other.relation() {
        wire::Relation::Parent => Relation::Parent,
        wire::Relation::Guardian => Relation::Guardian,
        wire::Relation::Unspecified => return None,
    };
    Some(Representative {
        name: name(other.name.as_ref())?,
        relation,
    })
}

impl std::fmt::Debug for Sex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sex(……)")
    }
}

impl std::fmt::Debug for ForeignName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ForeignName(……)")
    }
}
