//! What can keep a dossier from the centre: its own problems, and trouble with the way.

use pages::Id;
use tonic::{Code, Status};

/// Why the last upload of one dossier failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Our own copy no longer has its hash.
    Damaged,
    /// The centre says that it is another station's, or that this station may not send.
    NotOurs,
    /// The centre does not understand the call.
    Misunderstood,
    /// The centre says that it is too large.
    TooLarge,
    /// The centre has other bytes under this hash.
    OtherBytes,
    /// The centre's answers lead nowhere.
    NoProgress,
    /// A receipt that is not the centre's, or about something else.
    Receipt,
    /// A receipt under a key that the configuration here does not name.
    ReceiptKey,
}

impl Problem {
    const ALL: [Self; 8] = [
        Self::Damaged,
        Self::NotOurs,
        Self::Misunderstood,
        Self::TooLarge,
        Self::OtherBytes,
        Self::NoProgress,
        Self::Receipt,
        Self::ReceiptKey,
    ];

    /// Its word, in the database, in lists and in the names of messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::NotOurs => "not-ours",
            Self::Misunderstood => "misunderstood",
            Self::TooLarge => "too-large",
            Self::OtherBytes => "other-bytes",
            Self::NoProgress => "no-progress",
            Self::Receipt => "receipt",
            Self::ReceiptKey => "receipt-key",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == word)
    }
}

/// What keeps every dossier from the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, or it broke, or the centre is not serving.
    Unreachable,
    /// The centre does not take this station's certificate.
    Certificate,
    /// The centre refuses everything of this station: revoked, or another one's data.
    Refused,
    /// The station's clock is too far off.
    Clock,
    /// The centre has no room for more of this station now.
    NoRoom,
}

impl Trouble {
    /// The message shown to the clerk.
    pub const fn message_id(self) -> Id {
        match self {
            Self::Unreachable => Id("outbox-trouble-unreachable"),
            Self::Certificate => Id("outbox-trouble-certificate"),
            Self::Refused => Id("outbox-trouble-refused"),
            Self::Clock => Id("outbox-trouble-clock"),
            Self::NoRoom => Id("outbox-trouble-no-room"),
        }
    }

    /// For the operator: what it is, and what to do.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "the centre is not reached; nothing is lost, it is tried again by itself: check the line"
            }
            Self::Certificate => {
                "the centre does not take the station's certificate; renew it, or onboard the station again"
            }
            Self::Refused => {
                "the centre takes nothing of this station; ask there whether it was revoked, and export \
                 the outbox if it was"
            }
            Self::Clock => "the station's clock is too far off; set it",
            Self::NoRoom => {
                "the centre has no room for more of this station now; it is tried again by itself"
            }
        }
    }
}

/// Which call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Begin,
    Append,
    Finish,
    Other,
}

/// What a failed call means for the dossier and for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// Begin this dossier again, at once.
    Again,
    /// Later; the other dossiers go on.
    Item(Problem),
    /// All of them later.
    Way(Trouble),
}

/// Reads an answer by its code, as `proto/wire/idoc/intake/v1` defines them. The text stays unread.
pub(super) fn setback(call: Call, status: &Status) -> Setback {
    use Setback::{Again, Item, Way};
    match (call, status.code()) {
        (_, Code::Unauthenticated) => Way(Trouble::Certificate),
        (_, Code::ResourceExhausted) => Way(Trouble::NoRoom),
        (Call::Other, Code::PermissionDenied) => Way(Trouble::Refused),
        (_, Code::PermissionDenied) => Item(Problem::NotOurs),
        (_, Code::InvalidArgument | Code::Unimplemented) => Item(Problem::Misunderstood),
        (Call::Begin, Code::OutOfRange) => Item(Problem::TooLarge),
        (Call::Begin, Code::FailedPrecondition) => Way(Trouble::Clock),
        (Call::Append, Code::DataLoss) => Item(Problem::OtherBytes),
        (
            Call::Append | Call::Finish,
            Code::NotFound | Code::OutOfRange | Code::FailedPrecondition | Code::DataLoss,
        ) => Again,
        _ => Way(Trouble::Unreachable),
    }
}
