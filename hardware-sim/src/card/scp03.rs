//! The card's side of GlobalPlatform's secure channel protocol 03 (Amendment D), `i` = 70:
//! pseudo-random card challenge, response MAC and response encryption.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::CryptoError;
use icao9303::crypto::cipher::{AesKey, BLOCK, equal_in_constant_time, pad, unpad};
use icao9303::scp03::derivation::{Derived, SessionKeys, derive_8};
use zeroize::Zeroizing;

use super::layout;
use super::memory::Memory;

/// The `i` parameter in the answer to INITIALIZE UPDATE.
pub(super) const I_PARAMETER: u8 = 0x70;
/// Bytes of a challenge, a cryptogram and a MAC on the wire.
pub(super) const SHORT: usize = 8;
const LARGEST_KEY: usize = 32;

/// The chip's static keys for the secure channel.
#[derive(Debug, Clone)]
pub struct KeySet {
    /// Key version number.
    pub version: u8,
    /// Derives the encryption key.
    pub enc: AesKey,
    /// Derives the MAC keys.
    pub mac: AesKey,
    /// Encrypts keys and secrets inside the channel.
    pub dek: AesKey,
}

impl KeySet {
    /// The keys in memory.
    pub(super) fn load(memory: &Memory) -> Option<Self> {
        let header = memory.read(layout::KEY_SET, 2);
        let (version, length) = (header[0], usize::from(header[1]));
        let key = |index: usize| {
            let address = layout::KEY_SET + 2 + index * LARGEST_KEY;
            AesKey::from_bytes(memory.read(address, length.min(LARGEST_KEY))).ok()
        };
        (version != 0).then_some(())?;
        Some(Self {
            version,
            enc: key(0)?,
            mac: key(1)?,
            dek: key(2)?,
        })
    }

    /// Version, key length and keys as they stand in memory.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut area = Zeroizing::new(vec![0; 2 + 3 * LARGEST_KEY]);
        area[0] = self.version;
        [area[1]] = layout::low_bytes(self.enc.as_bytes().len());
        for (index, key) in [&self.enc, &self.mac, &self.dek].into_iter().enumerate() {
            let at = 2 + index * LARGEST_KEY;
            area[at..at + key.as_bytes().len()].copy_from_slice(key.as_bytes());
        }
        area
    }
}

/// What the answer to INITIALIZE UPDATE carries, and what EXTERNAL AUTHENTICATE is checked with.
#[derive(Debug)]
pub struct Handshake {
    /// Proves the card's keys.
    pub card_challenge: [u8; SHORT],
    /// Proves that the card has the keys.
    pub card_cryptogram: [u8; SHORT],
    host_cryptogram: [u8; SHORT],
    session: SessionKeys,
    dek: AesKey,
    key_version: u8,
}

impl Handshake {
    /// Answers a host challenge. The card challenge follows from the sequence counter and the
    /// security domain's identifier, so the same counter must never be used twice.
    pub fn begin(
        keys: &KeySet,
        sequence: [u8; 3],
        security_domain: &[u8],
        host_challenge: &[u8; SHORT],
    ) -> Result<Self, CryptoError> {
        let challenge_context = [&sequence[..], security_domain].concat();
        let card_challenge = derive_8(&keys.enc, Derived::CardChallenge, &challenge_context)?;
        let context = [&host_challenge[..], &card_challenge].concat();
        let session = SessionKeys::derive(&keys.enc, &keys.mac, &context)?;
        Ok(Self {
            card_challenge,
            card_cryptogram: derive_8(&session.mac, Derived::CardCryptogram, &context)?,
            host_cryptogram: derive_8(&session.mac, Derived::HostCryptogram, &context)?,
            session,
            dek: keys.dek.clone(),
            key_version: keys.version,
        })
    }

    /// EXTERNAL AUTHENTICATE: the host proves the keys and chooses the security level.
    ///
    /// Wrong cryptogram: 6300. Wrong MAC: 6982. Unknown level: 6A86.
    pub fn finish(self, command: &Command) -> Result<Channel, ChannelError> {
        let level = Level::from_byte(command.p1).ok_or(StatusWord::WRONG_P1_P2)?;
        let (cryptogram, mac) = command
            .data
            .split_at_checked(SHORT)
            .ok_or(StatusWord::WRONG_LENGTH)?;
        if mac.len() != SHORT {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        if !equal_in_constant_time(cryptogram, &self.host_cryptogram) {
            return Err(StatusWord::AUTHENTICATION_FAILED.into());
        }
        let mut channel = Channel {
            keys: self.session,
            dek: self.dek,
            key_version: self.key_version,
            chaining: [0; BLOCK],
            counter: 0,
            level,
        };
        channel.check_mac(command, false)?;
        Ok(channel)
    }
}

/// Why a command of the channel was refused.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The status word to answer.
    #[error("the secure channel refused a command ({0})")]
    Refused(StatusWord),
    /// OpenSSL failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl From<StatusWord> for ChannelError {
    fn from(status: StatusWord) -> Self {
        Self::Refused(status)
    }
}

