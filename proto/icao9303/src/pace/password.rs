//! The password printed on the document: CAN or MRZ (9303-11 §4.4.4.1, §9.7.1).

use std::fmt;

use openssl::sha::sha1;
use zeroize::Zeroizing;

use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, AesSize};
use crate::crypto::kdf::{self, Purpose};

/// Which password is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PasswordKind {
    /// Document number, date of birth and date of expiry of the machine readable zone.
    Mrz = 1,
    /// The card access number printed on the document.
    Can = 2,
}

impl PasswordKind {
    /// The reference in object 83 of MSE:Set AT.
    pub fn reference(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for PasswordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mrz => "machine readable zone",
            Self::Can => "card access number",
        })
    }
}

/// Why a text is not a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// A CAN has digits only.
    #[error("a card access number has 6 digits; type the number printed on the front of the card")]
    NotACan,
    /// MRZ information has a document number of at least nine characters, two dates, three check digits.
    #[error(
        "the MRZ information needs document number, date of birth and date of expiry, each with its check digit"
    )]
    NotMrzInformation,
}

/// A password: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Password {
    kind: PasswordKind,
    secret: Zeroizing<Vec<u8>>,
}

impl Password {
    /// The six digits of a card access number.
    pub fn can(digits: &str) -> Result<Self, PasswordError> {
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PasswordError::NotACan);
        }
        let secret = Zeroizing::new(digits.as_bytes().to_vec());
        Ok(Self {
            kind: PasswordKind::Can,
            secret,
        })
    }

    /// The MRZ information: document number, date of birth, date of expiry, each with its check
    /// digit, as 9303-11 §4.3.2 and appendix D build it. At least 24 characters.
    pub fn mrz_information(information: &str) -> Result<Self, PasswordError> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<';
        if information.len() < 24 || information.len() > 64 || !information.bytes().all(allowed) {
            return Err(PasswordError::NotMrzInformation);
        }
        Ok(Self::mrz_hash(&sha1(information.as_bytes())))
    }

    /// f(MRZ): the SHA-1 of the MRZ information, as a chip stores it.
    pub fn mrz_hash(hash: &[u8; 20]) -> Self {
        Self {
            kind: PasswordKind::Mrz,
            secret: Zeroizing::new(hash.to_vec()),
        }
    }

    /// Which password this is.
    pub fn kind(&self) -> PasswordKind {
        self.kind
    }

    /// f(π): the digits of a CAN, the SHA-1 of MRZ information; what a chip is given to keep.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// `K_π`, the key that the nonce is encrypted under.
    pub fn key(&self, size: AesSize) -> Result<AesKey, CryptoError> {
        kdf::derive(&self.secret, Purpose::Password, size)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Password({}, redacted)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_password() {
        for bad in ["", "12345", "1234567", "12345A", "１２"] {
            assert_eq!(Password::can(bad).unwrap_err(), PasswordError::NotACan);
        }
        for bad in [
            "",
            "T2200012936408125101031",
            "t22000129364081251010318",
            "é22000129364081251010318",
        ] {
            assert_eq!(
                Password::mrz_information(bad).unwrap_err(),
                PasswordError::NotMrzInformation
            );
        }
    }

    #[test]
    fn passwords_are_not_printed() {
        let password = Password::can("123456").unwrap();
        assert_eq!(
            format!("{password:?}"),
            "Password(card access number, redacted)"
        );
    }

    /// 9303-11 appendix G.1.
    #[test]
    fn mrz_of_icao() {
        let password = Password::mrz_information("T22000129364081251010318").unwrap();
        assert_eq!(
            hex::encode_upper(password.secret()),
            "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"
        );
    }
}
