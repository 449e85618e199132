//! The pinned trust list: certificates of makers whose devices this station uses.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKey, Public};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509StoreContext};
use thiserror::Error;
use time::OffsetDateTime;

/// No certificate file of the list is longer, in bytes.
const LONGEST_FILE: u64 = 64 << 10;
/// Shortest RSA key that may sign, in bits.
const SHORTEST_KEY: u32 = 2048;
/// `X509_V_ERR_CERT_NOT_YET_VALID` and `X509_V_ERR_CERT_HAS_EXPIRED` of OpenSSL.
const NOT_YET_VALID: i32 = 9;
const HAS_EXPIRED: i32 = 10;
/// OpenSSL's security level 2: 112 bits, no SHA-1.
const SECURITY_LEVEL: i32 = 2;

/// Why the trust list cannot be used. For the operator.
#[derive(Debug, Error)]
pub enum TrustError {
    /// The folder or a file cannot be read.
    #[error("reading the makers' certificates in {}: {source}; check the folder", path.display())]
    Unreadable {
        /// Folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is no certificate.
    #[error("{} is not one X.509 certificate in DER or PEM; remove it or put the right one there", path.display())]
    NotACertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is nobody to trust.
    #[error("the folder {} has no .cer, .crt, .der or .pem file; put the certificates of the makers' authorities there", path.display())]
    NobodyTrusted {
        /// The folder.
        path: PathBuf,
    },
}

/// Why a chain of certificates is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainProblem {
    Expired,
    NotYetValid,
    Untrusted,
}

/// Certificates of makers' authorities.
#[derive(Debug)]
pub struct TrustList {
    anchors: Vec<X509>,
}

impl TrustList {
    /// Trusts these certificates and those that they issue.
    pub fn new(anchors: Vec<X509>) -> Self {
        Self { anchors }
    }

    /// Trusts these too.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = X509>) -> Self {
        self.anchors.extend(more);
        self
    }

    /// Reads all certificate files of a folder.
    pub fn load(folder: &Path) -> Result<Self, TrustError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            |source| TrustError::Unreadable { path, source }
        };
        let mut anchors = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let kind = path.extension().and_then(|extension| extension.to_str());
            if !matches!(kind, Some("cer" | "crt" | "der" | "pem")) {
                continue;
            }
            let length = fs::metadata(&path).map_err(unreadable(&path))?.len();
            if length > LONGEST_FILE {
                return Err(TrustError::NotACertificate { path });
            }
            let bytes = fs::read(&path).map_err(unreadable(&path))?;
            match X509::from_der(&bytes).or_else(|_| X509::from_pem(&bytes)) {
                Ok(certificate) => anchors.push(certificate),
                Err(_) => return Err(TrustError::NotACertificate { path }),
            }
        }
        if anchors.is_empty() {
            let path = folder.to_owned();
            return Err(TrustError::NobodyTrusted { path });
        }
        Ok(Self { anchors })
    }

    /// The public key of the first certificate, if the chain leads to the list and holds at this time.
    pub(super) fn verify(
        &self,
        chain: &[X509],
        now: OffsetDateTime,
    ) -> Result<PKey<Public>, ChainProblem> {
        let (leaf, others) = chain.split_first().ok_or(ChainProblem::Untrusted)?;
        match self.check(leaf, others, now) {
            Ok(None) => {}
            Ok(Some(problem)) => return Err(problem),
            Err(_) => return Err(ChainProblem::Untrusted),
        }
        let key = leaf.public_key().map_err(|_| ChainProblem::Untrusted)?;
        if key.id() == Id::RSA && key.bits() >= SHORTEST_KEY {
            Ok(key)
        } else {
            Err(ChainProblem::Untrusted)
        }
    }

    fn check(
        &self,
        leaf: &X509,
        others: &[X509],
        now: OffsetDateTime,
    ) -> Result<Option<ChainProblem>, ErrorStack> {
        let store = self.store(now)?;
        let mut untrusted = Stack::new()?;
        for certificate in others {
            untrusted.push(certificate.clone())?;
        }
        let mut context = X509StoreContext::new()?;
        context.init(&store, leaf, &untrusted, |context| {
            Ok(match (context.verify_cert()?, context.error().as_raw()) {
                (true, _) => None,
                (false, HAS_EXPIRED) => Some(ChainProblem::Expired),
                (false, NOT_YET_VALID) => Some(ChainProblem::NotYetValid),
                (false, _) => Some(ChainProblem::Untrusted),
            })
        })
    }

    fn store(&self, now: OffsetDateTime) -> Result<X509Store, ErrorStack> {
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_time(now.unix_timestamp());
        parameters.set_auth_level(SECURITY_LEVEL);
        // Each certificate of the list is trusted by itself, also where another one issued it.
        parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        let mut builder = X509StoreBuilder::new()?;
        builder.set_param(&parameters)?;
        for anchor in &self.anchors {
            builder.add_cert(anchor.clone())?;
        }
        Ok(builder.build())
    }
}
