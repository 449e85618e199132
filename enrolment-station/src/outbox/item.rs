//! One dossier of the outbox, and the state that it is in.

use dossier::{ApplicationId, Hash, KeyId, StationId, receipt::Reason};
use sqlx::{AssertSqlSafe, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::Problem;
use crate::store::{Columns, StoreError};

pub(super) const TABLE: &str = "outbox_item";

/// Where a dossier is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not, or not completely, at the centre.
    Waiting,
    /// All bytes are at the centre; not opened yet, and kept here.
    Held,
    /// Opened and durable at the centre; its bytes are erased here.
    Accepted,
    /// The centre cannot use it; kept here, and an alarm.
    Rejected(Reason),
}

impl State {
    /// The state's word, in the database and in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::Rejected(_) => "rejected",
        }
    }

    pub(super) fn reason_number(self) -> Option<i64> {
        let Self::Rejected(reason) = self else {
            return None;
        };
        let number = REASONS.iter().position(|known| *known == reason)?;
        i64::try_from(number).ok()
    }

    fn read(name: &str, reason: Option<i64>) -> Option<Self> {
        Some(match (name, reason) {
            ("waiting", None) => Self::Waiting,
            ("held", None) => Self::Held,
            ("accepted", None) => Self::Accepted,
            ("rejected", Some(number)) => {
                Self::Rejected(*REASONS.get(usize::try_from(number).ok()?)?)
            }
            _ => return None,
        })
    }
}

/// By their numbers in docs/dossier.md.
const REASONS: [Reason; 13] = [
    Reason::NotSealed,
    Reason::Version,
    Reason::IntakeKey,
    Reason::Seal,
    Reason::Header,
    Reason::Signature,
    Reason::Form,
    Reason::StationRevoked,
    Reason::Clock,
    Reason::Clerk,
    Reason::SecondPerson,
    Reason::OtherDossier,
    Reason::Configuration,
];

/// One dossier, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// The application in it.
    pub application: ApplicationId,
    /// The station that sealed it.
    pub station: StationId,
    /// The intake key that it is sealed to.
    pub intake_key: KeyId,
    /// Bytes of the sealed dossier.
    pub length: u64,
    /// Where it is.
    pub state: State,
    /// When it was confirmed.
    pub queued_at: OffsetDateTime,
    /// When it came into its state.
    pub changed_at: OffsetDateTime,
    /// Uploads that failed since it last went forward.
    pub tries: u32,
    /// Not sent again before.
    pub next_try_at: OffsetDateTime,
    /// Why the last upload failed, where that was this dossier's own fault.
    pub problem: Option<Problem>,
}

/// A query for items; `rest` is ours, never a user's.
pub(super) fn select(rest: &'static str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT hash, application_id, station_id, intake_key, length, state, reason, queued_at,
         changed_at, tries, next_try_at, problem FROM outbox_item {rest}"
    ))
}

pub(super) fn read(row: &SqliteRow) -> Result<Item, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: String::new(),
        row,
    };
    let hash = columns.read("hash", |bytes| bytes.try_into().ok().map(Hash::from_bytes))?;
    columns.id = hash.to_string();
    let name: &str = columns.get("state")?;
    let state = State::read(name, columns.get("reason")?).ok_or_else(|| columns.bad("state"))?;
    let problem: Option<&str> = columns.get("problem")?;
    let problem = problem
        .map(|word| Problem::read(word).ok_or_else(|| columns.bad("problem")))
        .transpose()?;
    Ok(Item {
        hash,
        application: columns.read("application_id", |bytes| {
            bytes.try_into().ok().map(ApplicationId::from_bytes)
        })?,
        station: columns.read("station_id", |bytes| {
            bytes.try_into().ok().map(StationId::from_bytes)
        })?,
        intake_key: columns.read("intake_key", |bytes| {
            bytes.try_into().ok().map(KeyId::from_bytes)
        })?,
        length: columns.count("length")?,
        state,
        queued_at: columns.moment("queued_at")?,
        changed_at: columns.moment("changed_at")?,
        tries: columns.count("tries")?,
        next_try_at: columns.moment("next_try_at")?,
        problem,
    })
}
