//! What can be wrong with a log, told apart and with its place.

use std::fmt;

/// How a change shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The entry is not what the commitment beside it was made over.
    Entry,
    /// It is a writer's first, and says that there was one before it. Whose.
    First(String),
    /// The line cannot be read.
    Line(&'static str),
    /// The record is not the one that the next of its writer was chained to.
    Record {
        /// Where the next is.
        next: u64,
        /// Of whom.
        writer: String,
        /// Which record of the writer.
        sequence: u64,
    },
}

/// One thing that is wrong. Positions are places in the log, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What stands there is not what was written.
    Changed {
        /// Where.
        position: u64,
        /// How it shows.
        what: Changed,
    },
    /// A writer's records are gone.
    Deleted {
        /// Whose.
        writer: String,
        /// The first that is gone, by the writer's own number.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Places of the log are gone.
    Gone {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// The log ends before its newest head.
    Short {
        /// What is there.
        entries: u64,
        /// What the head is over.
        size: u64,
    },
    /// A record stands behind one that was written after it, or elsewhere than at its place.
    Reordered {
        /// Where.
        position: u64,
        /// Whose.
        writer: String,
        /// The writer's own number.
        sequence: u64,
    },
    /// Entries of which each by itself fits are not those that the head was signed over.
    Rewritten {
        /// Up to here they are the signed ones.
        after: u64,
        /// The size of the head.
        size: u64,
    },
    /// A writer has two records with one number.
    Twice {
        /// Where the second is.
        position: u64,
        /// Whose.
        writer: String,
        /// The number.
        sequence: u64,
    },
    /// The log's key signed two logs: a head that was signed is none of the log that the later head is over.
    Forked {
        /// The size of that head.
        size: u64,
        /// The size of the head that this log fits.
        fits: u64,
    },
    /// A head known from elsewhere is newer than the archive.
    Withheld {
        /// The size of that head.
        known: u64,
        /// What is there.
        entries: u64,
    },
    /// A head of the archive is not signed by the log's key.
    BadSignature {
        /// Its size.
        size: u64,
    },
    /// Too few witnesses signed the newest head.
    Unwitnessed {
        /// Its size.
        size: u64,
        /// How many did.
        has: usize,
        /// How many must.
        needs: usize,
    },
    /// A writer that may not write.
    UnknownWriter {
        /// Where.
        position: u64,
        /// Who.
        writer: String,
    },
    /// Entries that no head is over.
    Unsealed {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Entries were erased, and no act of erasing names them.
    Erased {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// A head says that it was signed before one over fewer entries was.
    Backwards {
        /// Its size.
        size: u64,
        /// Its time, in seconds since 1970.
        time: i64,
        /// The time of the one before it.
        before: i64,
    },
    /// The newest head is older than the verifier asks for.
    TooOld {
        /// Its size.
        size: u64,
        /// Its time, in seconds since 1970.
        time: i64,
        /// What is asked for.
        wanted: i64,
    },
    /// The proof of an entry does not lead to the head's root.
    NotIncluded {
        /// Where the entry says that it is.
        position: u64,
        /// The size of the head.
        size: u64,
    },
    /// A head of another log.
    OtherLog {
        /// Its size.
        size: u64,
        /// What its log is called.
        log: String,
    },
}

impl Finding {
    /// A word for programs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Deleted { .. } | Self::Gone { .. } | Self::Short { .. } => "deleted",
            Self::Reordered { .. } => "reordered",
            Self::Rewritten { .. } => "rewritten",
            Self::Twice { .. } | Self::Forked { .. } => "forked",
            Self::Withheld { .. } => "withheld",
            Self::BadSignature { .. } => "bad-signature",
            Self::Unwitnessed { .. } => "unwitnessed",
            Self::UnknownWriter { .. } => "unknown-writer",
            Self::Unsealed { .. } => "unsealed",
            Self::Erased { .. } => "erased-without-act",
            Self::Backwards { .. } => "backwards",
            Self::TooOld { .. } => "too-old",
            Self::NotIncluded { .. } => "not-included",
            Self::OtherLog { .. } => "other-log",
        }
    }

    /// The place in the log that it speaks of first; none where only the writer's own number is known.
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Changed { position, .. }
            | Self::Reordered { position, .. }
            | Self::Twice { position, .. }
            | Self::UnknownWriter { position, .. }
            | Self::NotIncluded { position, .. } => Some(*position),
            Self::Gone { first, .. }
            | Self::Unsealed { first, .. }
            | Self::Erased { first, .. } => Some(*first),
            Self::Short { entries, .. } | Self::Withheld { entries, .. } => Some(*entries + 1),
            Self::Rewritten { after, .. } => Some(*after + 1),
            Self::Forked { size, .. }
            | Self::BadSignature { size }
            | Self::Unwitnessed { size, .. }
            | Self::Backwards { size, .. }
            | Self::TooOld { size, .. }
            | Self::OtherLog { size, .. } => Some(*size),
            Self::Deleted { .. } => None,
        }
    }

    /// Whether it is about a record, so that roots that do not fit are explained by it. An entry that does not fit its record
    /// changes no leaf, and explains nothing.
    pub(super) const fn is_of_records(&self) -> bool {
        matches!(
            self,
            Self::Changed {
                what: Changed::Record { .. } | Changed::First(_),
                ..
            } | Self::Deleted { .. }
                | Self::Gone { .. }
                | Self::Reordered { .. }
                | Self::Twice { .. }
        )
    }
}

