//! A request to sign, as it is believed after the edge: every field of its type and length.

use std::fmt;

use evidence::{
    issue::{self, IssueError, SignedIssue},
    ticket::{self, SignedTicket, TicketError},
};
use wire::signing::{SignRequest, sign_request};

/// The longest object that is signed, in bytes.
pub const MAX_OBJECT_LENGTH: usize = 64 * 1024;
const DOCUMENT_NUMBER_LENGTH: usize = 9;

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderId(pub [u8; 16]);

/// One attempt at one card of an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptId {
    /// The order.
    pub order: OrderId,
    /// Which attempt, from 1.
    pub number: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "order {} attempt {}",
            hex::encode(self.order.0),
            self.number
        )
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttemptId({self})")
    }
}

/// A document number: nine characters of 0-9 and A-Z. Not shown in messages: it leads to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(String);

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentNumber(redacted)")
    }
}

impl DocumentNumber {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A chip's serial number: its key diversification data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipSerial(pub [u8; 10]);

/// The kinds of objects that a chip carries a signature of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// EF.SOD.
    SecurityObject,
    /// EF.CardSecurity.
    CardSecurity,
}

impl ObjectKind {
    /// The number in the store. Never changes.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::SecurityObject => 1,
            Self::CardSecurity => 2,
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecurityObject => "security object",
            Self::CardSecurity => "card security",
        })
    }
}

/// A request whose fields have the right form; nothing in it is verified yet.
pub struct Request {
    /// The ticket, not verified.
    pub ticket: SignedTicket,
    /// The blank issue, not verified.
    pub issue: Option<SignedIssue>,
    /// The attempt.
    pub attempt: AttemptId,
    /// The document number.
    pub document_number: DocumentNumber,
    /// The chip.
    pub chip_serial: ChipSerial,
    /// What is to be signed.
    pub kind: ObjectKind,
    /// Its DER.
    pub object: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({}, {})", self.attempt, self.kind)
    }
}

/// A field of a request has not the form it must have. For the developer of the caller.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The ticket cannot be read.
    #[error("ticket: {0}")]
    Ticket(#[from] TicketError),
    /// The blank issue cannot be read.
    #[error("issue: {0}")]
    Issue(#[from] IssueError),
    /// Another field.
    #[error("{field} {rule}")]
    Field {
        /// The field's name in signing.proto.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
}

impl TryFrom<SignRequest> for Request {
    type Error = RequestError;

    fn try_from(wire: SignRequest) -> Result<Self, RequestError> {
        let fault = |field, rule| RequestError::Field { field, rule };
        if wire.ticket.len() > ticket::MAX_ENCODED_LENGTH {
            return Err(fault("ticket", "has at most 4096 bytes"));
        }
        if wire.issue.len() > issue::MAX_ENCODED_LENGTH {
            return Err(fault("issue", "has at most 10512 bytes"));
        }
        let issue = Some(wire.issue).filter(|bytes| !bytes.is_empty());
        let issue = issue.map(|bytes| SignedIssue::decode(&bytes));
        let order = wire
            .order
            .try_into()
            .map_err(|_| fault("order", "has 16 bytes"))?;
        if wire.attempt == 0 {
            return Err(fault("attempt", "counts from 1"));
        }
        let number = wire.document_number;
        let characters = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        if number.len() != DOCUMENT_NUMBER_LENGTH || !number.bytes().all(characters) {
            return Err(fault("document_number", "has 9 characters of 0-9 and A-Z"));
        }
        let serial = wire
            .chip_serial
            .try_into()
            .map_err(|_| fault("chip_serial", "has 10 bytes"))?;
        let (kind, object) = match wire.object {
            Some(sign_request::Object::LdsSecurityObject(der)) => (ObjectKind::SecurityObject, der),
            Some(sign_request::Object::CardSecurityInfos(der)) => (ObjectKind::CardSecurity, der),
            None => return Err(fault("object", "is one of the two kinds")),
        };
        if object.is_empty() || object.len() > MAX_OBJECT_LENGTH {
            return Err(fault("object", "has 1 to 65536 bytes"));
        }
        Ok(Self {
            ticket: SignedTicket::decode(&wire.ticket)?,
            issue: issue.transpose()?,
            attempt: AttemptId {
                order: OrderId(order),
                number: wire.attempt,
            },
            document_number: DocumentNumber(number),
            chip_serial: ChipSerial(serial),
            kind,
            object,
        })
    }
}
