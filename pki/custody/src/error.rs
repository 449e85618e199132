//! What can go wrong with a token, and what to do about it. For operators.

use std::path::PathBuf;

use cryptoki::error::{Error as Pkcs11Error, RvError};
use zeroize::Zeroizing;

/// Why an operation on a token failed.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The PIN file cannot be used.
    #[error("cannot use the PIN file {}: {fault}", path.display())]
    PinFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: PinFault,
    },
    /// A file or folder of the token cannot be made or read.
    #[error("cannot {act} {}: {source}", path.display())]
    File {
        /// What was being done.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The PKCS#11 module cannot be loaded.
    #[error("cannot load the PKCS#11 module {}: {source}; install the token's package or correct `module`", path.display())]
    Module {
        /// The module.
        path: PathBuf,
        /// The loader's error.
        source: Pkcs11Error,
    },
    /// This process uses the module with another SoftHSM configuration.
    #[error(
        "cannot use the token {label}: this process has tokens of another SoftHSM configuration \
         open ({}); put the tokens of one program into one configuration", in_use.display()
    )]
    OtherConfiguration {
        /// The token asked for.
        label: String,
        /// The configuration in use.
        in_use: PathBuf,
    },
    /// The token does not answer, now.
    #[error(
        "the token {label} is absent ({reason}); connect it again, the program reconnects by itself"
    )]
    TokenAbsent {
        /// The token.
        label: String,
        /// How that was seen.
        reason: String,
    },
    /// The folder holds a token that SoftHSM cannot read; it may be this one, so none is made.
    #[error(
        "no token {label} is made: {unread} token(s) in the folder that {} names cannot be read, and \
         one may be {label}; put the folder back from a copy, or take out of it what never was a \
         token in use", configuration.display()
    )]
    TokenDamaged {
        /// The token asked for.
        label: String,
        /// How many cannot be read.
        unread: usize,
        /// The configuration.
        configuration: PathBuf,
    },
    /// Several tokens have this label.
    #[error(
        "{found} tokens have the label {label}; labels must be unique, rename or remove the others"
    )]
    TokenAmbiguous {
        /// The label.
        label: String,
        /// How many.
        found: usize,
    },
    /// The token refused the PIN; it is not tried again until the file changes.
    #[error(
        "the token {label} refused the PIN of {}; correct the file (no further attempt is made \
         until it changes)", pin_file.display()
    )]
    WrongPin {
        /// The token.
        label: String,
        /// The file that holds the PIN.
        pin_file: PathBuf,
    },
    /// The token locked the PIN.
    #[error("the token {label} locked its PIN; its security officer must set a new one")]
    PinLocked {
        /// The token.
        label: String,
    },
    /// There is not exactly one such key.
    #[error(
        "the token {token} holds {found} {role} keys named {key}, exactly one is needed; check the ceremony's protocol"
    )]
    NotOneKey {
        /// The token.
        token: String,
        /// The key's label.
        key: String,
        /// The key's role.
        role: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The key is there but must not be used.
    #[error(
        "the {role} key {key} in the token {token} must not be used: {reason}; make it again in a ceremony"
    )]
    KeyUnfit {
        /// The token.
        token: String,
        /// The key's label.
        key: String,
        /// The key's role.
        role: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A key or token of this name exists already.
    #[error(
        "cannot make {what} {name}: it exists already; choose another label or use the one there is"
    )]
    Exists {
        /// `token` or the key's role.
        what: &'static str,
        /// Its label.
        name: String,
    },
    /// The input has not the length that the operation needs.
    #[error("cannot {act}: {found} bytes given, {expected} needed")]
    InputLength {
        /// What was being done.
        act: &'static str,
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        expected: usize,
    },
    /// The token refused the operation.
    #[error("the token {token} refused to {act}: {answer}; see the token's manual for that answer")]
    Refused {
        /// The token.
        token: String,
        /// What was asked.
        act: &'static str,
        /// The token's answer, for example `KeyFunctionNotPermitted (Sign)`.
        answer: String,
    },
    /// OpenSSL could not encode a public key.
    #[error("cannot encode the public key {key}: {source}")]
    Encoding {
        /// The key's label.
        key: String,
        /// OpenSSL's errors.
        source: openssl::error::ErrorStack,
    },
}

impl CustodyError {
    /// Whether the same call may succeed later without anything being changed by hand.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::TokenAbsent { .. })
    }
}

/// What is wrong with a PIN file.
#[derive(Debug, thiserror::Error)]
pub enum PinFault {
    /// It cannot be read.
    #[error("{0}; create it, or correct its path")]
    Unreadable(#[from] std::io::Error),
    /// Others than the owner may read or write it.
    #[error(
        "its mode is {0:03o}, so others than its owner have access; run chmod 600 on it and change the PIN"
    )]
    Shared(u32),
    /// It belongs to somebody else.
    #[error("it belongs to another user than the one this program runs as; run chown on it")]
    ForeignOwner,
    /// It is not a regular file.
    #[error("it is not a regular file")]
    NotAFile,
    /// It is empty, too long or has characters that are not printable ASCII.
    #[error("it must hold one line of 4 to 64 printable ASCII characters")]
    Malformed,
}

/// A token's answer in two words; the crate's own text is several lines of the standard.
pub(crate) fn answer(error: &Pkcs11Error) -> String {
    match error {
        Pkcs11Error::Pkcs11(code, function) => format!("{code:?} ({function:?})"),
        other => other.to_string(),
    }
}

/// Whether an answer names no cause: a token that is gone, or one that dislikes the input.
pub(crate) fn is_vague(error: &Pkcs11Error) -> bool {
    matches!(
        error,
        Pkcs11Error::Pkcs11(RvError::DeviceError | RvError::GeneralError, _)
    )
}

/// Whether an error of the token means that it, its slot or our session is gone.
///
/// SoftHSM answers `OBJECT_HANDLE_INVALID` when the folder of a token vanished; other modules say
/// `DEVICE_REMOVED` or `SESSION_HANDLE_INVALID`. A key that was really deleted shows when it is
/// looked for again after the reconnection.
pub(crate) fn means_loss(error: &Pkcs11Error) -> bool {
    let Pkcs11Error::Pkcs11(code, _) = error else {
        return false;
    };
    matches!(
        code,
        RvError::CryptokiNotInitialized
            | RvError::DeviceError
            | RvError::DeviceRemoved
            | RvError::GeneralError
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::SlotIdInvalid
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::UserNotLoggedIn
    )
}

/// Exactly `N` bytes of what the token gave, wiped when they are dropped.
pub(crate) fn exactly<const N: usize>(
    act: &'static str,
    bytes: &Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<[u8; N]>, CustodyError> {
    expect_length(act, bytes.len(), N)?;
    let mut exact = Zeroizing::new([0; N]);
    exact.copy_from_slice(bytes);
    Ok(exact)
}

/// Fails unless that many bytes were found.
pub(crate) fn expect_length(
    act: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), CustodyError> {
    if found == expected {
        return Ok(());
    }
    Err(CustodyError::InputLength {
        act,
        found,
        expected,
    })
}
