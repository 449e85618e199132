//! What can go wrong in the store.

use dossier::{ApplicationId, PersonId, staff::Role};
use evidence::{document_list::ListError, manifest::ManifestError};
use personalisation_core::{
    attempt::{Attempt, AttemptId, IllegalMove, record::BadRecord},
    blank::IllegalBlankMove,
    chip_serial::ChipSerial,
    document::IllegalDocumentMove,
    ids::OrderId,
    shipping::{IllegalShipmentMove, NotHandedOver, PackingError},
    stock::{LineName, inspection::InspectionError, shift::ShiftError},
    template::TemplateError,
};
use thiserror::Error;

use crate::{staff, template::NoTemplate, transaction::Boundary};

/// A failure of the store. Messages are for the operator and hold no personal data.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error(
        "opening the database {database}: {source}; check the path and its owner, or server and password"
    )]
    Open {
        /// Which, without user and password.
        database: String,
        /// The engine's reason.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("migrating the database: {0}; this program may be older than the database")]
    Migrate(sqlx::migrate::MigrateError),
    /// A database of a server lacks migrations, or has others than this program knows.
    #[error(
        "the database is not of this program's version; run `personalisation database migrate --database URL` as its owner, with the newest program"
    )]
    NotMigrated,
    /// A statement failed.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The engine's reason.
        source: sqlx::Error,
    },
    /// Others kept the database busy through every retry.
    #[error("{doing}: the database stayed busy through {tries} tries; try again")]
    Busy {
        /// What was being done.
        doing: &'static str,
        /// How often.
        tries: u32,
    },
    /// Something that must be unique is there already.
    #[error("{doing}: it is there already ({constraint}); nothing was changed")]
    AlreadyThere {
        /// What was being done.
        doing: &'static str,
        /// What the engine says about the constraint.
        constraint: String,
    },
    /// The person has an order of the type that is not cancelled.
    #[error(
        "adding an order: its person has order {order} of this type already; cancel that one first (`personalisation order cancel {order}`), or leave it at that one: what is made already waits for its handover"
    )]
    Ordered {
        /// That order.
        order: OrderId,
    },
    /// A row is not in the state it was read in, or the lease on it has passed to somebody else.
    #[error("{doing}: {object} was changed by somebody else; read it again")]
    Stale {
        /// What was being done.
        doing: &'static str,
        /// Which object, by its own id.
        object: String,
    },
    /// A row holds what no program of ours writes.
    #[error("reading {table}: column {column} of row {row} is damaged; restore it from a backup")]
    BadRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its own id.
        row: String,
    },
    /// An entry of the audit that no log takes.
    #[error("writing the audit: an entry is too long, or the id of its act is none")]
    NoEntry,
    /// The system has no randomness.
    #[error("writing the audit: the system gives no randomness to salt an entry with")]
    NoRandomness,
    /// An act of erasing waits for a head that is over it.
    #[error(
        "exporting the audit's log: entries were erased, and the newest head is not over the act that says so; have the log \
         sequenced (`audit sequence`) and export it then"
    )]
    Unsealed,
    /// The audit was changed behind the store's back.
    #[error(
        "the audit was tampered with: record {sequence} of {writer} {what}; the log is not made longer until somebody has looked"
    )]
    Tampered {
        /// Whose record.
        writer: String,
        /// Its number.
        sequence: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A sealed column does not open: another key, another place, or changed bytes.
    #[error(
        "opening the sealed column {column} of {table}, row {row}: the seal does not match; check the sealing key, else restore the row"
    )]
    Seal {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its own id.
        row: String,
    },
    /// Fingers were asked of a program that has no business with them.
    #[error("this program works without the key of fingers; ask where cards are made")]
    NoFingers,
    /// Somebody was to inspect a card that was made while they worked at its machine.
    #[error(
        "inspecting card {card}: who worked at its machine while it was made does not inspect it; another inspector has to"
    )]
    MadeIt {
        /// Which card.
        card: AttemptId,
    },
    /// Nobody is known to have worked at the machine while the card was made, so nobody is known to be a stranger to it.
    #[error(
        "inspecting card {card}: nobody was signed on at machine {machine} while it was made; whoever worked there signs on at /floor/{machine}/sign-on, with the time since when, and the card is inspected after that"
    )]
    MakerUnknown {
        /// Which card.
        card: AttemptId,
        /// Which machine made it.
        machine: String,
    },
    /// A card of which no exit picture was judged.
    #[error(
        "inspecting card {card}: no machine has looked at it; only cards that were printed in a machine are inspected here"
    )]
    NeverSeen {
        /// Which card.
        card: AttemptId,
    },
    /// A card that has not left its machine by the exit.
    #[error(
        "inspecting card {card}: it is not in the exit tray of machine {machine} yet; scan the card that you have in hand"
    )]
    StillInside {
        /// Which card.
        card: AttemptId,
        /// Which machine has it.
        machine: String,
    },
    /// A card that nobody can compare with what was ordered.
    #[error(
        "inspecting card {card}: what the exit camera saw of it is not kept, so it cannot be found right; reject it, and it is made again"
    )]
    NoPictures {
        /// Which card.
        card: AttemptId,
    },
    /// A template that does not become what somebody wants. For the person who asked.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Who is next is of a State for which this program has no template that may be printed by; nothing was bound.
    #[error("binding a blank: {}", .0.1)]
    NoTemplate(Box<(Attempt, NoTemplate)>),
    /// An attempt that cannot make that move. For the developer.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// A blank that cannot make that move. For the developer.
    #[error(transparent)]
    BlankMove(#[from] IllegalBlankMove),
    /// A document that cannot make that move. For whoever acts.
    #[error(transparent)]
    Document(#[from] IllegalDocumentMove),
    /// A list of documents that cannot be said. For the operator.
    #[error("making a list of documents: {0}")]
    DocumentList(#[from] ListError),
    /// A card that is not packed, or a container that is not sealed. For the dispatcher.
    #[error(transparent)]
    Packing(#[from] PackingError),
    /// A shipment that did not change hands. For both sides.
    #[error(transparent)]
    Handover(#[from] NotHandedOver),
    /// A shipment that cannot make that move. For whoever acts.
    #[error(transparent)]
    Shipment(#[from] IllegalShipmentMove),
    /// A container whose manifest cannot be said. For the developer.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Somebody whose role this is not. For whoever acts.
    #[error(
        "person {person} may not do this: it takes one of the roles {} at the centre, held now",
        role_names(roles)
    )]
    NotPermitted {
        /// Who.
        person: PersonId,
        /// Whose it is.
        roles: &'static [Role],
    },
    /// No delivery named a chip. For the stock keeper.
    #[error("looking for a blank: no delivery named chip {0}; read its serial again")]
    NoSuchBlank(ChipSerial),
    /// Nothing was chosen. For the stock keeper.
    #[error("moving blanks: there is none to move; name a box that is not empty, or serials")]
    NoBlanks,
    /// All that are unused at a line, while nobody knows yet how many those are. For the stock keeper.
    #[error(
        "taking blanks back: a shift at line {0} is not closed or signed for; take back by serials what is there, or close the shift first"
    )]
    ShiftUnderWay(LineName),
    /// Too much at once. For the stock keeper.
    #[error("moving blanks: at most {most} at once; do it in parts")]
    TooManyBlanks {
        /// Most.
        most: usize,
    },
    /// A blank that is, or was, in a document's making. For the stock keeper.
    #[error(
        "moving blanks: chip {0} was taken by an attempt; the line and quality decide about it"
    )]
    UsedBlank(ChipSerial),
    /// A box that is not as its delivery file says. For the stock keeper.
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    /// A shift that does not move. For whoever counts or signs.
    #[error(transparent)]
    Shift(#[from] ShiftError),
    /// A decision of which the applicant must hear, without a notice; or a notice without one. For the developer.
    #[error("deciding about application {0}: its notice and its move do not go together")]
    Notice(ApplicationId),
    /// OpenSSL could not hash. For the operator.
    #[error("hashing under the sealing key failed; check the installation of OpenSSL")]
    KeyedHash,
    /// A crash test pulled the plug.
    #[error("power failed at {0:?}")]
    Interrupted(Boundary),
}

