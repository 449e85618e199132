//! The keys of a session and what the chip does with them: AES with CMAC, or triple DES with the retail MAC.

use icao9303::crypto::CryptoError;
use icao9303::crypto::cipher::{self, AesKey};
use icao9303::crypto::triple_des::{self, DES_BLOCK, TripleDesKey};
use zeroize::Zeroizing;

/// `KS_Enc` and `KS_MAC`.
#[derive(Debug)]
pub(super) enum Keys {
    Aes {
        enc: AesKey,
        mac: AesKey,
    },
    TripleDes {
        enc: TripleDesKey,
        mac: TripleDesKey,
    },
}

impl Keys {
    /// Bytes in a block.
    pub(super) fn block(&self) -> usize {
        match self {
            Self::Aes { .. } => cipher::BLOCK,
            Self::TripleDes { .. } => DES_BLOCK,
        }
    }

    /// Pads and encrypts at a value of the send sequence counter.
    pub(super) fn encrypt(&self, counter: u128, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Aes { enc, .. } => {
                let iv = enc.encrypt_block(&counter.to_be_bytes())?;
                enc.encrypt_cbc(&iv, &Zeroizing::new(cipher::pad(plain)))
            }
            Self::TripleDes { enc, .. } => enc.encrypt_cbc(&Zeroizing::new(triple_des::pad(plain))),
        }
    }

    /// Decrypts and takes the padding off.
    pub(super) fn decrypt(&self, counter: u128, encrypted: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Aes { enc, .. } => {
                let iv = enc.encrypt_block(&counter.to_be_bytes())?;
                let padded = Zeroizing::new(enc.decrypt_cbc(&iv, encrypted)?);
                Ok(cipher::unpad(&padded)?.to_vec())
            }
            Self::TripleDes { enc, .. } => {
                let padded = Zeroizing::new(enc.decrypt_cbc(encrypted)?);
                Ok(triple_des::unpad(&padded)?.to_vec())
            }
        }
    }

    /// The MAC over counter, header (of commands) and objects, each padded to whole blocks; without
    /// objects over counter and header alone.
    pub(super) fn mac(
        &self,
        counter: u128,
        header: Option<[u8; 4]>,
        objects: &[u8],
    ) -> Result<[u8; 8], CryptoError> {
        let counter = counter.to_be_bytes();
        let block = self.block();
        // The counter is as long as a block.
        let mut message = counter[counter.len() - block..].to_vec();
        if let Some(header) = header {
            message.extend(header);
            if !objects.is_empty() {
                message.push(0x80);
                message.resize(message.len().next_multiple_of(block), 0);
            }
        }
        message.extend(objects);
        match self {
            Self::Aes { mac, .. } => mac.cmac8(&cipher::pad(&message)),
            // The retail MAC pads by itself.
            Self::TripleDes { mac, .. } => mac.retail_mac(&message),
        }
    }
}
