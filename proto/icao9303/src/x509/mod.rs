//! Certificates and revocation lists of ICAO 9303-12, parsed, profiled and verified by our own code:
//! general X.509 libraries refuse the written-out curve parameters that the standard demands.

mod algorithm;
pub(crate) mod backward;
mod certificate;
pub(crate) mod ec_parameters;
pub mod extensions;
mod instant;
mod known_good;
mod name;
mod profile;
mod public_key;
mod signed;
mod trust_store;
pub(crate) mod walk;

pub use algorithm::{AlgorithmError, HashAlgorithm, SignatureAlgorithm};
pub use certificate::{Certificate, CertificateError};
pub use ec_parameters::{ParameterEncoding, curve_oid, explicit_parameters};
pub use extensions::{Extension, Extensions, KeyUsagePeriod};
pub(crate) use instant::read as read_instant;
pub use instant::{encode_time, generalized_digits};
pub use name::DistinguishedName;
pub use profile::{CertificateKind, Finding, Rule, Severity, check_profile};
pub use public_key::{PublicKey, PublicKeyError, ecdsa_signature_from_plain};
pub(crate) use signed::Signed;
pub use trust_store::{Anchor, ChainError, RevocationStatus, TrustStore, TrustStoreError};