impl Finding {
    /// What is against the log's rules though every hash fits.
    fn fmt_rule(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Erased { first, last } => {
                places(f, ENTRIES, *first, *last)?;
                write!(f, " erased, and no act of erasing names them")
            }
            Self::Backwards { size, time, before } => write!(
                f,
                "the head over {size} entries says that it was signed at {time}, before one over fewer entries was, at {before} \
                 (seconds since 1970)"
            ),
            Self::TooOld { size, time, wanted } => write!(
                f,
                "the newest head, over {size} entries, was signed at {time}, and one after {wanted} is asked for (seconds since \
                 1970)"
            ),
            Self::NotIncluded { position, size } => write!(
                f,
                "nothing shows that entry {position} is in the log that the head over {size} entries is of"
            ),
            Self::UnknownWriter { position, writer } => {
                write!(f, "entry {position} is by {writer}, who writes no such log")
            }
            Self::Unsealed { first, last } => {
                places(f, ENTRIES, *first, *last)?;
                write!(f, ": no head is over them, so nobody vouches for them")
            }
            Self::OtherLog { size, log } => {
                write!(f, "the head over {size} entries is of another log, {log}")
            }
            _ => Ok(()),
        }
    }
}

/// `entry 5`, `entries 5 to 7`.
fn places(f: &mut fmt::Formatter<'_>, name: [&str; 2], first: u64, last: u64) -> fmt::Result {
    if first == last {
        write!(f, "{} {first}", name[0])
    } else {
        write!(f, "{} {first} to {last}", name[1])
    }
}

const ENTRIES: [&str; 2] = ["entry", "entries"];
const RECORDS: [&str; 2] = ["record", "records"];

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry => write!(f, "it is not what its commitment was made over"),
            Self::First(writer) => write!(
                f,
                "it is the first of {writer} and says that there was one before it"
            ),
            Self::Line(what) => write!(f, "its line is not of the log's form ({what})"),
            Self::Record {
                next,
                writer,
                sequence,
            } => write!(
                f,
                "record {sequence} of {writer} is not the one that the writer's next, entry {next}, was chained to"
            ),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { position, what } => write!(f, "entry {position} was changed: {what}"),
            Self::Deleted {
                writer,
                first,
                last,
            } => {
                places(f, RECORDS, *first, *last)?;
                write!(f, " of {writer} deleted: the writer wrote more after that")
            }
            Self::Gone { first, last } => {
                places(f, ENTRIES, *first, *last)?;
                write!(f, " deleted: the log goes on behind")
            }
            Self::Short { entries, size } => write!(
                f,
                "the end was deleted: there are {entries} entries, and the log's newest head is over {size}"
            ),
            Self::Reordered {
                position,
                writer,
                sequence,
            } => write!(
                f,
                "entry {position} was put elsewhere: record {sequence} of {writer} does not belong there"
            ),
            Self::Rewritten { after, size } => {
                places(f, ENTRIES, after + 1, *size)?;
                write!(
                    f,
                    ": not those that the head over {size} was signed for; one or more were changed, exchanged or put \
                     elsewhere, and what followed was made to fit"
                )
            }
            Self::Twice {
                position,
                writer,
                sequence,
            } => write!(
                f,
                "entry {position} forks its writer's chain: there is another record {sequence} of {writer}"
            ),
            Self::Forked { size, fits } => write!(
                f,
                "the log was forked: its key signed a head over {size} entries that is no beginning of the log which the \
                 head over {fits} entries is of"
            ),
            Self::Withheld { known, entries } => write!(
                f,
                "entries are withheld: a head over {known} entries is known, and the archive has {entries}"
            ),
            Self::BadSignature { size } => write!(
                f,
                "the head over {size} entries is not signed by the log's key"
            ),
            Self::Unwitnessed { size, has, needs } => write!(
                f,
                "the newest head, over {size} entries, is signed by {has} of the witnesses; {needs} must"
            ),
            _ => self.fmt_rule(f),
        }
    }
}
