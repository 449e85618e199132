//! Secure messaging with AES or triple DES, the reader's side (9303-11 §9.8): plain APDU in, protected APDU out, and back.
//!
//! ```text
//! command   CLA|0C INS P1 P2 Lc [87 L 01‖E(data) | 85 L E(data)] [97 L Le] 8E 08 MAC  00
//! response  [87 L 01‖E(data) | 85 L E(data)] 99 02 SW 8E 08 MAC  SW
//! ```
//!
//! The send sequence counter is raised before each command and before each response. Whatever goes
//! wrong ends the session, and its keys leave memory.

use crate::apdu::{ApduError, Command, Response, StatusWord};
use crate::crypto::CryptoError;
use crate::crypto::cipher::{BLOCK, equal_in_constant_time};
use crate::tlv::{self, TlvError};

pub use suite::{SessionKeys, TripleDesKeys};
pub use transport::{SecureTransport, SecureTransportError};

use suite::Suite;

mod suite;
mod transport;

/// The largest plain Le whose protected answer still fits a short response of 256 bytes.
pub const SHORT_LE: usize = 0xDF;

const CLA_SECURED: u8 = 0x0C;
const TAG_ENCRYPTED: u16 = 0x87;
const TAG_ENCRYPTED_ODD: u16 = 0x85;
const TAG_LE: u16 = 0x97;
const TAG_STATUS: u16 = 0x99;
const TAG_MAC: u16 = 0x8E;
const PADDING_INDICATOR: u8 = 0x01;

