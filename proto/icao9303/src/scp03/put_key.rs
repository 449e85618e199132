//! PUT KEY: replaces the three keys of a security domain (`GlobalPlatform` §11.8).
//!
//! ```text
//! 80 D8 old 81 Lc: new ‖ 3 × { 88 ‖ length+1 ‖ key length ‖ E(K-DEK, key) ‖ 03 ‖ check value }
//! answer           new ‖ 3 × check value
//! ```

use zeroize::Zeroizing;

use super::keys::{StaticKeys, check_value};
use crate::apdu::Command;
use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, BLOCK};

const KEY_TYPE_AES: u8 = 0x88;
const CHECK_VALUE_LENGTH: u8 = 3;

/// Why PUT KEY's answer does not confirm the new keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card does not confirm the new keys: its check values differ; scrap the card")]
pub struct KeysNotConfirmed;

/// A PUT KEY command and the answer that confirms it.
#[derive(Debug)]
pub struct PutKey {
    command: Command,
    confirmation: Vec<u8>,
}

impl PutKey {
    /// Puts `keys` under version `new_version`, in place of `old_version` (00: beside what is
    /// there), encrypted under the data encryption key in force.
    pub fn new(
        old_version: u8,
        new_version: u8,
        keys: &StaticKeys,
        data_encryption: &AesKey,
    ) -> Result<Self, CryptoError> {
        let mut data = vec![new_version];
        let mut confirmation = vec![new_version];
        for key in keys.in_order() {
            let plain = key.as_bytes();
            // 24 bytes are filled up to whole blocks; the card takes as many as the length says.
            let mut blocks = Zeroizing::new(plain.to_vec());
            blocks.resize(plain.len().next_multiple_of(BLOCK), 0);
            let encrypted = data_encryption.encrypt_cbc(&[0; BLOCK], &blocks)?;
            let check = check_value(key)?;
            // 16 to 32 bytes, so the last byte of each length holds it.
            let [.., block_length] = (encrypted.len() + 1).to_be_bytes();
            let [.., key_length] = plain.len().to_be_bytes();
            data.extend([KEY_TYPE_AES, block_length, key_length]);
            data.extend_from_slice(&encrypted);
            data.push(CHECK_VALUE_LENGTH);
            data.extend(check);
            confirmation.extend(check);
        }
        let command = Command::new(0x80, 0xD8, old_version, 0x81)
            .with_data(data)
            .with_le(256);
        Ok(Self {
            command,
            confirmation,
        })
    }

    /// The command, to be sent with encryption and MAC.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// Checks the answer's key version and check values.
    pub fn confirm(&self, answer: &[u8]) -> Result<(), KeysNotConfirmed> {
        if answer == self.confirmation {
            Ok(())
        } else {
            Err(KeysNotConfirmed)
        }
    }
}
