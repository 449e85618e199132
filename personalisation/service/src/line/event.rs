//! What the line says while it works: an object a line with `--json`, sentences without.

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

/// One event. Holds ids, numbers of documents and words; the card access number in `document` only.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The line has begun.
    Started {
        /// Its readers.
        readers: Vec<String>,
    },
    /// An attempt got a blank and a number.
    Bound(Subject),
    /// An attempt goes on that was interrupted.
    TakenUp(Subject),
    /// An attempt came into its next state.
    Step {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// The state.
        state: &'static str,
        /// Since the one before.
        seconds: f64,
    },
    /// A document is complete.
    Document(Document),
    /// An attempt was given up.
    Scrapped {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// The word in the database.
        reason: &'static str,
        /// What happened.
        detail: String,
        /// Why the remake waits on hold; none while it is queued.
        on_hold: Option<String>,
    },
    /// An attempt ended because its order was cancelled while its card was being made.
    Cancelled {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
    },
    /// An order that cannot be made was set aside: it waits on hold for a person.
    Held {
        /// The order.
        order: String,
        /// Which attempt at it.
        attempt: u32,
        /// The reader whose worker set it aside.
        reader: String,
        /// Why.
        why: String,
    },
    /// A chip that no attempt can use.
    BlankRefused {
        /// Where it lies.
        reader: String,
        /// Its serial, where it tells it.
        chip: Option<String>,
        /// The word in the database.
        reason: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// Something must come back before the reader's worker can go on.
    Waiting {
        /// The reader.
        reader: String,
        /// What for.
        why: String,
    },
    /// The line has ended.
    Finished {
        /// Documents made.
        documents: u64,
        /// Attempts given up.
        scrapped: u64,
        /// Attempts that still wait.
        queued: u64,
        /// Remakes and orders that wait for a person.
        on_hold: u64,
    },
}

/// Which attempt, where.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    /// The order.
    pub order: String,
    /// Which attempt at it.
    pub attempt: u32,
    /// The reader.
    pub reader: String,
    /// The chip's serial.
    pub chip: String,
    /// The document number.
    pub number: String,
}

/// The output record of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Which.
    #[serde(flatten)]
    pub subject: Subject,
    /// The card access number, for the face of the card.
    pub can: String,
    /// From binding to the end.
    pub seconds: f64,
    /// Seconds of each step, by the state it led to.
    pub steps: BTreeMap<&'static str, f64>,
}

impl Event {
    /// Writes the event; `json` chooses the form.
    pub fn write(&self, json: bool, mut sink: impl Write) -> std::io::Result<()> {
        if json {
            serde_json::to_writer(&mut sink, self)?;
            writeln!(sink)
        } else {
            writeln!(sink, "{}", self.sentence())
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Started { readers } => format!("the line has begun: {}", readers.join(", ")),
            Self::Bound(subject) => format!("{}: chip {} bound", subject.head(), subject.chip),
            Self::TakenUp(subject) => format!("{}: taken up again", subject.head()),
            Self::Step {
                subject,
                state,
                seconds,
            } => {
                format!("{}: {state} after {seconds:.3} s", subject.head())
            }
            Self::Document(document) => {
                format!(
                    "{}: complete after {:.3} s",
                    document.subject.head(),
                    document.seconds
                )
            }
            Self::Cancelled { subject } => {
                format!("{}: CANCELLED, take the card away", subject.head())
            }
            Self::Scrapped {
                subject,
                reason,
                detail,
                on_hold,
            } => {
                let given_up = format!("{}: GIVEN UP ({reason}): {detail}", subject.head());
                match on_hold {
                    Some(doubt) => format!(
                        "{given_up}; its remake is ON HOLD: {doubt}, then `order release {}`",
                        subject.order
                    ),
                    None => given_up,
                }
            }
            Self::Held {
                order, reader, why, ..
            } => format!("{reader}: order {order} is ON HOLD: {why}; then `order release {order}`"),
            Self::BlankRefused {
                reader,
                chip,
                reason,
                detail,
            } => {
                let chip = chip.as_deref().unwrap_or("that tells no serial");
                format!("{reader}: chip {chip} refused ({reason}): {detail}")
            }
            Self::Waiting { reader, why } => format!("{reader}: waiting: {why}"),
            Self::Finished {
                documents,
                scrapped,
                queued,
                on_hold,
            } => {
                format!(
                    "the line has ended: {documents} documents, {scrapped} given up, \
                     {queued} in the queue, {on_hold} on hold for a person"
                )
            }
        }
    }
}

impl Subject {
    fn head(&self) -> String {
        format!("{}: document {}", self.reader, self.number)
    }
}