/// Why secure messaging ended. After any of these the session is over: select and authenticate anew.
#[derive(Debug, thiserror::Error)]
pub enum SecureMessagingError {
    /// The session ended before; its keys are gone.
    #[error("the secure messaging session has ended; authenticate to the chip again")]
    Closed,
    /// 6987 or 6988 without protection: the chip did not accept our data objects or MAC.
    #[error("the chip ended secure messaging with status {status}; authenticate again")]
    EndedByChip {
        /// 6987 (objects missing) or 6988 (objects wrong).
        status: StatusWord,
    },
    /// The answer carries no protection at all.
    #[error("the chip answered {status} without protection inside a session; do not trust it")]
    Unprotected {
        /// The status word of the unprotected answer.
        status: StatusWord,
    },
    /// The answer is not the TLV that the standard demands.
    #[error("the protected answer is malformed")]
    Malformed(#[from] TlvError),
    /// An object has a length that it cannot have.
    #[error("object {tag:X} of the protected answer has {length} bytes")]
    BadObject {
        /// The object's tag.
        tag: u16,
        /// Its length in bytes.
        length: usize,
    },
    /// The MAC is wrong: the answer was changed or comes from elsewhere.
    #[error("the MAC of the chip's answer is wrong; the connection was tampered with or disturbed")]
    WrongMac,
    /// The MAC is right but the text inside is not padded: a chip that does not follow the standard.
    #[error("the decrypted answer is not padded")]
    Padding,
    /// The plain command cannot be written as a protected one.
    #[error("the command does not fit into a protected APDU")]
    Command(#[from] ApduError),
    /// OpenSSL refused.
    #[error("secure messaging could not compute")]
    Crypto(#[from] CryptoError),
}

/// One secure messaging session: keys and send sequence counter.
#[derive(Debug)]
pub struct SecureMessaging {
    keys: Option<Suite>,
    counter: u128,
}

impl SecureMessaging {
    /// A session that starts now: the counter is zero (9303-11 §9.8.6.3).
    pub fn new(keys: SessionKeys) -> Self {
        Self::with_counter(keys, 0)
    }

    /// A session whose counter has already moved, as recorded sessions have it.
    pub fn with_counter(keys: SessionKeys, counter: u128) -> Self {
        Self {
            keys: Some(Suite::Aes(keys)),
            counter,
        }
    }

    /// A session with triple DES, whose counter starts as basic access control makes it (9303-11 §9.8.7.3).
    pub fn with_triple_des(keys: TripleDesKeys, counter: u64) -> Self {
        Self {
            keys: Some(Suite::TripleDes(keys)),
            counter: counter.into(),
        }
    }

    /// Whether commands can still be protected.
    pub fn is_open(&self) -> bool {
        self.keys.is_some()
    }

    /// Ends the session; the keys leave memory.
    pub fn close(&mut self) {
        self.keys = None;
    }

    /// The protected form of `command`, with extended length fields only where they are needed.
    pub fn protect(&mut self, command: &Command) -> Result<Vec<u8>, SecureMessagingError> {
        self.protect_with(command, command.is_extended())
    }

    /// The same with extended length fields: Le takes two bytes, also inside.
    pub fn protect_extended(&mut self, command: &Command) -> Result<Vec<u8>, SecureMessagingError> {
        self.protect_with(command, true)
    }

    fn protect_with(
        &mut self,
        command: &Command,
        extended: bool,
    ) -> Result<Vec<u8>, SecureMessagingError> {
        let keys = self.keys.as_ref().ok_or(SecureMessagingError::Closed)?;
        let raised = self.counter.wrapping_add(1);
        let mut protected = Command {
            cla: command.cla | CLA_SECURED,
            data: Vec::new(),
            ..command.clone()
        };

        let mut body = Vec::with_capacity(command.data.len() + 48);
        if !command.data.is_empty() {
            let encrypted = keys.encrypt(raised, &command.data)?;
            push_encrypted(&mut body, is_odd(command.ins), &encrypted);
        }
        if let Some(le) = command.le {
            // 256 and 65,536 wrap to zero, which is how they are written.
            let bytes = le.to_be_bytes();
            let width = if extended { 2 } else { 1 };
            tlv::push(&mut body, TAG_LE, &bytes[bytes.len() - width..]);
        }
        let header = protected.header();
        let parts = [&header[..], &body];
        // A command without data and Le has its header alone under the MAC.
        let parts = if body.is_empty() {
            &parts[..1]
        } else {
            &parts[..]
        };
        let mac = keys.mac(raised, parts)?;
        tlv::push(&mut body, TAG_MAC, &mac);

        let extended = extended || body.len() > 255;
        protected.data = body;
        protected.le = Some(if extended {
            crate::apdu::MAX_EXTENDED
        } else {
            256
        });
        let bytes = protected.encode()?;
        // Only now: a command that does not fit was never sent, and the chip did not count it.
        self.counter = raised;
        Ok(bytes)
    }

    /// The plain form of the answer `bytes` (data, then the two bytes of the status word).
    pub fn unprotect(&mut self, bytes: &[u8]) -> Result<Response, SecureMessagingError> {
        let result = self.try_unprotect(bytes);
        if result.is_err() {
            self.close();
        }
        result
    }

    fn try_unprotect(&mut self, bytes: &[u8]) -> Result<Response, SecureMessagingError> {
        let keys = self.keys.as_ref().ok_or(SecureMessagingError::Closed)?;
        self.counter = self.counter.wrapping_add(1);
        let outer = Response::parse(bytes)?;
        match (outer.data.is_empty(), outer.status) {
            (true, StatusWord::MISSING_SM_OBJECTS | StatusWord::WRONG_SM_OBJECTS) => {
                return Err(SecureMessagingError::EndedByChip {
                    status: outer.status,
                });
            }
            (true, status) => return Err(SecureMessagingError::Unprotected { status }),
            (false, _) => {}
        }
        let objects = Objects::parse(&outer.data, keys.block())?;
        let mac = keys.mac(self.counter, &[objects.authenticated])?;
        if !equal_in_constant_time(&mac, objects.mac) {
            return Err(SecureMessagingError::WrongMac);
        }
        let data = match objects.encrypted {
            Some(encrypted) => match keys.decrypt(self.counter, encrypted) {
                Err(CryptoError::Padding) => return Err(SecureMessagingError::Padding),
                plain => plain?,
            },
            None => Vec::new(),
        };
        // The protected status counts; the one outside can be changed by anyone.
        Ok(Response {
            data,
            status: objects.status,
        })
    }
}

/// How many plain bytes a chip can send at most, when its protected answers may have
/// `max_response` bytes of data. Under triple DES a few bytes more would fit.
pub fn largest_plain_answer(max_response: usize) -> usize {
    let fits = |plain: usize| protected_length(plain) <= max_response;
    // Padding, header, status and MAC take between 16 and 48 bytes.
    let upper = max_response.saturating_sub(16);
    (upper.saturating_sub(48)..=upper)
        .rev()
        .find(|plain| fits(*plain))
        .unwrap_or(0)
}

/// Bytes of the protected form of `plain` bytes: DO 87, DO 99 and DO 8E.
fn protected_length(plain: usize) -> usize {
    let encrypted = 1 + (plain + 1).next_multiple_of(BLOCK);
    let length_field = match encrypted {
        0..=0x7F => 1,
        0x80..=0xFF => 2,
        0x100..=0xFFFF => 3,
        _ => 4,
    };
    1 + length_field + encrypted + 4 + 10
}

fn is_odd(ins: u8) -> bool {
    ins & 1 == 1
}

fn push_encrypted(body: &mut Vec<u8>, odd: bool, encrypted: &[u8]) {
    if odd {
        tlv::push(body, TAG_ENCRYPTED_ODD, encrypted);
    } else {
        body.extend(tlv::encode_constructed(
            TAG_ENCRYPTED,
            &[&[PADDING_INDICATOR], encrypted],
        ));
    }
}

/// The objects of one protected answer, in their only order.
struct Objects<'a> {
    encrypted: Option<&'a [u8]>,
    status: StatusWord,
    mac: &'a [u8],
    /// Everything the MAC is computed over.
    authenticated: &'a [u8],
}

impl<'a> Objects<'a> {
    fn parse(data: &'a [u8], block: usize) -> Result<Self, SecureMessagingError> {
        let mut reader = tlv::Reader::new(data);
        let encrypted = if let Some(value) = reader.optional(TAG_ENCRYPTED)? {
            if let Some((&PADDING_INDICATOR, encrypted)) = value.split_first() {
                Some(encrypted)
            } else {
                let length = value.len();
                return Err(SecureMessagingError::BadObject {
                    tag: TAG_ENCRYPTED,
                    length,
                });
            }
        } else {
            reader.optional(TAG_ENCRYPTED_ODD)?
        };
        if let Some(encrypted) = encrypted
            && (encrypted.is_empty() || !encrypted.len().is_multiple_of(block))
        {
            let length = encrypted.len();
            return Err(SecureMessagingError::BadObject {
                tag: TAG_ENCRYPTED,
                length,
            });
        }
        let status = reader.expect(TAG_STATUS)?;
        let &[sw1, sw2] = status else {
            let length = status.len();
            return Err(SecureMessagingError::BadObject {
                tag: TAG_STATUS,
                length,
            });
        };
        let authenticated = &data[..data.len() - reader.rest().len()];
        let mac = reader.expect(TAG_MAC)?;
        if mac.len() != 8 {
            return Err(SecureMessagingError::BadObject {
                tag: TAG_MAC,
                length: mac.len(),
            });
        }
        reader.finish()?;
        let status = StatusWord(u16::from_be_bytes([sw1, sw2]));
        Ok(Self {
            encrypted,
            status,
            mac,
            authenticated,
        })
    }
}
