//! The chip's side of secure messaging with AES or triple DES (9303-11 §9.8).

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::CryptoError;
use icao9303::crypto::cipher::{AesKey, equal_in_constant_time};
use icao9303::crypto::triple_des::TripleDesKey;
use icao9303::tlv;

use keys::Keys;

mod keys;

const ENCRYPTED: u16 = 0x87;
const ENCRYPTED_ODD: u16 = 0x85;
const EXPECTED_LENGTH: u16 = 0x97;
const STATUS: u16 = 0x99;
const MAC: u16 = 0x8E;
/// First byte of object 87: padding method 2.
const PADDED: u8 = 0x01;

/// Session keys and the send sequence counter.
#[derive(Debug)]
pub struct Session {
    keys: Keys,
    counter: u128,
}

impl Session {
    /// Starts with the counter at zero, as after PACE and chip authentication.
    pub fn new(enc: AesKey, mac: AesKey) -> Self {
        Self::resume(enc, mac, 0)
    }

    /// Starts with a counter of the caller's, as published examples do.
    pub fn resume(enc: AesKey, mac: AesKey, counter: u128) -> Self {
        let keys = Keys::Aes { enc, mac };
        Self { keys, counter }
    }

    /// With triple DES, from the counter that basic access control makes.
    pub fn triple_des(enc: TripleDesKey, mac: TripleDesKey, counter: u64) -> Self {
        let keys = Keys::TripleDes { enc, mac };
        let counter = counter.into();
        Self { keys, counter }
    }

    /// Checks and decrypts a command. After an error (6987: an object is missing, 6988: an object
    /// is wrong) the session must be closed and the status answered in the clear.
    pub fn unwrap(&mut self, command: &Command) -> Result<Command, StatusWord> {
        const WRONG: StatusWord = StatusWord::WRONG_SM_OBJECTS;
        let objects = Objects::parse(&command.data)?;
        self.counter = self.counter.wrapping_add(1);
        let header = Some(command.header());
        let mac = self
            .keys
            .mac(self.counter, header, objects.authenticated)
            .map_err(|_| WRONG)?;
        if !equal_in_constant_time(&mac, objects.mac) {
            return Err(WRONG);
        }
        let data = match objects.encrypted {
            None => Vec::new(),
            Some((tag, value)) => self.decrypt(command.ins, tag, value).ok_or(WRONG)?,
        };
        Ok(Command {
            cla: command.cla & !0x0C,
            data,
            le: objects.le,
            ..command.clone()
        })
    }

    /// Encrypts and authenticates a response to a command with instruction byte `ins`.
    pub fn wrap(&mut self, ins: u8, response: &Response) -> Result<Response, CryptoError> {
        self.counter = self.counter.wrapping_add(1);
        let mut objects = Vec::with_capacity(response.data.len() + 64);
        if !response.data.is_empty() {
            let encrypted = self.keys.encrypt(self.counter, &response.data)?;
            if is_odd(ins) {
                tlv::push(&mut objects, ENCRYPTED_ODD, &encrypted);
            } else {
                tlv::push(
                    &mut objects,
                    ENCRYPTED,
                    &[&[PADDED][..], &encrypted].concat(),
                );
            }
        }
        tlv::push(&mut objects, STATUS, &response.status.0.to_be_bytes());
        let mac = self.keys.mac(self.counter, None, &objects)?;
        tlv::push(&mut objects, MAC, &mac);
        Ok(Response::new(objects, response.status))
    }

    fn decrypt(&self, ins: u8, tag: u16, value: &[u8]) -> Option<Vec<u8>> {
        let ((false, ENCRYPTED, [PADDED, encrypted @ ..]) | (true, ENCRYPTED_ODD, encrypted)) =
            (is_odd(ins), tag, value)
        else {
            return None;
        };
        self.keys.decrypt(self.counter, encrypted).ok()
    }

    /// The most plain bytes whose protected response data fits into `limit` bytes.
    pub fn largest_plain(&self, limit: usize) -> usize {
        let block = self.keys.block();
        let fits = |blocks: &usize| {
            let value = 1 + blocks * block;
            tlv::encode(ENCRYPTED, &[]).len() - 1 + length_bytes(value) + value + 4 + 10 <= limit
        };
        let blocks = (0..=limit / block).rev().find(fits).unwrap_or(0);
        (blocks * block).saturating_sub(1)
    }
}

fn length_bytes(length: usize) -> usize {
    let mut out = Vec::new();
    tlv::push_length(&mut out, length);
    out.len()
}

fn is_odd(ins: u8) -> bool {
    ins & 1 == 1
}

/// The objects of a protected command, in their only order: `[85|87] [97] 8E`.
struct Objects<'a> {
    encrypted: Option<(u16, &'a [u8])>,
    le: Option<usize>,
    mac: &'a [u8],
    /// The bytes of all objects before the MAC.
    authenticated: &'a [u8],
}

impl<'a> Objects<'a> {
    fn parse(data: &'a [u8]) -> Result<Self, StatusWord> {
        const WRONG: StatusWord = StatusWord::WRONG_SM_OBJECTS;
        let mut reader = tlv::Reader::new(data);
        let mut encrypted = None;
        let mut le = None;
        loop {
            let before = data.len() - reader.rest().len();
            let element = reader.next_element().map_err(|_| WRONG)?;
            let element = element.ok_or(StatusWord::MISSING_SM_OBJECTS)?;
            match element.tag {
                ENCRYPTED | ENCRYPTED_ODD if encrypted.is_none() && le.is_none() => {
                    encrypted = Some((element.tag, element.value));
                }
                EXPECTED_LENGTH if le.is_none() => le = Some(parse_le(element.value)?),
                MAC if element.value.len() == 8 && reader.rest().is_empty() => {
                    let authenticated = &data[..before];
                    return Ok(Self {
                        encrypted,
                        le,
                        mac: element.value,
                        authenticated,
                    });
                }
                _ => return Err(WRONG),
            }
        }
    }
}

fn parse_le(value: &[u8]) -> Result<usize, StatusWord> {
    match *value {
        [0] => Ok(256),
        [le] => Ok(usize::from(le)),
        [0, 0] => Ok(65_536),
        [high, low] => Ok(usize::from(u16::from_be_bytes([high, low]))),
        _ => Err(StatusWord::WRONG_SM_OBJECTS),
    }
}
