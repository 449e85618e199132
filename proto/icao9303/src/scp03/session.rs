//! One secure channel session: wraps commands, unwraps answers (Amendment D §6.2.4-6.2.7).
//!
//! The C-MAC covers the chaining value, CLA INS P1 P2, Lc as it stands on the wire (three bytes if
//! extended) and the encrypted data; the Le of the plain command goes out as it is.

use zeroize::Zeroizing;

use super::Scp03Error;
use super::derivation::SessionKeys;
use super::level::SecurityLevel;
use crate::apdu::{Command, Response, StatusWord};
use crate::crypto::cipher::{BLOCK, equal_in_constant_time, pad, unpad};

const CLA_SECURED: u8 = 0x04;
const MAC: usize = 8;

/// A session after EXTERNAL AUTHENTICATE.
#[derive(Debug)]
pub struct Scp03Session {
    keys: Option<SessionKeys>,
    level: SecurityLevel,
    counter: u128,
    chaining: [u8; BLOCK],
}

impl Scp03Session {
    /// A session whose MAC chain starts at the C-MAC of EXTERNAL AUTHENTICATE.
    pub(super) fn new(keys: SessionKeys, level: SecurityLevel, chaining: [u8; BLOCK]) -> Self {
        Self {
            keys: Some(keys),
            level,
            counter: 0,
            chaining,
        }
    }

    /// The level agreed on.
    pub fn level(&self) -> SecurityLevel {
        self.level
    }

    /// Whether commands can still be wrapped.
    pub fn is_open(&self) -> bool {
        self.keys.is_some()
    }

    /// Ends the session; the keys leave memory.
    pub fn close(&mut self) {
        self.keys = None;
    }

    /// The protected form of `command`, extended only where it is needed.
    pub fn wrap(&mut self, command: &Command) -> Result<Vec<u8>, Scp03Error> {
        self.wrap_with(command, command.is_extended())
    }

    /// The same with extended length fields even where short ones would do.
    pub fn wrap_extended(&mut self, command: &Command) -> Result<Vec<u8>, Scp03Error> {
        self.wrap_with(command, true)
    }

    fn wrap_with(&mut self, command: &Command, extended: bool) -> Result<Vec<u8>, Scp03Error> {
        let keys = self.keys.as_ref().ok_or(Scp03Error::Closed)?;
        let raised = self.counter.wrapping_add(1);
        let mut data = if self.level.encrypts_commands() && !command.data.is_empty() {
            let icv = keys.encryption.encrypt_block(&raised.to_be_bytes())?;
            let plain = Zeroizing::new(pad(&command.data));
            keys.encryption.encrypt_cbc(&icv, &plain)?
        } else {
            command.data.clone()
        };
        // Room for the MAC, so that the length fields are the final ones.
        let protected = data.len();
        data.resize(protected + MAC, 0);
        let wrapped = Command {
            cla: command.cla | CLA_SECURED,
            data,
            ..command.clone()
        };
        let extended = extended || wrapped.is_extended();
        let mut bytes = if extended {
            wrapped.encode_extended()?
        } else {
            wrapped.encode()?
        };
        let start = if extended { 7 } else { 5 };
        let end = start + protected;
        let chaining = keys
            .mac
            .cmac(&[&self.chaining[..], &bytes[..end]].concat())?;
        bytes[end..end + MAC].copy_from_slice(&chaining[..MAC]);
        // Only now: a command that does not fit was never sent, and the card did not count it.
        self.counter = raised;
        self.chaining = chaining;
        Ok(bytes)
    }

    /// The plain form of the answer `bytes`. An error status comes back as it is, unauthenticated.
    pub fn unwrap(&mut self, bytes: &[u8]) -> Result<Response, Scp03Error> {
        let result = self.try_unwrap(bytes);
        if result.is_err() {
            self.close();
        }
        result
    }

    fn try_unwrap(&mut self, bytes: &[u8]) -> Result<Response, Scp03Error> {
        let keys = self.keys.as_ref().ok_or(Scp03Error::Closed)?;
        let Response { data, status } = Response::parse(bytes)?;
        if !self.level.authenticates_answers() {
            return Ok(Response { data, status });
        }
        if !is_authenticated(status) {
            return if data.is_empty() {
                Ok(status.into())
            } else {
                Err(Scp03Error::Unprotected { status })
            };
        }
        let (data, mac) = data.split_last_chunk::<MAC>().ok_or(Scp03Error::WrongMac)?;
        let message = [&self.chaining[..], data, &status.0.to_be_bytes()].concat();
        if !equal_in_constant_time(&keys.response_mac.cmac(&message)?[..MAC], mac) {
            return Err(Scp03Error::WrongMac);
        }
        if !self.level.encrypts_answers() || data.is_empty() {
            return Ok(Response::new(data, status));
        }
        let mut counter = self.counter.to_be_bytes();
        counter[0] = 0x80;
        let icv = keys.encryption.encrypt_block(&counter)?;
        let padded = keys
            .encryption
            .decrypt_cbc(&icv, data)
            .map_err(|_| Scp03Error::Padding)?;
        let padded = Zeroizing::new(padded);
        let plain = unpad(&padded).map_err(|_| Scp03Error::Padding)?;
        Ok(Response::new(plain, status))
    }
}

/// 9000, 62xx and 63xx carry a MAC; error statuses do not.
fn is_authenticated(status: StatusWord) -> bool {
    status.is_ok() || matches!(status.sw1(), 0x62 | 0x63)
}

/// How many plain data bytes a command can carry at most, when the card takes APDUs of
/// `largest_command` bytes (header, length fields and Le included).
pub fn largest_plain_data(largest_command: usize, level: SecurityLevel) -> usize {
    // Header 4, Lc 1 or 3, Le 1 or 2, MAC 8.
    let room = match largest_command {
        0..=14 => return 0,
        15..=261 => largest_command - 14,
        _ => largest_command.min(7 + 65_535 + 2) - 17,
    };
    plain_in(room, level.encrypts_commands())
}

/// How many plain data bytes an answer can carry at most, when the card sends APDUs of
/// `largest_response` bytes (status word included).
pub fn largest_plain_answer(largest_response: usize, level: SecurityLevel) -> usize {
    let mac = if level.authenticates_answers() {
        MAC
    } else {
        0
    };
    plain_in(
        largest_response.saturating_sub(2 + mac),
        level.encrypts_answers(),
    )
}

/// Padding takes at least one byte of whole blocks.
fn plain_in(room: usize, encrypted: bool) -> usize {
    if encrypted {
        (room / BLOCK * BLOCK).saturating_sub(1)
    } else {
        room
    }
}
