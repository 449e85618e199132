//! What an applicant is told of a decision: to whom it is written, and the facts that its text is made of. The text
//! itself is made when it is printed, in the language of whoever gets it (`console::notices`).

use std::fmt;

use dossier::{Dossier, Language, Text};
use personalisation_core::{
    application::{Application, ApplicationState, Channel, WithdrawalReason},
    ids::NoticeId,
};
use personalisation_store::review::{NewNotice, names};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcDateTime};
use zeroize::Zeroizing;

/// `[notices]` of the configuration: who writes, and where a refusal is appealed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticesSection {
    /// The authority that writes: its name, then its address, at most six lines.
    pub sender: Vec<String>,
    /// Where the letter is written, beside its date.
    pub place: String,
    /// The court at which a refusal is appealed: its name, then its address.
    pub court: Vec<String>,
    /// Days within which an applicant has to come again where no appointment is agreed.
    #[serde(default = "two_months")]
    pub answer_days: u16,
}

/// Days to come again where the configuration says nothing.
const ANSWER_DAYS: u16 = 60;

const fn two_months() -> u16 {
    ANSWER_DAYS
}

/// What a notice's text is made of. Personal: kept sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    version: u8,
    /// Who is written to.
    pub addressee: String,
    /// The applicant's name, where their representative is written to.
    pub applicant: Option<String>,
    /// Lines of the address, without the name; none: handed over at the office.
    pub address: Vec<String>,
    /// What was applied for, by its name in the database.
    pub document: String,
    /// When it was accepted, seconds since 1970.
    pub applied_at: i64,
    /// When it was decided, seconds since 1970.
    pub decided_at: i64,
    /// What it tells.
    pub told: Told,
}

/// What a notice tells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The applicant must come again.
    MoreNeeded {
        /// What for, by names in the database.
        wanted: Vec<String>,
        /// When, seconds since 1970, where that was agreed.
        appointment: Option<i64>,
        /// Else until which day, `YYYYMMDD`.
        until: Option<u32>,
    },
    /// It is refused.
    Refused {
        /// The ground, by its name in the database.
        ground: String,
        /// What the decider wrote: the facts of the case.
        reason: String,
    },
    /// It is withdrawn, as the applicant said.
    Withdrawn,
    /// It ended with the applicant's death.
    Death,
}

/// Personal data: nothing of it.
impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(……)")
    }
}

/// The decider's words may be personal.
impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told(……)")
    }
}

/// A notice, ready to be written with its decision.
#[derive(Debug)]
pub struct Written {
    id: NoticeId,
    channel: Channel,
    language: Language,
    facts: Zeroizing<Vec<u8>>,
}

/// A decision and what belongs to it, as far as it is told.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Where the application went.
    pub to: &'a Application,
    /// What the decider wrote.
    pub reason: &'a str,
    /// When the applicant is to come.
    pub appointment: Option<OffsetDateTime>,
    /// When the application was accepted.
    pub applied_at: OffsetDateTime,
    /// When it was decided.
    pub decided_at: OffsetDateTime,
    /// Days to come again where no appointment is agreed.
    pub answer_days: Option<u16>,
}

impl Facts {
    const VERSION: u8 = 1;

    /// What is told of a decision about what `dossier` applies for; none where nothing is told of it.
    fn of(dossier: &Dossier, decision: &Decision<'_>) -> Option<Self> {
        let name = |given: &str, surname: &str| format!("{given} {surname}").trim().to_owned();
        let identity = &dossier.identity;
        let applicant = name(
            identity.given_names.value.as_str(),
            identity.surname.value.as_str(),
        );
        let representative = dossier.representative.as_ref();
        let representative =
            representative.map(|one| name(one.given_names.as_str(), one.surname.as_str()));
        let (addressee, applicant) = match representative {
            Some(representative) => (representative, Some(applicant)),
            None => (applicant, None),
        };
        let lines = dossier.contact.iter().flat_map(|one| &one.address);
        Some(Self {
            version: Self::VERSION,
            addressee,
            applicant,
            address: lines.map(Text::as_str).map(str::to_owned).collect(),
            document: names::document_type(dossier.document_type).to_owned(),
            applied_at: decision.applied_at.unix_timestamp(),
            decided_at: decision.decided_at.unix_timestamp(),
            told: Told::of(decision)?,
        })
    }

    fn encode(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Zeroizing::new)
    }

    /// From the database; none where no program of ours wrote it.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let facts: Self = serde_json::from_slice(bytes).ok()?;
        (facts.version == Self::VERSION).then_some(facts)
    }
}

impl Told {
    fn of(decision: &Decision<'_>) -> Option<Self> {
        Some(match decision.to.state() {
            ApplicationState::MoreNeeded(_, wanted) => Self::MoreNeeded {
                wanted: wanted.iter().map(|one| one.name().to_owned()).collect(),
                appointment: decision.appointment.map(OffsetDateTime::unix_timestamp),
                until: match decision.appointment {
                    Some(_) => None,
                    None => Some(until(decision)),
                },
            },
            ApplicationState::Refused(_, refusal) => Self::Refused {
                ground: refusal.ground.name().to_owned(),
                reason: decision.reason.to_owned(),
            },
            ApplicationState::Withdrawn(_, withdrawal) => match withdrawal.reason {
                WithdrawalReason::Applicant(_) => Self::Withdrawn,
                WithdrawalReason::Death => Self::Death,
            },
            _ => return None,
        })
    }
}

/// The last day to come again.
fn until(decision: &Decision<'_>) -> u32 {
    let days = decision.answer_days.unwrap_or(ANSWER_DAYS);
    let day = decision.decided_at.date() + time::Duration::days(days.into());
    // After the year 0, as every decision.
    day.year().unsigned_abs() * 10_000
        + u32::from(u8::from(day.month())) * 100
        + u32::from(day.day())
}

/// The day that such a number says.
pub fn day(number: u32) -> Option<Date> {
    let month = u8::try_from(number / 100 % 100).ok()?.try_into().ok()?;
    let day = u8::try_from(number % 100).ok()?;
    Date::from_calendar_date(i32::try_from(number / 10_000).ok()?, month, day).ok()
}

/// The time of such a number of seconds.
pub fn at(seconds: i64) -> OffsetDateTime {
    let at = UtcDateTime::from_unix_timestamp(seconds);
    // Written by us, from times of our own.
    at.unwrap_or(UtcDateTime::UNIX_EPOCH).into()
}

impl Written {
    /// The notice of a decision; none where the applicant is told nothing of it.
    pub fn of(
        id: NoticeId,
        dossier: &Dossier,
        decision: &Decision<'_>,
    ) -> Result<Option<Self>, serde_json::Error> {
        let Some(facts) = Facts::of(dossier, decision) else {
            return Ok(None);
        };
        let represented = dossier.representative.is_some();
        let contact = dossier.contact.as_ref();
        let language = contact.map_or(dossier.summary.language, |contact| contact.language);
        let state = decision.to.state();
        Ok(Some(Self {
            id,
            channel: Channel::of(state, represented, !facts.address.is_empty()),
            language,
            facts: facts.encode()?,
        }))
    }

    /// As the store takes it.
    pub fn new_notice(&self) -> NewNotice<'_> {
        NewNotice {
            id: self.id,
            channel: self.channel,
            language: self.language,
            facts: &self.facts,
        }
    }
}