fn role_names(roles: &[Role]) -> String {
    let names: Vec<_> = roles.iter().map(|role| staff::role_name(*role)).collect();
    names.join(", ")
}

/// Two that take the same next change of an application: PostgreSQL may call that a duplicate.
const CURSOR: &str = "review_application_change_key";

impl StoreError {
    /// Names what was being done when the engine failed.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| match &source {
            sqlx::Error::Database(error)
                if error.is_unique_violation() && error.constraint() != Some(CURSOR) =>
            {
                Self::AlreadyThere {
                    doing,
                    constraint: error.message().to_owned(),
                }
            }
            _ => Self::Database { doing, source },
        }
    }

    /// A row of attempts that describes no state.
    pub(crate) fn bad_record(row: String) -> impl FnOnce(BadRecord) -> Self {
        move |BadRecord { column }| Self::BadRow {
            table: "line_attempt",
            column,
            row,
        }
    }

    /// Whether the same transaction may succeed when it is run again.
    pub(crate) fn is_serialisation_failure(&self) -> bool {
        let Self::Database {
            source: sqlx::Error::Database(error),
            ..
        } = self
        else {
            return false;
        };
        // SQLite: BUSY, LOCKED and their extended codes; PostgreSQL: serialization_failure, deadlock_detected.
        let code = error.code();
        let code = code.as_deref();
        matches!(
            code,
            Some("5" | "6" | "261" | "262" | "517" | "40001" | "40P01")
        ) || error.constraint() == Some(CURSOR)
    }

    /// Whether the database is away or busy, and the same may succeed in a while.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy { .. } => true,
            Self::Database { source, .. } => match source {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
                // PostgreSQL: connection_exception, insufficient_resources, operator_intervention.
                sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                    code.len() == 5
                        && ["08", "53", "57"]
                            .iter()
                            .any(|class| code.starts_with(class))
                }),
                _ => false,
            },
            _ => false,
        }
    }
}
