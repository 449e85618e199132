//! STORE DATA: data groupings in blocks (`GlobalPlatform` §11.11, EMV CPS).
//!
//! ```text
//! grouping = number(2) ‖ length ‖ data, length one byte up to FE, else FF and two bytes
//! 80 E2 P1 P2: P1 = 80 last block, 60 encrypted, 08 groupings; P2 = block number from 00
//! ```

use zeroize::Zeroizing;

use crate::apdu::Command;
use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, BLOCK, pad};

const LAST_BLOCK: u8 = 0x80;
const ENCRYPTED: u8 = 0x60;
const GROUPINGS: u8 = 0x08;

/// Why data cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreDataError {
    /// A grouping's length has two bytes at most.
    #[error("data grouping {number:04X} has {length} bytes where 65,535 are possible")]
    TooLong {
        /// The grouping's number.
        number: u16,
        /// Its length in bytes.
        length: usize,
    },
    /// Block numbers have one byte.
    #[error("the data takes {blocks} blocks where 256 are possible; use larger blocks")]
    TooManyBlocks {
        /// Blocks needed.
        blocks: usize,
    },
    /// A block holds at least one byte and at most what an APDU carries.
    #[error("blocks of {bytes} bytes are not possible")]
    BlockSize {
        /// Bytes asked for.
        bytes: usize,
    },
    /// OpenSSL refused.
    #[error("the data could not be encrypted")]
    Crypto(#[from] CryptoError),
}

/// Data groupings on their way into blocks. May hold secrets: wiped when dropped, not printed.
#[derive(Default)]
pub struct Groupings {
    stream: Zeroizing<Vec<u8>>,
    encrypted: bool,
}

impl Groupings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a grouping as it is.
    pub fn push(&mut self, number: u16, data: &[u8]) -> Result<(), StoreDataError> {
        let length = data.len();
        let long = u16::try_from(length).map_err(|_| StoreDataError::TooLong { number, length })?;
        self.stream.extend(number.to_be_bytes());
        let [high, low] = long.to_be_bytes();
        if long <= 0xFE {
            self.stream.push(low);
        } else {
            self.stream.extend([0xFF, high, low]);
        }
        self.stream.extend_from_slice(data);
        Ok(())
    }

    /// Appends a grouping whose data is padded by method 2 and encrypted under the static data
    /// encryption key, AES-CBC with a zero initial vector; all blocks then say "encrypted".
    pub fn push_encrypted(
        &mut self,
        number: u16,
        data: &[u8],
        data_encryption: &AesKey,
    ) -> Result<(), StoreDataError> {
        let padded = Zeroizing::new(pad(data));
        self.encrypted = true;
        self.push(number, &data_encryption.encrypt_cbc(&[0; BLOCK], &padded)?)
    }

    /// The groupings one after another.
    pub fn as_bytes(&self) -> &[u8] {
        &self.stream
    }

    /// STORE DATA commands of at most `block` bytes of plain data each.
    pub fn commands(&self, block: usize) -> Result<Vec<Command>, StoreDataError> {
        if block == 0 || block > usize::from(u16::MAX) {
            return Err(StoreDataError::BlockSize { bytes: block });
        }
        let count = self.stream.len().div_ceil(block);
        if count > 256 {
            return Err(StoreDataError::TooManyBlocks { blocks: count });
        }
        let flags = if self.encrypted {
            GROUPINGS | ENCRYPTED
        } else {
            GROUPINGS
        };
        let blocks = self.stream.chunks(block).zip(0_u8..=0xFF).enumerate();
        let command = |(index, (data, number)): (usize, (&[u8], u8))| {
            let last = if index + 1 == count { LAST_BLOCK } else { 0 };
            Command::new(0x80, 0xE2, flags | last, number).with_data(data)
        };
        Ok(blocks.map(command).collect())
    }
}

impl std::fmt::Debug for Groupings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Groupings({} bytes, redacted)", self.stream.len())
    }
}
