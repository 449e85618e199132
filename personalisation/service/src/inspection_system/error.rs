//! Why there is no inspection system to work with.

use std::path::PathBuf;

use icao9303::cvc::{CertificateReference, CvcError, ReferenceError};
use key_custody::CustodyError;
use thiserror::Error;
use tonic::{Code, Status};

/// Why an inspection system cannot be used, or not be renewed. For the operator.
#[derive(Debug, Error)]
pub enum InspectionSystemError {
    /// The configuration cannot be used.
    #[error("reading {}: {reason}; docs/inspection.md has its schema", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// The token refused.
    #[error("using the inspection system's key: {0}")]
    Custody(#[from] CustodyError),
    /// A certificate in the folder cannot be read or written.
    #[error("the inspection system's certificate {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file in the folder is no certificate.
    #[error("the inspection system's certificate {}: {source}; take it away", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CvcError,
    },
    /// No certificate is valid today.
    #[error(
        "the folder {} has no certificate that can be used, with its document verifier's; let \
         `personalisation line` fetch one", folder.display()
    )]
    NoneValid {
        /// The folder.
        folder: PathBuf,
    },
    /// The key in the token is not the certified one.
    #[error("the key {holder} in the token is not the one that its certificate certifies")]
    OtherKey {
        /// The key's name.
        holder: CertificateReference,
    },
    /// The configured holder is none.
    #[error("the holder {holder} of the configuration: {source}")]
    Holder {
        /// What stands there.
        holder: String,
        /// What is wrong.
        source: ReferenceError,
    },
    /// pki knows nobody of that name.
    #[error("pki has no registration of {holder} for us; have it registered as inspection.system")]
    NotRegistered {
        /// Country and mnemonic.
        holder: String,
    },
    /// Nothing vouches for a new key.
    #[error(
        "the certificate {holder} has expired, or its key is lost: nothing vouches for a new key; \
         have pki permit another first request (`first_requests`)"
    )]
    NothingVouches {
        /// The certificate issued last.
        holder: CertificateReference,
    },
    /// pki cannot be reached or cannot sign now.
    #[error("asking pki for an inspection certificate: {0}; it is asked again")]
    Unavailable(String),
    /// pki refuses.
    #[error("asking pki for an inspection certificate: refused ({code:?}): {message}")]
    Refused {
        /// What kind of refusal.
        code: Code,
        /// Why.
        message: String,
    },
    /// What pki answered is no certificate of ours.
    #[error("the inspection certificate that pki issued: {0}; find out why")]
    Invalid(String),
}

impl InspectionSystemError {
    /// Whether the token is there and has no key that was certified.
    pub(super) fn is_lost_key(&self) -> bool {
        let absent = matches!(
            self,
            Self::Custody(CustodyError::NotOneKey { found: 0, .. })
        );
        absent || matches!(self, Self::OtherKey { .. })
    }

    /// Whether the same may succeed later without anything being changed by hand.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Custody(error) => error.is_absence(),
            _ => false,
        }
    }
}

impl From<CvcError> for InspectionSystemError {
    fn from(error: CvcError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<Status> for InspectionSystemError {
    fn from(status: Status) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            code @ (Code::InvalidArgument
            | Code::PermissionDenied
            | Code::AlreadyExists
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::Unimplemented) => Self::Refused { code, message },
            _ => Self::Unavailable(message),
        }
    }
}