/// What the host asked the channel to protect (P1 of EXTERNAL AUTHENTICATE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    command_encryption: bool,
    response_mac: bool,
    response_encryption: bool,
}

impl Level {
    /// The levels of Amendment D table 7-6 that include a command MAC.
    fn from_byte(byte: u8) -> Option<Self> {
        let (command_encryption, response_mac, response_encryption) = match byte {
            0x01 => (false, false, false),
            0x03 => (true, false, false),
            0x11 => (false, true, false),
            0x13 => (true, true, false),
            0x33 => (true, true, true),
            _ => return None,
        };
        Some(Self {
            command_encryption,
            response_mac,
            response_encryption,
        })
    }

    /// Whether commands and responses are both authenticated and encrypted (level 33).
    pub fn is_full(self) -> bool {
        self.command_encryption && self.response_mac && self.response_encryption
    }
}

/// An open secure channel.
#[derive(Debug)]
pub struct Channel {
    keys: SessionKeys,
    dek: AesKey,
    key_version: u8,
    chaining: [u8; BLOCK],
    counter: u128,
    level: Level,
}

impl Channel {
    /// What the host asked for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Version of the static keys that opened the channel.
    pub fn key_version(&self) -> u8 {
        self.key_version
    }

    /// The static key under which keys and secrets are encrypted.
    pub fn dek(&self) -> &AesKey {
        &self.dek
    }

    /// Checks and decrypts a command. `extended` says that Lc took three bytes on the wire. After
    /// an error the channel must be closed.
    pub fn unwrap(&mut self, command: &Command, extended: bool) -> Result<Command, ChannelError> {
        let body = self.check_mac(command, extended)?;
        self.counter += 1;
        let data = if self.level.command_encryption && !body.is_empty() {
            let wrong = |_| ChannelError::Refused(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
            let iv = self
                .keys
                .encryption
                .encrypt_block(&self.counter.to_be_bytes())?;
            let padded = Zeroizing::new(
                self.keys
                    .encryption
                    .decrypt_cbc(&iv, &body)
                    .map_err(wrong)?,
            );
            unpad(&padded).map_err(wrong)?.to_vec()
        } else {
            body
        };
        Ok(Command {
            cla: command.cla & !0x04,
            data,
            ..command.clone()
        })
    }

    /// Encrypts and authenticates a response. Errors travel bare (Amendment D §6.2.5).
    pub fn wrap(&mut self, response: Response) -> Result<Response, CryptoError> {
        let bare = !matches!(response.status.sw1(), 0x90 | 0x62 | 0x63);
        if bare {
            return Ok(response.status.into());
        }
        let mut data = response.data;
        if self.level.response_encryption && !data.is_empty() {
            let mut counter = self.counter.to_be_bytes();
            counter[0] = 0x80;
            let iv = self.keys.encryption.encrypt_block(&counter)?;
            data = self.keys.encryption.encrypt_cbc(&iv, &pad(&data))?;
        }
        if self.level.response_mac {
            let message = [&self.chaining[..], &data, &response.status.0.to_be_bytes()].concat();
            data.extend(self.keys.response_mac.cmac8(&message)?);
        }
        Ok(Response::new(data, response.status))
    }

    /// The most plain bytes whose protected form fits into `limit` bytes.
    pub fn largest_plain(&self, limit: usize) -> usize {
        let room = limit.saturating_sub(if self.level.response_mac { SHORT } else { 0 });
        if self.level.response_encryption {
            (room / BLOCK * BLOCK).saturating_sub(1)
        } else {
            room
        }
    }

    /// Checks the MAC at the end of the command data and moves the chaining value on; gives the
    /// data before it.
    fn check_mac(&mut self, command: &Command, extended: bool) -> Result<Vec<u8>, ChannelError> {
        let refused = StatusWord::SECURITY_STATUS_NOT_SATISFIED;
        let (body, mac) = command.data.split_last_chunk::<SHORT>().ok_or(refused)?;
        let length: [u8; 3] = layout::low_bytes(command.data.len());
        let mut message = self.chaining.to_vec();
        message.extend(command.header());
        message.extend(if extended { &length[..] } else { &length[2..] });
        message.extend_from_slice(body);
        let full = self.keys.mac.cmac(&message)?;
        if !equal_in_constant_time(&full[..SHORT], mac) {
            return Err(refused.into());
        }
        self.chaining = full;
        Ok(body.to_vec())
    }
}
